"""Nodes and edges lie exactly on the image, whatever its placement."""

from __future__ import annotations

import numpy as np
import pytest
from napari.layers import Layer

from napari_ssbi.views.graph_layers import graph_layers
from ssbi_core import build_graph
from ssbi_core.io import PhaseMap
from ssbi_core.materials import Phase

AFFINE = np.array([[0.9, 0.1, 3.0], [-0.1, 0.9, 4.0], [0, 0, 1.0]])


def made(graph, placed):
    return {data[1]["metadata"]["ssbi"]["role"]: Layer.create(*data) for data in graph_layers(graph, placed)}


def test_row_i_of_the_points_is_node_i_with_all_columns(layers, graph):
    nodes = layers["graph_nodes"]
    assert len(nodes.data) == len(graph.nodes)
    assert list(nodes.features.columns) == list(graph.nodes.columns)
    for node in range(len(graph.nodes) - 2):
        pixels = np.argwhere(graph.regions == node)
        np.testing.assert_allclose(nodes.data[node], pixels.mean(axis=0), atol=1e-9)


@pytest.mark.parametrize(
    "placed",
    [
        {},
        {"scale": (0.5, 0.25), "translate": (10.0, -7.0), "units": ("nm", "nm"), "axis_labels": ("y", "x")},
        {"scale": (2.0, 2.0), "affine": AFFINE, "units": ("um", "um")},
    ],
)
def test_the_placement_of_the_image_is_passed_through_untouched(graph, placed):
    image = Layer.create(graph.regions.astype(float), placed, "image")
    for layer in made(graph, placed).values():
        for pixel in ([0, 0], [3, 5], [59, 79]):
            np.testing.assert_allclose(layer.data_to_world(pixel), image.data_to_world(pixel))
        assert layer.units == image.units
        assert layer.axis_labels == image.axis_labels


def test_edges_join_their_nodes_and_run_straight_to_the_terminals(layers, graph):
    edges, nodes = layers["graph_edges"], layers["graph_nodes"]
    assert len(edges.data) == len(graph.edges)
    assert list(edges.features.columns) == list(graph.edges.columns)
    inner = (graph.edges["boundary"] != "terminal").to_numpy()
    ends = edges.data[:, 0] + edges.data[:, 1]
    np.testing.assert_allclose(edges.data[:, 0], nodes.data[graph.edges["sender"]], atol=1e-4)
    np.testing.assert_allclose(ends[inner], nodes.data[graph.edges["receiver"]][inner], atol=1e-4)
    assert (~inner).any()
    np.testing.assert_allclose(edges.data[~inner, 1, 1], 0, atol=1e-4)
    assert set(np.round(ends[~inner, 0], 3)) == {-0.5, 59.5}


def test_touching_pairs_near_pairs_and_terminals_are_told_apart(layers, graph):
    colors = layers["graph_edges"].edge_color
    alpha = {kind: colors[(graph.edges["boundary"] == kind).to_numpy(), 3] for kind in ("none", "grain_boundary")}
    assert alpha["none"].size
    assert alpha["none"].max() < 0.5 < alpha["grain_boundary"].min()
    symbols = [str(symbol) for symbol in layers["graph_nodes"].symbol]
    assert symbols[-2:] == ["square", "square"]
    assert set(symbols[:-2]) == {"disc"}


def test_larger_regions_have_larger_markers(layers, graph):
    order = np.argsort(graph.nodes["area_nm2"].to_numpy()[:-2])
    assert np.all(np.diff(layers["graph_nodes"].size[:-2][order]) >= 0)
    assert np.all(layers["graph_nodes"].size > 0)


def test_a_volume_keeps_the_order_of_its_axes():
    labels = np.full((6, 10, 12), Phase.LLZO, np.uint8)
    labels[:, 5:] = Phase.NMC
    graph = build_graph(PhaseMap(labels, 2.0, name="volume"))
    layers = made(graph, {"scale": (2, 2, 2), "units": ("nm",) * 3})
    np.testing.assert_allclose(layers["graph_nodes"].data[0], [2.5, 2.0, 5.5])
    assert layers["graph_edges"].ndim == 3


def test_an_image_of_one_region_has_layers_too():
    graph = build_graph(PhaseMap(np.full((8, 9), Phase.PORE, np.uint8), 1.0), axis=0)
    layers = made(graph, {})
    assert len(layers["graph_nodes"].data) == 3
    assert len(layers["graph_edges"].data) == len(graph.edges) == 0
