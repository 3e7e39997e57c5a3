"""The nodes as a table: one row each, sorted by any column, only those that pass the filter.

The model holds the whole table once and an array of the node numbers it shows, in order; sorting and filtering only
change that array.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from napari.utils.theme import get_theme
from qtpy.QtCore import QAbstractTableModel, QItemSelection, QItemSelectionModel, QModelIndex, Qt
from qtpy.QtGui import QColor, QPainter, QPixmap
from qtpy.QtWidgets import QAbstractItemView, QTableView
from typing_extensions import override

from napari_ssbi.views.features import is_box, title, words
from napari_ssbi.views.selection import NodeSelection

_NODE = "node"
_PADDING = 26  # of a header: sort arrow and margins
_SWATCH, _PHASE_WIDTH, _ROW_HEIGHT = 12, 120, 22


class NodeModel(QAbstractTableModel):
    """Rows of the node table in the order shown.

    Parameters
    ----------
    nodes : table, index 0 .. n - 1.
    colors : phase -> colour of the swatch beside its name.
    """

    def __init__(self, nodes: pd.DataFrame, colors: Mapping[str, str]) -> None:
        super().__init__()
        shown = [str(name) for name in nodes.columns if not is_box(str(name))]
        self.columns = [_NODE, *shown]
        self._values = [nodes.index.to_numpy(), *(nodes[name].to_numpy() for name in shown)]
        self._swatches = {key: _swatch(color) for key, color in colors.items()}
        self._visible = np.ones(len(nodes), bool)
        self._sorted: tuple[int, bool] = (0, True)
        self.nodes = np.arange(len(nodes))
        self._row_of = np.arange(len(nodes))

    @override
    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008 (Qt's own signature)
        return 0 if parent.isValid() else len(self.nodes)

    @override
    def columnCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.columns)

    @override
    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        value = self._values[index.column()][self.nodes[index.row()]]
        if role == Qt.ItemDataRole.DisplayRole:
            return words(value)
        if role == Qt.ItemDataRole.TextAlignmentRole and isinstance(value, (int, float, np.number)):
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if role == Qt.ItemDataRole.DecorationRole and self.columns[index.column()] == "phase":
            return self._swatches.get(value)
        return None

    @override
    def headerData(self, section: int, orientation: Any, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or role not in (
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.ToolTipRole,
        ):
            return None
        return title(self.columns[section])

    @override
    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._sorted = (max(column, 0), order == Qt.SortOrder.AscendingOrder)
        self._rearrange()

    def show_only(self, nodes: frozenset[int]) -> None:
        """Leave out all other rows."""
        self._visible[:] = False
        self._visible[list(nodes)] = True
        self._rearrange()

    def row_of(self, node: int) -> int:
        """Row of a node, -1 where it is left out."""
        return int(self._row_of[node])

    def _rearrange(self) -> None:
        self.beginResetModel()
        column, ascending = self._sorted
        order = _order(self._values[column], ascending)
        self.nodes = order[self._visible[order]]
        self._row_of = np.full(len(self._visible), -1)
        self._row_of[self.nodes] = np.arange(len(self.nodes))
        self.endResetModel()


class NodeTable(QTableView):
    """The table; rows are selected, and selected rows are nodes."""

    def __init__(self, nodes: pd.DataFrame, colors: Mapping[str, str], selection: NodeSelection) -> None:
        super().__init__()
        self._selection = selection
        self._following = False
        self._followed: frozenset[int] = frozenset()
        self.nodes = NodeModel(nodes, colors)
        self.setModel(self.nodes)
        self._rows = QItemSelectionModel(self.nodes, self)
        self.setSelectionModel(self._rows)
        self._lay_out()
        selection.nodes_changed.connect(self._follow)
        selection.visible_changed.connect(self._follow_visible)
        self._rows.selectionChanged.connect(self._tell)
        # Resetting the model empties the selection without a word; what is selected stays so.
        self.nodes.modelReset.connect(self.follow_nodes)
        self.nodes.show_only(selection.visible)

    def follow_nodes(self) -> None:
        """Select the rows of the selected nodes, and show the first if none is in sight."""
        self._followed = self._selection.nodes
        rows = np.sort([row for row in map(self.nodes.row_of, self._selection.nodes) if row >= 0]).astype(int)
        chosen, last = QItemSelection(), self.nodes.columnCount() - 1
        for run in np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1) if rows.size else []:
            chosen.select(self.nodes.index(int(run[0]), 0), self.nodes.index(int(run[-1]), last))
        self._following = True
        try:
            self._rows.select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        finally:
            self._following = False
        if rows.size and not self._in_sight(rows):
            self.scrollTo(self.nodes.index(int(rows[0]), 0))

    def set_theme(self, name: str) -> None:
        """Draw in the colours of a theme of napari, whose style sheet leaves tables out."""
        theme = get_theme(name)
        self.setStyleSheet(
            f"QTableView {{ background: {theme.background.as_hex()}; border: none;"
            f" alternate-background-color: {theme.foreground.as_hex()}; color: {theme.text.as_hex()};"
            f" selection-background-color: {theme.current.as_hex()}; selection-color: {theme.text.as_hex()}; }}"
        )

    def release(self) -> None:
        """Stop following the selection."""
        self._selection.nodes_changed.disconnect(self._follow)
        self._selection.visible_changed.disconnect(self._follow_visible)

    def _follow(self, nodes: frozenset[int]) -> None:
        if nodes != self._followed:
            self.follow_nodes()

    def _follow_visible(self, visible: frozenset[int]) -> None:
        self.nodes.show_only(visible)

    def _tell(self) -> None:
        if not self._following:
            # Ranges, not rows: asking for each of thousands of rows takes a quarter of a second.
            ranges = [range(chosen.top(), chosen.bottom() + 1) for chosen in self._rows.selection()]
            self._followed = frozenset(int(self.nodes.nodes[row]) for rows in ranges for row in rows)
            self._selection.nodes = self._followed

    def _in_sight(self, rows: np.ndarray) -> bool:
        viewport = self.viewport()
        first, last = self.rowAt(0), self.rowAt(viewport.height() - 1 if viewport else 0)
        return bool(np.any((rows >= first) & ((rows <= last) | (last < 0))))

    def _lay_out(self) -> None:
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setSortingEnabled(True)
        self.sortByColumn(0, Qt.SortOrder.AscendingOrder)
        side, top = self.verticalHeader(), self.horizontalHeader()
        assert side is not None  # a table view always has both
        assert top is not None
        side.hide()
        side.setDefaultSectionSize(_ROW_HEIGHT)
        top.setHighlightSections(False)
        # From the headers alone: measuring the cells of thousands of rows would freeze the window.
        for column, name in enumerate(self.nodes.columns):
            width = self.fontMetrics().horizontalAdvance(title(name)) + _PADDING
            self.setColumnWidth(column, max(width, _PHASE_WIDTH) if name == "phase" else width)


def _swatch(color: str) -> QPixmap:
    """A square with an outline: pale phases are seen on pale themes."""
    square = QPixmap(_SWATCH, _SWATCH)
    square.fill(QColor(color))
    painter = QPainter(square)
    painter.setPen(QColor(128, 128, 128, 160))
    painter.drawRect(0, 0, _SWATCH - 1, _SWATCH - 1)
    painter.end()
    return square


def _order(values: np.ndarray, ascending: bool) -> np.ndarray:
    """Stable order; what a node does not have comes last either way."""
    if values.dtype == object:
        order = np.argsort(np.array([str(value) for value in values]), kind="stable")
        return order if ascending else order[::-1]
    known = np.flatnonzero(~np.isnan(values.astype(float)))
    order = known[np.argsort(values[known] if ascending else -values[known].astype(float), kind="stable")]
    return np.append(order, np.setdiff1d(np.arange(len(values)), known))
