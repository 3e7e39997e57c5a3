"""Thickness of a layer along the interface: where it is thin, where it is broken; a click goes there.

The measurement takes some tenths of a second on a large image and runs in a thread, when it is first looked at.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget
from superqt.utils import create_worker

from napari_ssbi.views.charts import Chart, pg
from napari_ssbi.views.features import PHASE_TITLES, number
from ssbi_core.errors import SsbiError
from ssbi_core.graph import ThicknessProfile, layer_thickness
from ssbi_core.io import PhaseMap
from ssbi_core.materials import LAYERS, Phase


class ProfilePlot(QWidget):
    """Chart of the thickness, its numbers, and the choice of the layer."""

    place_chosen = Signal(float, float)
    """Row and column, in pixels, of the place on the interface that was clicked."""

    def __init__(self, phases: PhaseMap, axis: int) -> None:
        super().__init__()
        self._phases, self._axis = phases, axis
        self._asked = 0
        self.profile: ThicknessProfile | None = None
        self.layer = QComboBox()
        self.layer.setAccessibleName("Layer")
        for phase in sorted(LAYERS):
            if phases.labels.ndim == 2 and np.any(phases.labels == phase):
                self.layer.addItem(PHASE_TITLES[phase.key].capitalize(), phase)
        self.layer.currentIndexChanged.connect(lambda _=None: self.measure())
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.words.setTextFormat(Qt.TextFormat.RichText)
        self.chart = Chart()
        self.chart.setToolTip("Click to see the place in the image; wheel zooms, double click shows all")
        self.chart.name_axes("Position along the interface (nm)", "Thickness (nm)")
        self.curve = pg.PlotDataItem(connect="finite")
        self.mark = pg.InfiniteLine(angle=90)
        self.median = pg.InfiniteLine(angle=0)
        self.mark.hide()
        for item in (self.curve, self.median, self.mark):
            self.chart.addItem(item)
        self.chart.box.pressed.connect(lambda place, _adding: self.choose(place.x()))
        self.chart.box.boxed.connect(lambda box, _adding: self.chart.box.setRange(rect=box, padding=0))
        self._lay_out()

    def set_theme(self, name: str) -> None:
        """Draw in the colours of a theme."""
        self.chart.set_theme(name)
        faint = pg.mkColor(self.chart.ink)
        faint.setAlpha(110)
        self.curve.setPen(pg.mkPen("#F2B134", width=2))
        self.curve.setFillLevel(0)
        self.curve.setBrush(pg.mkBrush(242, 177, 52, 60))
        self.median.setPen(pg.mkPen(faint, style=Qt.PenStyle.DashLine))
        self.mark.setPen(pg.mkPen(self.chart.ink, width=1.5))

    def measure(self) -> None:
        """Measure the layer that is chosen; the answer comes later."""
        phase: Phase | None = self.layer.currentData()
        if phase is None:
            flat = self._phases.labels.ndim == 2
            self.words.setText("No reaction layer and no coating here." if flat else "For single images only.")
            return
        self._asked += 1
        self.words.setText("Measuring…")
        create_worker(
            layer_thickness,
            self._phases,
            self._axis,
            phase,
            _start_thread=True,
            _connect={
                "returned": partial(self._show, self._asked),
                "errored": partial(self._fail, self._asked),
            },
        )

    def release(self) -> None:
        """What is still being measured is not waited for."""
        self._asked += 1

    def choose(self, position_nm: float) -> None:
        """Go to the place nearest to a position along the interface."""
        if self.profile is None:
            return
        nearest = int(np.argmin(np.abs(self.profile.position_nm - position_nm)))
        self.mark.setPos(self.profile.position_nm[nearest])
        self.mark.show()
        row, column = self.profile.place[nearest]
        self.place_chosen.emit(float(row), float(column))

    def _show(self, asked: int, profile: ThicknessProfile) -> None:
        if asked != self._asked:
            return
        self.profile = profile
        ends = np.flatnonzero(np.diff(profile.piece)) + 1
        x, y = (np.insert(column, ends, np.nan) for column in (profile.position_nm, profile.thickness_nm))
        self.curve.setData(x, y)
        self.median.setPos(profile.median_nm)
        self.mark.hide()
        self.chart.box.autoRange()
        self.words.setText(profile_words(profile))

    def _fail(self, asked: int, error: Exception) -> None:
        if asked == self._asked:
            self.profile = None
            self.curve.setData([], [])
            self.words.setText(f"No profile: {error.came_in}." if isinstance(error, SsbiError) else f"{error}")

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        label = QLabel("Layer")
        label.setBuddy(self.layer)
        row.addWidget(label)
        row.addWidget(self.layer, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 6, 4, 4)
        column.addLayout(row)
        column.addWidget(self.words)
        column.addWidget(self.chart, 1)

    def showEvent(self, event: Any) -> None:
        """Measure when first looked at."""
        super().showEvent(event)
        if self._asked == 0:
            self.measure()


def profile_words(profile: ThicknessProfile) -> str:
    """The numbers of a profile in one line."""
    low, high = (number(profile.percentile_nm(p)) for p in (5, 95))
    return (
        f"Median <b>{number(profile.median_nm)} nm</b> · mean {number(profile.mean_nm)} nm · "
        f"5–95 %: {low}–{high} nm · uncovered {100 * profile.uncovered_share:.3g} %"  # noqa: RUF001
    )
