"""One feature of the nodes against another, or the histogram of one; what is picked in it is selected everywhere."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from qtpy.QtCore import QRectF
from qtpy.QtGui import QBrush, QColor
from qtpy.QtWidgets import QCheckBox, QComboBox, QGridLayout, QLabel, QVBoxLayout, QWidget

from napari_ssbi.views.charts import Chart, pg
from napari_ssbi.views.features import numeric_features, title
from napari_ssbi.views.selection import NodeSelection

_X, _Y = "equivalent_diameter_nm", "elongation"
_DOT = 7
_LEVELS = 24  # of each colour channel: dots share brushes, which is what makes thousands of them quick
_ALPHA = 0.85
_NEAR = 12  # screen pixels from a dot that a click may miss it by
_BINS = 40
SELECTED = "#FFD400"


class FeaturePlot(QWidget):
    """Two boxes that choose the features, and the chart.

    Parameters
    ----------
    nodes : table, index 0 .. n - 1.
    selection : what all views share.
    """

    def __init__(self, nodes: pd.DataFrame, selection: NodeSelection) -> None:
        super().__init__()
        self._nodes, self._selection = nodes, selection
        self._brushes = np.full(len(nodes), QBrush(QColor("gray")), object)
        self._stale = True
        self.chart = Chart()
        self.dots = pg.ScatterPlotItem(size=_DOT, pen=None, pxMode=True)
        self.rings = pg.ScatterPlotItem(size=_DOT + 4, brush=None, pen=pg.mkPen(SELECTED, width=2), pxMode=True)
        self.bars = pg.BarGraphItem(x0=[0], x1=[0], height=[0])
        self.chosen_bars = pg.BarGraphItem(x0=[0], x1=[0], height=[0])
        for item in (self.bars, self.chosen_bars, self.dots, self.rings):
            self.chart.addItem(item)
        self._points = np.full((len(nodes), 2), np.nan)
        self._lay_out()
        self._connect()

    @property
    def is_histogram(self) -> bool:
        """Whether one feature is counted instead of two compared."""
        return self.y_box.currentData() is None

    def set_colors(self, colors: np.ndarray) -> None:
        """Colour the dots, (n, 4) RGBA."""
        steps = np.rint(colors[:, :3] * _LEVELS).astype(int)
        known, number = np.unique(steps, axis=0, return_inverse=True)
        brushes = np.array([_brush(*color) for color in (known / _LEVELS).tolist()], object)
        self._brushes = brushes[number.ravel()]
        self._refresh()

    def set_theme(self, name: str) -> None:
        """Draw in the colours of a theme."""
        self.chart.set_theme(name)
        self._refresh()

    def showEvent(self, event: Any) -> None:
        """Draw what changed while nobody looked."""
        super().showEvent(event)
        if self._stale:
            self.redraw()

    def redraw(self) -> None:
        """Draw what the boxes say and show all of it."""
        self._stale = False
        self._points = np.stack([self._values(self.x_box, self.log_x), self._values(self.y_box, self.log_y)], axis=1)
        self.log_y.setEnabled(not self.is_histogram)
        self.chart.name_axes(self.x_box.currentText(), "Nodes" if self.is_histogram else self.y_box.currentText())
        self.chart.getAxis("bottom").setLogMode(x=self.log_x.isChecked(), y=None)
        self.chart.getAxis("left").setLogMode(x=None, y=self.log_y.isChecked() and not self.is_histogram)
        self._draw_dots()
        self._draw_histogram()
        self.chart.box.autoRange()

    def release(self) -> None:
        """Stop following the selection."""
        self._selection.nodes_changed.disconnect(self._follow_nodes)
        self._selection.visible_changed.disconnect(self._refresh)

    def _lay_out(self) -> None:
        self.x_box, self.y_box = QComboBox(), QComboBox()
        self.y_box.addItem("Histogram", None)
        for name in numeric_features(self._nodes):
            self.x_box.addItem(title(name), name)
            self.y_box.addItem(title(name), name)
        self.x_box.setCurrentIndex(max(self.x_box.findData(_X), 0))
        self.y_box.setCurrentIndex(max(self.y_box.findData(_Y), 0))
        self.log_x, self.log_y = QCheckBox("log"), QCheckBox("log")
        grid = QGridLayout()
        for row, (name, box, log) in enumerate((("x", self.x_box, self.log_x), ("y", self.y_box, self.log_y))):
            label = QLabel(name)
            label.setBuddy(box)
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            log.setToolTip(f"Logarithmic {name} axis")
            for column, widget in enumerate((label, box, log)):
                grid.addWidget(widget, row, column)
        grid.setColumnStretch(1, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 6, 4, 4)
        column.addLayout(grid)
        column.addWidget(self.chart, 1)
        self.chart.setToolTip("Click or drag a box to select; wheel zooms, double click shows all")

    def _connect(self) -> None:
        for box in (self.x_box, self.y_box):
            box.currentIndexChanged.connect(lambda _=None: self._refresh())
        for log in (self.log_x, self.log_y):
            log.toggled.connect(lambda _=None: self._refresh())
        self.chart.box.boxed.connect(self._box)
        self.chart.box.pressed.connect(self._click)
        self._selection.nodes_changed.connect(self._follow_nodes)
        self._selection.visible_changed.connect(self._refresh)

    def _refresh(self) -> None:
        """Draw now if anybody looks, else when they do."""
        if self.isVisible():
            self.redraw()
        else:
            self._stale = True

    def _follow_nodes(self) -> None:
        if self.isVisible():
            self._draw_selected()
        else:
            self._stale = True

    def _values(self, box: QComboBox, log: QCheckBox) -> np.ndarray:
        name = box.currentData()
        if name is None:
            return np.zeros(len(self._nodes))
        values = self._nodes[name].to_numpy(float)
        if not log.isChecked():
            return values
        return np.log10(values, out=np.full(len(values), np.nan), where=values > 0)

    def _shown(self) -> np.ndarray:
        visible = np.zeros(len(self._nodes), bool)
        visible[list(self._selection.visible)] = True
        return visible & np.isfinite(self._points).all(axis=1)

    def _draw_dots(self) -> None:
        shown = np.flatnonzero(self._shown()) if not self.is_histogram else np.empty(0, int)
        self.dots.setData(pos=self._points[shown], data=shown, brush=self._brushes[shown].tolist())
        self._draw_selected()

    def _draw_selected(self) -> None:
        nodes = np.array(sorted(self._selection.nodes), int)
        nodes = nodes[self._shown()[nodes]]
        self.rings.setData(pos=np.empty((0, 2)) if self.is_histogram else self._points[nodes])
        if self.is_histogram:
            self._draw_histogram()

    def _draw_histogram(self) -> None:
        ink = QColor(self.chart.ink)
        ink.setAlpha(120)
        shown = self._shown()
        chosen = np.zeros_like(shown)
        chosen[list(self._selection.nodes)] = True
        for item, nodes, color in ((self.bars, shown, ink), (self.chosen_bars, shown & chosen, QColor(SELECTED))):
            edges, counts = self._counts(nodes)
            item.setOpts(x0=edges[:-1], x1=edges[1:], y0=0, height=counts, brush=color, pen=None)
            item.setVisible(self.is_histogram)

    def _counts(self, nodes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        shown = self._points[self._shown(), 0]
        if not shown.size:
            return np.zeros(2), np.zeros(1)
        edges = np.histogram_bin_edges(shown, min(_BINS, max(int(np.sqrt(shown.size)), 5)))
        return edges, np.histogram(self._points[nodes, 0], edges)[0]

    def _box(self, box: QRectF, adding: bool) -> None:
        x, y = self._points.T
        inside = self._shown() & (x >= box.left()) & (x <= box.right())
        if not self.is_histogram:
            inside &= (y >= box.top()) & (y <= box.bottom())
        self._choose(np.flatnonzero(inside), adding)

    def _click(self, place: object, adding: bool) -> None:
        x, y = place.x(), place.y()  # type: ignore[attr-defined]
        if self.is_histogram:
            edges, _ = self._counts(self._shown())
            left = edges[max(np.searchsorted(edges, x, side="right") - 1, 0)]
            right = edges[min(np.searchsorted(edges, x, side="right"), len(edges) - 1)]
            self._box(QRectF(left, 0, right - left, 1), adding)
            return
        shown = np.flatnonzero(self._shown())
        distance = np.linalg.norm((self._points[shown] - (x, y)) / self.chart.box.viewPixelSize(), axis=1)
        near = shown[np.argmin(distance)] if shown.size and distance.min() <= _NEAR else None
        self._choose(np.empty(0, int) if near is None else np.array([near]), adding)

    def _choose(self, nodes: np.ndarray, adding: bool) -> None:
        self._selection.nodes = {*nodes.tolist(), *(self._selection.nodes if adding else ())}


def _brush(red: float, green: float, blue: float) -> QBrush:
    return QBrush(QColor.fromRgbF(red, green, blue, _ALPHA))
