"""What a better conductivity costs: processes of which no other is better in everything, one of them to be chosen."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from qtpy.QtCore import Signal
from qtpy.QtWidgets import QComboBox, QFormLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from napari_ssbi.compute.process_search import Improved, KnownProcess
from napari_ssbi.views.charts import pg
from napari_ssbi.views.plot import SELECTED
from napari_ssbi.widgets.conductivity_axis import BLUE, ORANGE, ConductivityChart, logarithm

_NEAR = 14  # screen pixels from a dot that a click may miss it by
_MARGIN = 0.06  # of the axis of cost, at each end
_KEY = (
    f"○ expected, with the 90 % interval   <span style='color:{ORANGE}'>◆</span> start   "
    f"<span style='color:{BLUE}'>●</span> optimum, both verified"
)


class FrontChart(QWidget):
    """Conductivity against cost; a click, or the list under it, chooses a process."""

    chosen = Signal(object)
    """A `KnownProcess` of the front; None for none."""

    def __init__(self) -> None:
        super().__init__()
        self._front: tuple[KnownProcess, ...] = ()
        self.chart = ConductivityChart()
        self.chart.setToolTip("Click on a process to see its levers")
        self.ends = pg.ErrorBarItem(beam=0.0)
        self.dots = pg.ScatterPlotItem(size=10, brush=None)
        self.start = pg.ScatterPlotItem(size=13, symbol="d", brush=pg.mkBrush(ORANGE), pen=None)
        self.optimum = pg.ScatterPlotItem(size=11, brush=pg.mkBrush(BLUE), pen=None)
        self.ring = pg.ScatterPlotItem(size=17, brush=None, pen=pg.mkPen(SELECTED, width=2))
        for item in (self.ends, self.dots, self.start, self.optimum, self.ring):
            self.chart.addItem(item)
        self.list = QComboBox()
        self.list.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.list.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        form.addRow("&Process", self.list)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.chart)
        key = QLabel(_KEY)
        key.setWordWrap(True)
        column.addWidget(key)
        column.addLayout(form)
        self.list.currentIndexChanged.connect(lambda _=None: self._choose())
        self.chart.box.pressed.connect(lambda place, _adds: self._click(place))

    def show_front(self, found: Improved | None) -> None:
        """Show the front of a result, nothing chosen; hidden for None."""
        self.setVisible(found is not None)
        self._front = () if found is None else found.front
        self.list.clear()
        self.list.addItem("none chosen")
        self.list.addItems([_in_words(process) for process in self._front])
        if found is None:
            return
        cost, sigma = _places(self._front)
        low, high = np.array([process.interval for process in self._front], float).reshape(-1, 2).T
        below, above = (np.abs(logarithm(end) - sigma) for end in (low, high))
        self.ends.setData(x=cost, y=sigma, top=above, bottom=below)
        self.dots.setData(cost, sigma)
        self.start.setData(*_places([found.start]))
        self.optimum.setData(*_places([found.optimum]))
        costs = np.array([*cost, found.start.cost, found.optimum.cost])
        margin = _MARGIN * max(float(np.ptp(costs)), 0.1)
        every = np.array([*low, *high, found.start.conductivity, found.optimum.conductivity])
        self.chart.scale(every, costs.min() - margin, costs.max() + margin, "Cost")

    def set_theme(self, name: str) -> None:
        """Draw in the colours of a theme."""
        self.chart.set_theme(name)
        faint = pg.mkColor(self.chart.ink)
        faint.setAlpha(110)
        self.dots.setPen(pg.mkPen(self.chart.ink, width=1.5))
        self.ends.setData(pen=pg.mkPen(faint))

    def _choose(self) -> None:
        at = self.list.currentIndex() - 1
        shown = self._front[at : at + 1] if at >= 0 else ()
        self.ring.setData(*_places(shown))
        self.chosen.emit(shown[0] if shown else None)

    def _click(self, place: object) -> None:
        if not self._front:
            return
        spot = np.array([place.x(), place.y()])  # type: ignore[attr-defined]
        apart = (np.stack(_places(self._front), axis=1) - spot) / self.chart.box.viewPixelSize()
        distance = np.linalg.norm(apart, axis=1)
        near = int(np.argmin(distance))
        self.list.setCurrentIndex(near + 1 if distance[near] <= _NEAR else 0)


def _places(processes: Sequence[KnownProcess]) -> tuple[np.ndarray, np.ndarray]:
    """Cost, and logarithm of the conductivity."""
    cost = np.array([process.cost for process in processes], float)
    return cost, logarithm(np.array([process.conductivity for process in processes], float))


def _in_words(process: KnownProcess) -> str:
    return f"{process.conductivity:.2g} S/cm, cost {process.cost:.2g}, {process.thermal_budget:.0f} K h"
