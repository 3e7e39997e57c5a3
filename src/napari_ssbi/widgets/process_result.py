"""What a search for a better process says: the gain, what to do, and what becomes of each lever."""

from __future__ import annotations

from html import escape

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QLabel, QVBoxLayout, QWidget

from napari_ssbi.compute.process_search import Improved
from napari_ssbi.widgets.lever_changes import LeverChanges
from napari_ssbi.widgets.messages import sentence
from napari_ssbi.widgets.note_box import NoteBox
from ssbi_core.digits import significant

_NONE = "Not searched yet."


class ProcessResult(QWidget):
    """Sentences and the table of levers."""

    def __init__(self) -> None:
        super().__init__()
        self.number, self.words = QLabel(_NONE), QLabel()
        for label in (self.number, self.words):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.RichText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.doubts = NoteBox("Before you use this")
        self.levers = LeverChanges()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        for widget in (self.number, self.doubts, self.words, self.levers):
            column.addWidget(widget)

    def show_result(self, found: Improved | None) -> None:
        """Show a result; that there is none for None."""
        self.words.setVisible(found is not None)
        self.levers.show_optimum(() if found is None else found.levers)
        self.doubts.show_sentences([] if found is None else [sentence(note) for note in found.notes])
        self.number.setText(_NONE if found is None else gain_in_words(found))
        if found is not None:
            self.words.setText("".join(f"<p style='margin: 0 0 5px 0'>{escape(each)}</p>" for each in found.words))


def gain_in_words(found: Improved) -> str:
    """The conductivities before and after, and the gain with its interval."""
    low, high = found.gain_interval
    verified = low > 0
    head = percent(found.gain) if verified else "No gain is verified"
    return (
        f"<b>{head}</b>: σ_eff {found.start.conductivity:.3g} → {found.optimum.conductivity:.3g} S/cm "
        f"at {found.temperature:.5g} K<br>90 % probable: {percent(low)} to {percent(high)}"
    )


def percent(gain: float) -> str:
    """A relative gain; from twofold on as a factor."""
    if gain >= 1:
        return f"× {significant(1 + gain, 2)}"
    return f"{'−' if gain < 0 else '+'}{100 * abs(gain):.0f} %"  # noqa: RUF001 (a minus sign)
