"""Measured conductivities to learn from, a row each."""

from __future__ import annotations

from collections.abc import Callable

from napari.components import ViewerModel
from qtpy.QtCore import Signal
from qtpy.QtWidgets import QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from napari_ssbi.compute.prediction import Measured
from napari_ssbi.widgets.measured_row import MeasuredRow
from napari_ssbi.widgets.step_panel import scroll_to
from ssbi_core.errors import InputError

_HEADERS = ("Image", "T (K)", "σ (S/cm)")
_NONE = "No measurement yet: the material is as uncertain as its file says."


class MeasuredTable(QWidget):
    """Rows of measurements, and the button that adds one.

    Parameters
    ----------
    viewer : among whose labels the images are chosen.
    temperature : of a new row, in K.
    """

    edited = Signal()

    def __init__(self, viewer: ViewerModel, temperature: Callable[[], float]) -> None:
        super().__init__()
        self._viewer, self._temperature = viewer, temperature
        self.rows: list[MeasuredRow] = []
        self._last = 0
        self._none = QLabel(_NONE)
        self._none.setWordWrap(True)
        self._headers = [QLabel(text) for text in _HEADERS]
        self.add_button = QPushButton("Add a measurement")
        self.add_button.clicked.connect(lambda: self.add())
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(4)
        self._grid.setVerticalSpacing(3)
        self._grid.setColumnStretch(0, 1)
        for column, header in enumerate(self._headers):
            self._grid.addWidget(header, 0, column)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._none)
        column.addLayout(self._grid)
        column.addWidget(self.add_button)
        self._number()

    def add(self) -> MeasuredRow:
        """One more row, to be filled in."""
        row = MeasuredRow(self._viewer, self._temperature())
        self._last += 2  # a line of cells and one for what is wrong with them
        for column, cell in enumerate(row.cells):
            self._grid.addWidget(cell, self._last, column)
        self._grid.addWidget(row.reason, self._last + 1, 0, 1, len(row.cells))
        row.edited.connect(self.edited)
        row.remove.clicked.connect(lambda: self._remove(row))
        self.rows.append(row)
        self._number()
        row.conductivity.setFocus()
        self.edited.emit()
        return row

    def typed(self) -> tuple[object, ...]:
        """What is in the cells, to be compared; raises as `measured`."""
        self._refuse()
        return tuple(row.typed() for row in self.rows)

    def measured(self) -> list[Measured]:
        """The measurements with their images.

        Raises
        ------
        InputError
            If a cell is empty or wrong; it says which, and the cell is marked.
        """
        for row in self.rows:
            row.mark_all()
        self._refuse()
        return [row.measured() for row in self.rows]

    def show_wrong(self) -> None:
        """Go to the first cell that is wrong."""
        cell = next((cell for row in self.rows for cell in row.wrong()), None)
        if cell is not None:
            cell.setFocus()
            scroll_to(cell)

    def release(self) -> None:
        """Let go of the viewer."""
        for row in self.rows:
            row.release()

    def _refuse(self) -> None:
        for number, row in enumerate(self.rows, 1):
            wrong = row.wrong()
            if wrong:
                reason = next(iter(wrong.values()))
                came_in = f"measurement {number}: {reason}"
                needed = "an image, a temperature in K and a conductivity in S/cm for each measurement"
                raise InputError(came_in, needed, "correct the marked cell, or remove the row")

    def _remove(self, row: MeasuredRow) -> None:
        at = self.rows.index(row)
        self.rows.remove(row)
        row.release()
        for widget in (*row.cells, row.reason):
            self._grid.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        self._number()
        (self.rows[min(at, len(self.rows) - 1)].remove if self.rows else self.add_button).setFocus()
        self.edited.emit()

    def _number(self) -> None:
        for widget in self._headers:
            widget.setVisible(bool(self.rows))
        self._none.setVisible(not self.rows)
        before: QWidget | None = None
        for number, row in enumerate(self.rows, 1):
            row.name(f"Measurement {number}")
            for cell in row.cells:
                if before is not None:
                    QWidget.setTabOrder(before, cell)
                before = cell
        if before is not None:
            QWidget.setTabOrder(before, self.add_button)
