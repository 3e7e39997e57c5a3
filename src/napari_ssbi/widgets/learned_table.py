"""What measurements said of the material: of each uncertain number how far from the file's value, before and after."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from qtpy.QtWidgets import QLabel, QVBoxLayout, QWidget

from napari_ssbi.widgets.text_grid import TextGrid

_TIP = "log10 of the value over that of the material file: 0.3 is twice as large, 1 ten times"
_HEADERS = ("", "before", "after")
_TOLD = 0.9  # of the uncertainty before; what keeps more was not told anything
_MOVED = 0.1  # of it, away from the file's value


class LearnedNumber(NamedTuple):
    """A number of the material, in decades.

    Attributes
    ----------
    title : of its phase.
    before : standard deviation before the measurements, about 0.
    mean, after : mean and standard deviation after them.
    """

    title: str
    before: float
    mean: float
    after: float

    @property
    def told(self) -> bool:
        """Whether the measurements say anything of it."""
        return self.after < _TOLD * self.before or abs(self.mean) > _MOVED * self.before


class LearnedTable(QWidget):
    """A row per number that the measurements told something of; hidden while nothing was learned."""

    def __init__(self) -> None:
        super().__init__()
        self._grid = TextGrid((14, 2))
        self.rest = QLabel()
        self.rest.setWordWrap(True)
        heading = QLabel("<b>What the measurements say of the material</b>, in decades")
        heading.setWordWrap(True)
        heading.setToolTip(_TIP)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.addWidget(heading)
        column.addLayout(self._grid)
        column.addWidget(self.rest)
        self.hide()

    def show_numbers(self, numbers: Sequence[LearnedNumber]) -> None:
        """Show these, those told most first; hidden without any."""
        self._grid.empty()
        told = sorted((number for number in numbers if number.told), key=lambda number: number.after / number.before)
        for column, text in enumerate(_HEADERS if told else ()):
            self._grid.put(0, column, text, _TIP)
        for row, number in enumerate(told, 1):
            words = (number.title, f"± {number.before:.2f}", f"{number.mean:+.2f} ± {number.after:.2f}")
            for column, text in enumerate(words):
                self._grid.put(row, column, text.replace("-", "−"), _TIP)  # noqa: RUF001 (a minus sign)
        left = [number.title for number in numbers if not number.told]
        self.rest.setText(f"As uncertain as before: {', '.join(left)}." if left else "")
        self.rest.setVisible(bool(left))
        self.setVisible(bool(numbers))
