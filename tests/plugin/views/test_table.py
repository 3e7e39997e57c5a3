from __future__ import annotations

import numpy as np
import pytest

from napari_ssbi.views.selection import NodeSelection
from napari_ssbi.views.table import NodeTable

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def selection(graph):
    return NodeSelection(len(graph.nodes))


@pytest.fixture
def table(app, graph, selection):
    return NodeTable(graph.nodes, {"llzo": "#4C78A8"}, selection)


def shown(table, column):
    model = table.nodes
    return [model.index(row, column).data() for row in range(model.rowCount())]


def test_every_node_is_a_row_and_boxes_are_left_out(table, graph):
    assert shown(table, 0) == [str(node) for node in graph.nodes.index]
    titles = [table.nodes.headerData(i, _horizontal(), 0) for i in range(table.nodes.columnCount())]
    assert titles[:3] == ["Node", "Phase", "Area (nm²)"]
    assert not [title for title in titles if "Bbox" in title]


@pytest.mark.parametrize("ascending", [True, False])
def test_sorting_is_by_value_and_what_a_node_lacks_comes_last(table, graph, ascending):
    from qtpy.QtCore import Qt

    column = table.nodes.columns.index("area_nm2")
    table.sortByColumn(column, Qt.SortOrder.AscendingOrder if ascending else Qt.SortOrder.DescendingOrder)
    values = graph.nodes["area_nm2"].to_numpy()[table.nodes.nodes]
    assert np.isnan(values[-2:]).all()
    steps = np.diff(values[:-2])
    assert np.all(steps >= 0) if ascending else np.all(steps <= 0)
    assert shown(table, column)[-1] == "–"  # noqa: RUF001


def test_selection_goes_both_ways_and_survives_sorting(table, selection):
    from qtpy.QtCore import Qt

    selection.nodes = [1, 4]
    assert _selected(table) == {1, 4}
    table.sortByColumn(2, Qt.SortOrder.DescendingOrder)
    assert selection.nodes == {1, 4}
    assert _selected(table) == {1, 4}
    table.selectRow(0)
    assert selection.nodes == {int(table.nodes.nodes[0])}
    table.selectAll()
    assert selection.nodes == selection.visible


def test_the_filter_leaves_rows_out_and_keeps_the_order(table, selection):
    from qtpy.QtCore import Qt

    table.sortByColumn(0, Qt.SortOrder.DescendingOrder)
    selection.nodes = [2, 3]
    selection.visible = [1, 3, 5]
    assert table.nodes.nodes.tolist() == [5, 3, 1]
    assert _selected(table) == {3}
    selection.visible = range(len(table.nodes._row_of))
    assert table.nodes.rowCount() == len(table.nodes._row_of)
    assert selection.nodes == {3}


def test_nothing_is_connected_after_release(graph, app, selection):
    table = NodeTable(graph.nodes, {}, selection)
    table.release()
    assert len(selection.nodes_changed) == len(selection.visible_changed) == 0


def _selected(table):
    return {int(table.nodes.nodes[index.row()]) for index in table.selectionModel().selectedRows()}


def _horizontal():
    from qtpy.QtCore import Qt

    return Qt.Orientation.Horizontal
