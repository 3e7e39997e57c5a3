"""How a search gets on: the conductivity of every process tried, round by round, and the best solved so far."""

from __future__ import annotations

import numpy as np
from qtpy.QtWidgets import QLabel, QVBoxLayout, QWidget

from napari_ssbi.compute.process_search import Searched
from napari_ssbi.views.charts import pg
from napari_ssbi.widgets.conductivity_axis import BLUE, ORANGE, ConductivityChart, logarithm

_KEY = (
    f"<span style='color:{BLUE}'>●</span> solved by finite elements   ○ predicted by the net   "
    f"<span style='color:{ORANGE}'>◆</span> start   <span style='color:{BLUE}'>▬</span> best so far"
)


class SearchChart(QWidget):
    """The chart under its heading; hidden while nothing was searched."""

    def __init__(self) -> None:
        super().__init__()
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.chart = ConductivityChart()
        self.predicted = pg.ScatterPlotItem(size=7, brush=None)
        self.best = pg.PlotDataItem(connect="finite", pen=pg.mkPen(BLUE, width=2))
        self.solved = pg.ScatterPlotItem(size=8, brush=pg.mkBrush(BLUE), pen=None)
        self.start = pg.ScatterPlotItem(size=12, symbol="d", brush=pg.mkBrush(ORANGE), pen=None)
        for item in (self.predicted, self.best, self.solved, self.start):
            self.chart.addItem(item)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        key = QLabel(_KEY)
        key.setWordWrap(True)
        for widget in (self.words, self.chart, key):
            column.addWidget(widget)
        self.hide()

    def show_search(self, searched: Searched | None) -> None:
        """Show what was tried; hidden for None."""
        self.setVisible(searched is not None)
        if searched is None:
            return
        predicted, solved = logarithm(searched.predicted), logarithm(searched.solved)
        asked = np.isfinite(solved)
        self.predicted.setData(searched.round, predicted)
        self.solved.setData(searched.round[asked], solved[asked])
        self.start.setData(searched.round[:1], solved[:1])
        best = logarithm(searched.best_by_round)
        edges = np.arange(len(best) + 1) - 0.5  # a step as wide as its round
        self.best.setData(np.repeat(edges, 2)[1:-1], np.repeat(best, 2))
        every = np.concatenate([searched.predicted, searched.solved])
        self.chart.scale(every, -0.5, len(best) - 0.5, "Round")
        self.chart.getAxis("bottom").setTicks([[(number, str(number)) for number in range(len(best))]])
        self.words.setText(_in_words(searched))
        self.chart.setAccessibleDescription(self.words.text())

    def set_theme(self, name: str) -> None:
        """Draw in the colours of a theme."""
        self.chart.set_theme(name)
        self.predicted.setPen(pg.mkPen(self.chart.ink))


def _in_words(searched: Searched) -> str:
    rounds, best = len(searched.best_by_round) - 1, searched.best_by_round[-1]
    return (
        f"<b>Best after {rounds} {'round' if rounds == 1 else 'rounds'}: {best:.3g} S/cm</b>, "
        f"{best / searched.solved[0]:.3g} times the start, in the fields of view of the search; "
        f"{np.isfinite(searched.solved).sum()} of {len(searched.solved)} processes solved."
    )
