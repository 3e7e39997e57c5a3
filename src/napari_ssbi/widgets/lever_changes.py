"""What becomes of the levers, as a table: from the start to another value, and what else is told of each."""

from __future__ import annotations

from collections.abc import Sequence

from qtpy.QtWidgets import QWidget

from napari_ssbi.compute.process_search import KnownProcess, LeverChange
from napari_ssbi.widgets.lever_row import lever_title
from napari_ssbi.widgets.text_grid import TextGrid
from ssbi_core.digits import significant

_OPTIMUM = {
    "Lever": "",
    "start": "",
    "optimum": "",
    "loss": "Share of the conductivity lost with this lever alone put back",
    "may lie in": "With the other levers at the optimum, less than a tenth of the conductivity is lost in between",
}
_OTHER = {"Lever": "", "start": "", "this": ""}
_VALUE = 2  # column of what it is to be; bold where that is another value


class LeverChanges(QWidget):
    """A row per lever; hidden while there is nothing to show."""

    def __init__(self) -> None:
        super().__init__()
        self._grid = TextGrid((6, 3))
        self.setLayout(self._grid)
        self.hide()

    def show_optimum(self, levers: Sequence[LeverChange]) -> None:
        """From start to optimum, with how much each matters; hidden without any."""
        rows = [
            (
                lever_title(each.name),
                _value(each.initial),
                _value(each.optimized),
                f"{100 * max(each.loss_if_put_back, 0):.0f} %" if each.initial != each.optimized else "–",  # noqa: RUF001
                f"{significant(each.low, 2)} … {significant(each.high, 2)}",
            )
            for each in levers
        ]
        moved = [each.initial != each.optimized for each in levers]
        self._show(_OPTIMUM, rows, moved)

    def show_process(self, start: KnownProcess, process: KnownProcess) -> None:
        """From the start to a process."""
        pairs = [(name, start.values[name], value) for name, value in process.values.items()]
        rows = [(lever_title(name), _value(before), _value(after)) for name, before, after in pairs]
        self._show(_OTHER, rows, [before != after for _, before, after in pairs])

    def _show(self, headers: dict[str, str], rows: Sequence[Sequence[str]], moved: Sequence[bool]) -> None:
        self._grid.empty()
        for column, (text, tip) in enumerate(headers.items()):
            self._grid.put(0, column, text, tip)
            for at, (row, bold) in enumerate(zip(rows, moved, strict=True), 1):
                self._grid.put(at, column, f"<b>{row[column]}</b>" if bold and column == _VALUE else row[column], tip)
        self.setVisible(bool(rows))


def _value(value: float) -> str:
    return significant(value, 3)
