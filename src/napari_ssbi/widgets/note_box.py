"""What has to be seen beside a result, in a box that nobody overlooks: a coloured edge, a heading, sentences."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QFrame, QLabel, QVBoxLayout

_EDGE = "#E69F00"  # of what is out of date, too: something to look at, nothing broken


class NoteBox(QFrame):
    """Sentences under a heading; hidden while there are none."""

    def __init__(self, heading: str) -> None:
        super().__init__()
        self._heading = heading
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.words.setTextFormat(Qt.TextFormat.RichText)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 6, 6, 6)
        column.addWidget(self.words)
        self.setObjectName("ssbi_note")
        self.setStyleSheet(
            f"#ssbi_note {{ border: none; border-left: 4px solid {_EDGE}; background: rgba(230, 159, 0, 28); }}"
            "#ssbi_note QLabel { background: transparent; }"
        )
        self.hide()

    def show_sentences(self, sentences: Sequence[str]) -> None:
        """Show these, or nothing."""
        items = "".join(f"<p style='margin: 4px 0 0 0'>{escape(sentence)}</p>" for sentence in sentences)
        self.words.setText(f"<b>{escape(self._heading)}</b>{items}")
        self.setAccessibleName(self._heading)
        self.setAccessibleDescription(" ".join(sentences))
        self.setVisible(bool(sentences))
