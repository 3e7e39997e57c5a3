"""The selection and the layers follow each other, and nothing is left behind."""

from __future__ import annotations

import numpy as np
import pytest

from napari_ssbi.views.coloring import color_nodes, graph_system
from napari_ssbi.views.linking import LayerLink
from napari_ssbi.views.selection import NodeSelection


@pytest.fixture
def selection(graph):
    return NodeSelection(len(graph.nodes))


@pytest.fixture
def link(viewer, graph, selection, layers):
    return LayerLink(viewer, graph, selection, layers["graph_nodes"], layers["graph_edges"])


def test_selection_goes_both_ways_and_bears_a_ring(link, selection, layers):
    nodes = layers["graph_nodes"]
    selection.nodes = [1, 3]
    assert set(nodes.selected_data) == {1, 3}
    ringed = np.flatnonzero(nodes.border_width > nodes.border_width.min())
    assert ringed.tolist() == [1, 3]
    assert len({tuple(color) for color in nodes.border_color[ringed]}) == 1
    nodes.selected_data = {0, 2}
    assert selection.nodes == {0, 2}
    nodes.selected_data.clear()
    assert selection.nodes == set()


def test_hidden_nodes_are_not_drawn_in_any_view_and_come_back_as_they_were(link, selection, layers, graph):
    nodes, edges = layers["graph_nodes"], layers["graph_edges"]
    before = nodes.size.copy(), nodes.face_color.copy(), edges.edge_color.copy()
    selection.visible = [0, 2]
    hidden = np.setdiff1d(np.arange(len(graph.nodes)), [0, 2])
    assert np.flatnonzero(nodes.shown).tolist() == [0, 2]
    assert np.all(nodes.size[hidden] == 0)
    assert np.all(nodes.face_color[hidden, 3] == 0)
    assert np.all(nodes.border_color[hidden, 3] == 0)
    ends = graph.edges[["sender", "receiver"]].isin([0, 2]).all(axis=1).to_numpy()
    np.testing.assert_array_equal(edges.edge_color[:, 3] > 0, ends)
    selection.visible = range(len(graph.nodes))
    for array, now in zip(before, (nodes.size, nodes.face_color, edges.edge_color), strict=True):
        np.testing.assert_array_equal(array, now)


def test_hidden_nodes_cannot_be_selected_on_the_layer(link, selection, layers):
    selection.visible = [0, 1]
    layers["graph_nodes"].selected_data = {1, 2, 3}
    assert selection.nodes == {1}
    assert set(layers["graph_nodes"].selected_data) == {1}


def test_colours_follow_the_feature(link, selection, layers, graph):
    selection.color_by = "elongation"
    expected = color_nodes(graph.nodes, "elongation", graph_system(graph)).colors
    np.testing.assert_allclose(layers["graph_nodes"].face_color, expected, atol=1e-6)


def test_colours_follow_even_after_the_user_chose_a_colour_map(link, selection, layers, graph):
    layers["graph_nodes"].face_color = "elongation"
    selection.color_by = "area_nm2"
    expected = color_nodes(graph.nodes, "area_nm2", graph_system(graph)).colors
    np.testing.assert_allclose(layers["graph_nodes"].face_color, expected, atol=1e-6)


@pytest.mark.parametrize("removed", [["graph_nodes"], ["graph_edges"], ["graph_nodes", "graph_edges"]])
def test_removed_layers_are_let_go_and_the_rest_works(link, viewer, selection, layers, removed):
    for role in removed:
        viewer.layers.remove(layers[role])
    selection.nodes = [1]
    selection.visible = [1, 2]
    selection.color_by = "elongation"
    for role in removed:
        layer = layers[role]
        if role == "graph_nodes":
            layer.selected_data = {0}
    assert selection.nodes == {1}
    assert (link.nodes_layer is None) == ("graph_nodes" in removed)
    assert (link.edges_layer is None) == ("graph_edges" in removed)


def test_deleted_points_are_no_nodes_any_more(link, selection, layers):
    nodes = layers["graph_nodes"]
    nodes.selected_data = {0}
    nodes.remove_selected()
    nodes.selected_data = {3}
    assert selection.nodes == {0}
    assert link.nodes_layer is None
    selection.visible = [1, 2]


def test_renaming_a_layer_changes_nothing(link, selection, layers):
    layers["graph_nodes"].name = "mine"
    layers["graph_nodes"].selected_data = {2}
    assert selection.nodes == {2}


def test_nothing_is_connected_after_release(graph, viewer, layers, selection):
    nodes = layers["graph_nodes"]
    signals = (selection.nodes_changed, selection.visible_changed, selection.color_by_changed)
    watched = (viewer.layers.events.removed, nodes.events.data)

    def count():
        own = [len(signal) for signal in (*signals, nodes.selected_data.events.items_changed)]
        return own + [len(emitter.callbacks) for emitter in watched]

    before = count()
    link = LayerLink(viewer, graph, selection, nodes, layers["graph_edges"])
    assert count() != before
    link.release()
    assert count() == before
    link.release()  # once more does no harm


def test_a_graph_without_layers_is_only_a_selection(viewer, graph, selection):
    LayerLink(viewer, graph, selection, None, None)
    selection.nodes, selection.visible, selection.color_by = [1], [1], "elongation"
    assert selection.nodes == {1}


def test_layers_of_another_graph_are_left_alone(viewer, selection, layers, graph):
    nodes = viewer.add_points(np.zeros((3, 2)))
    link = LayerLink(viewer, graph, selection, nodes, layers["graph_edges"])
    nodes.selected_data = {1}
    assert link.nodes_layer is None
    assert selection.nodes == set()
