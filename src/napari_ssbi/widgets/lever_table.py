"""The levers of a process as a table: a row each."""

from __future__ import annotations

from typing import NamedTuple

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import QGridLayout, QLabel, QWidget

from napari_ssbi.widgets.lever_row import LeverRow
from napari_ssbi.widgets.step_panel import scroll_to
from ssbi_core.errors import InputError
from ssbi_core.simulate.process import ProcessParameters

_HEADERS = {
    "May change": "Untick what has to stay as it is",
    "start": "The process now; empty: as the image suggests, or the usual value",
    "low": "Lowest value that is considered",
    "high": "Highest value that is considered",
    "price": "What a unit of it costs, in a unit of your own",
}


class Levers(NamedTuple):
    """What was typed: process parameter -> value.

    Attributes
    ----------
    start : those that are known.
    bounds : of those that may change.
    prices : per unit.
    fixed : those that may not change.
    """

    start: dict[str, float]
    bounds: dict[str, tuple[float, float]]
    prices: dict[str, float]
    fixed: tuple[str, ...]


class LeverTable(QWidget):
    """Rows of levers; what is wrong in one stands under it."""

    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.rows = {name: LeverRow(name) for name in ProcessParameters.model_fields}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(2)
        grid.setVerticalSpacing(3)
        grid.setColumnStretch(0, 1)
        for column, (text, tip) in enumerate(_HEADERS.items()):
            header = QLabel(text)
            header.setToolTip(tip)
            header.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom)
            grid.addWidget(header, 0, column)
        for number, row in enumerate(self.rows.values()):
            for column, cell in enumerate(row.cells):
                grid.addWidget(cell, 2 * number + 1, column)
            grid.addWidget(row.reason, 2 * number + 2, 0, 1, len(row.cells))
            row.edited.connect(self.edited)
        self.show_origin(of_image=False)

    def show_origin(self, *, of_image: bool) -> None:
        """Say what an empty start stands for: inferred from the image, or the usual value."""
        for row in self.rows.values():
            row.show_start(of_image=of_image)

    def levers(self) -> Levers:
        """What was typed.

        Raises
        ------
        InputError
            If a cell is wrong, which is marked, or no lever may change.
        """
        for row in self.rows.values():
            wrong = row.wrong()
            if wrong:
                came_in = f"{row.free.text()}: {next(iter(wrong.values()))}"
                raise InputError(came_in, "numbers that a process can have", "correct the marked cell")
        free = [row for row in self.rows.values() if row.free.isChecked()]
        if not free:
            raise InputError("no lever that may change", "one at least", "tick one in the table of levers")
        told = {name: row.known() for name, row in self.rows.items()}
        return Levers(
            {name: value for name, value in told.items() if value is not None},
            {row.name: row.bounds() for row in free},
            {name: row.cost() for name, row in self.rows.items()},
            tuple(row.name for row in self.rows.values() if row not in free),
        )

    def wrong(self) -> list[QWidget]:
        """Cells that are wrong."""
        return [cell for row in self.rows.values() for cell in row.wrong()]

    def show_wrong(self) -> None:
        """Go to the first cell that is wrong."""
        for cell in self.wrong()[:1]:
            cell.setFocus()
            scroll_to(cell)
