from __future__ import annotations

import numpy as np
import pytest

from napari_ssbi.views.plot import FeaturePlot
from napari_ssbi.views.selection import NodeSelection


@pytest.fixture
def selection(graph):
    return NodeSelection(len(graph.nodes))


@pytest.fixture
def plot(app, graph, selection):
    made = FeaturePlot(graph.nodes, selection)
    made.resize(340, 400)
    made.show()
    app.processEvents()
    yield made
    made.release()
    made.close()


def drawn(item):
    return sorted(int(node) for node in item.data["data"])


def test_dots_are_the_nodes_that_have_both_features(plot, graph):
    has = graph.nodes[["equivalent_diameter_nm", "elongation"]].notna().all(axis=1)
    assert drawn(plot.dots) == graph.nodes.index[has].tolist()


def test_a_box_selects_what_lies_in_it_and_with_a_key_adds(plot, graph, selection):
    from qtpy.QtCore import QRectF

    x = graph.nodes["equivalent_diameter_nm"].to_numpy()
    limit = np.nanmedian(x)
    plot.chart.box.boxed.emit(QRectF(-1, 0, limit + 1, 1e3), False)
    assert selection.nodes == set(np.flatnonzero(x <= limit))
    plot.chart.box.boxed.emit(QRectF(limit, 0, 1e6, 1e3), True)
    assert selection.nodes == set(np.flatnonzero(np.isfinite(x)))
    plot.chart.box.boxed.emit(QRectF(-9, -9, 1, 1), False)
    assert selection.nodes == set()


def test_a_click_takes_the_nearest_dot_and_beside_all_dots_none(plot, graph, selection):
    from qtpy.QtCore import QPointF

    row = graph.nodes.loc[3]
    plot.chart.box.pressed.emit(QPointF(row["equivalent_diameter_nm"], row["elongation"]), False)
    assert selection.nodes == {3}
    plot.chart.box.pressed.emit(QPointF(1e5, 1e5), False)
    assert selection.nodes == set()


def test_selected_dots_bear_rings_and_hidden_ones_are_gone(plot, selection):
    selection.nodes = [0, 3]
    assert len(plot.rings.data) == 2
    selection.visible = [3, 4]
    assert drawn(plot.dots) == [3, 4]
    assert len(plot.rings.data) == 1


def test_a_logarithmic_axis_leaves_out_what_has_no_logarithm(plot, graph):
    plot.x_box.setCurrentIndex(plot.x_box.findData("conductivity_S_per_cm"))
    before = drawn(plot.dots)
    plot.log_x.setChecked(True)
    sigma = graph.nodes["conductivity_S_per_cm"].to_numpy()
    assert drawn(plot.dots) == [node for node in before if sigma[node] > 0]
    assert len(drawn(plot.dots)) < len(before)


def test_a_histogram_counts_the_nodes_and_its_bars_select_them(plot, graph, selection):
    from qtpy.QtCore import QPointF

    plot.y_box.setCurrentIndex(0)
    assert plot.is_histogram
    values = graph.nodes["equivalent_diameter_nm"].to_numpy()
    assert plot.bars.opts["height"].sum() == np.isfinite(values).sum()
    edges = plot.bars.opts["x0"]
    plot.chart.box.pressed.emit(QPointF(edges[0] + 1e-6, 0.5), False)
    right = plot.bars.opts["x1"][0]
    assert selection.nodes == set(np.flatnonzero(values <= right))
    assert plot.chosen_bars.opts["height"].sum() == len(selection.nodes)
    assert drawn(plot.dots) == []


def test_what_changes_while_nobody_looks_is_drawn_when_they_do(plot, app, selection):
    plot.hide()
    selection.visible = [1]
    assert drawn(plot.dots) != [1]
    plot.show()
    assert drawn(plot.dots) == [1]


def test_nothing_is_connected_after_release(graph, app, selection):
    FeaturePlot(graph.nodes, selection).release()
    assert len(selection.nodes_changed) == len(selection.visible_changed) == 0
