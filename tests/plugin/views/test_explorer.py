"""The whole explorer on a viewer model; one test opens a real window."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from napari.utils.notifications import notification_manager

from napari_ssbi.views.canvas import camera
from napari_ssbi.views.explorer import GraphExplorer
from ssbi_core import build_graph
from ssbi_core.io import PhaseMap
from ssbi_core.materials import Phase


@pytest.fixture
def explorer(app, viewer, tmp_path):
    made = GraphExplorer(viewer, ask=lambda _parent, suggestion: str(tmp_path / suggestion))
    yield made
    made.close()


@pytest.fixture
def full(explorer, graph, layers):
    explorer.show(graph, layers["graph_nodes"], layers["graph_edges"], layers["phases"])
    return explorer


def connections(viewer, layers):
    nodes = layers["graph_nodes"]
    emitters = (viewer.events.status, viewer.layers.events.removed, nodes.events.data)
    callbacks = (viewer.mouse_drag_callbacks, viewer.mouse_move_callbacks, nodes.selected_data.events.items_changed)
    return [len(emitter.callbacks) for emitter in emitters] + [len(one) for one in callbacks]


def test_without_a_graph_it_is_an_idle_widget(explorer):
    explorer.show()
    assert explorer.isVisible()
    assert not explorer.isEnabled()
    explorer.export()
    explorer.go_to_place(1, 1)


def test_all_views_share_one_selection(full, layers):
    full.table.selectRow(full.table.nodes.row_of(3))
    assert set(layers["graph_nodes"].selected_data) == {3}
    layers["graph_nodes"].selected_data = {1, 2}
    assert full.selection.nodes == {1, 2}
    assert {index.row() for index in full.table.selectionModel().selectedRows()} == {1, 2}
    assert "2 selected" in full.count.text()


def test_the_filter_hides_nodes_in_table_and_layer_alike(full, layers, graph):
    full.filter_line.line.setText("area > 50 and not nmc")
    full.filter_line.apply()
    passing = set(graph.nodes.index[(graph.nodes["area_nm2"] > 50) & (graph.nodes["phase"] != "nmc")])
    assert 0 < len(passing) < len(graph.nodes)
    assert set(full.table.nodes.nodes) == passing
    assert set(np.flatnonzero(layers["graph_nodes"].shown)) == passing
    assert full.count.text() == f"{len(passing)} of {len(graph.nodes)} nodes"


def test_a_feature_colours_layer_and_legend(full, layers):
    before = layers["graph_nodes"].face_color.copy()
    full.color_box.setCurrentIndex(full.color_box.findText("Area (nm²)"))
    assert full.selection.color_by == "area_nm2"
    assert not np.array_equal(layers["graph_nodes"].face_color, before)


def test_pointing_and_selecting_show_the_numbers(full, graph):
    full.selection.nodes = [2]
    assert full.line.text().startswith("LLZO 2 · ")
    full.selection.hovered = 0
    assert full.line.text().startswith("LLZO 0 · ")
    full.selection.nodes = [1]  # chosen elsewhere, after the pointer has left
    assert full.line.text().startswith("LLZO 1 · ")


def test_what_is_shown_is_exported(full, graph, tmp_path):
    full.filter_line.line.setText("llzo")
    full.filter_line.apply()
    full.export_button.click()
    written = pd.read_csv(tmp_path / "small_nodes.csv", index_col="node")
    assert written.index.tolist() == graph.nodes.index[graph.nodes["phase"] == "llzo"].tolist()


def test_an_export_that_fails_is_told_and_one_called_off_is_not(viewer, graph, app, tmp_path):
    answers = [str(tmp_path / "nowhere" / "a.csv"), ""]
    explorer = GraphExplorer(viewer, ask=lambda *_: answers.pop(0))
    explorer.show(graph)
    notification_manager.records.clear()
    explorer.export()
    assert "cannot write" in notification_manager.records[-1].message.lower()
    explorer.export()
    assert len(notification_manager.records) == 1
    explorer.close()


def test_a_place_of_the_profile_is_shown_and_selected(full, viewer, layers, graph):
    full.go_to_place(32.5, 40.0)
    np.testing.assert_allclose(camera(viewer).center[-2:], layers["phases"].data_to_world([32.5, 40]))
    (node,) = full.selection.nodes
    assert graph.nodes.loc[node, "phase"] == "reaction_layer"


def test_clear_lets_go_of_everything_and_leaves_the_layers(explorer, viewer, graph, layers):
    before = connections(viewer, layers)
    explorer.show(graph, layers["graph_nodes"], layers["graph_edges"], layers["phases"])
    assert connections(viewer, layers) != before
    explorer.clear()
    assert connections(viewer, layers) == before
    assert len(viewer.layers) == 3
    assert explorer.tabs.count() == 0
    assert not explorer.isEnabled()
    explorer.clear()


def test_another_graph_takes_the_place_and_keeps_filter_colour_and_tab(full, viewer, layers):
    full.filter_line.line.setText("llzo")
    full.color_box.setCurrentIndex(full.color_box.findData("elongation"))
    full.tabs.setCurrentIndex(1)
    before = connections(viewer, layers)
    labels = np.full((40, 40), Phase.LLZO, np.uint8)
    labels[20:] = Phase.NMC
    full.show(build_graph(PhaseMap(labels, 1.0)), layers["graph_nodes"])
    assert full.table.nodes.rowCount() == 1
    assert full.selection.color_by == "elongation"
    assert full.tabs.currentIndex() == 1
    assert sum(connections(viewer, layers)) <= sum(before)


def test_layers_that_the_user_removes_or_renames_do_no_harm(full, viewer, layers):
    layers["graph_nodes"].name = "mine"
    for role in ("phases", "graph_nodes", "graph_edges"):
        viewer.layers.remove(layers[role])
        full.selection.nodes = [1]
        full.selection.visible = [1, 2]
        full.selection.visible = range(5)
        full.go_to_place(3, 3)
        full.go_to_node(2)
    full.color_box.setCurrentIndex(2)
    full.clear()


def test_the_profile_takes_the_phases_of_the_regions_where_there_are_no_labels(explorer, graph, phases):
    explorer.show(graph)
    expected = np.where(np.isin(phases.labels, (Phase.GRAIN_BOUNDARY,)), 0, phases.labels)
    np.testing.assert_array_equal(explorer.profile._phases.labels, expected)


def test_both_themes_colour_table_and_charts(full, viewer):
    viewer.theme = "light"
    light = full.plot.chart.ink, full.table.styleSheet()
    viewer.theme = "dark"
    assert full.plot.chart.ink != light[0]
    assert full.table.styleSheet() != light[1]


def test_import_brings_in_neither_jax_nor_training():
    code = (
        "import sys, napari_ssbi.views.explorer;"
        "heavy = {'jax', 'ssbi_core.segment', 'ssbi_core.transport'} & set(sys.modules); assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=300)


@pytest.mark.display
def test_a_click_in_a_real_window_selects_in_every_view(app, graph, phases):
    import napari
    from napari.layers import Layer
    from qtpy.QtCore import QPoint, Qt
    from qtpy.QtTest import QTest

    from napari_ssbi.layers import phase_layer
    from napari_ssbi.placement import Placement
    from napari_ssbi.views.graph_layers import graph_layers

    viewer = napari.Viewer(show=True)
    try:
        placement = Placement.square(2, 0.5)
        labels = viewer.add_layer(Layer.create(*phase_layer(phases, placement=placement)))
        edges, nodes = (
            viewer.add_layer(Layer.create(*data)) for data in graph_layers(graph, placement.layer_settings())
        )
        explorer = GraphExplorer(viewer)
        viewer.window.add_dock_widget(explorer)
        explorer.show(graph, nodes, edges, labels)
        viewer.layers.selection.active = labels
        app.processEvents()
        canvas = viewer.window._qt_viewer.canvas.native
        middle = QPoint(canvas.width() // 2, canvas.height() // 2)
        explorer.canvas.center_on(np.array([55.0, 70.0]))
        app.processEvents()
        QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, middle)
        app.processEvents()
        (node,) = explorer.selection.nodes
        assert graph.nodes.loc[node, "phase"] == "nmc"
        assert set(nodes.selected_data) == {node}
        shot = viewer.screenshot(canvas_only=True, flash=False)
        assert np.ptp(shot[..., :3].astype(int)) > 100
    finally:
        viewer.close()
