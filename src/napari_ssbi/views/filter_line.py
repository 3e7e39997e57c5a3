"""The line in which a filter is typed, with what is wrong with it below."""

from __future__ import annotations

import numpy as np
import pandas as pd
from qtpy.QtCore import QTimer, Signal
from qtpy.QtWidgets import QLabel, QLineEdit, QVBoxLayout, QWidget

from napari_ssbi.views.filter import node_filter
from ssbi_core.errors import InputError

_PAUSE_MS = 200  # of the typing


class FilterLine(QWidget):
    """Filters a table of nodes while typing; what cannot be understood changes nothing."""

    filtered = Signal(object)
    """(n,) bool, which nodes pass."""

    def __init__(self) -> None:
        super().__init__()
        self._nodes: pd.DataFrame | None = None
        self.line = QLineEdit()
        self.line.setPlaceholderText("Filter: nmc or area > 500")
        self.line.setToolTip(
            "Words of a phase (nmc, pore), comparisons (area_nm2 > 500, phase = pore, touches_edge = no),\n"
            "joined by and, or, not. A number alone is a node."
        )
        self.line.setAccessibleName("Filter")
        self.line.setClearButtonEnabled(True)
        self.problem = QLabel()
        self.problem.setWordWrap(True)
        self.problem.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.line)
        column.addWidget(self.problem)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_PAUSE_MS)
        self._timer.timeout.connect(self.apply)
        self.line.textChanged.connect(lambda _=None: self._timer.start())
        self.line.returnPressed.connect(self.apply)

    def set_nodes(self, nodes: pd.DataFrame | None) -> None:
        """Filter this table from now on, with what is typed already."""
        self._nodes = nodes
        self._timer.stop()
        self.apply()

    def apply(self) -> None:
        """Filter now."""
        self._timer.stop()
        if self._nodes is None:
            return
        try:
            passes: np.ndarray = node_filter(self.line.text(), self._nodes)
        except InputError as error:
            self.problem.setText(f"{error.came_in}. Try {error.needed}.")
            self.problem.show()
            return
        self.problem.hide()
        self.filtered.emit(passes)

    def set_colors(self, warning: str) -> None:
        """Say problems in this colour."""
        self.problem.setStyleSheet(f"color: {warning};")
