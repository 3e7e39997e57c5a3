"""Corrections teach the net: learn from strokes, what that changed, and where to paint next."""

from __future__ import annotations

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QCheckBox, QLabel, QPushButton, QVBoxLayout, QWidget


class LearnBox(QWidget):
    """Button, result and two boxes."""

    learn = Signal()
    mark_places = Signal(bool)
    show_before = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.button = QPushButton("Learn from my strokes")
        self.button.setToolTip(
            "The net's last layer is fitted to what you painted and held to what it said elsewhere; then it is asked "
            "again"
        )
        self.button.clicked.connect(lambda: self.learn.emit())
        self.places = QCheckBox("Mark where to paint next")
        self.places.setToolTip("Places where the net is unsure over a large area: strokes there tell it most")
        self.places.toggled.connect(self.mark_places)
        self.before = QCheckBox("Show the phases before learning")
        self.before.toggled.connect(self.show_before)
        self.before.setVisible(False)
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.words.setVisible(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        for widget in (self.places, self.button, self.words, self.before):
            column.addWidget(widget)

    def say(self, text: str) -> None:
        """What learning changed; nothing hides it, with the box that shows the phases before."""
        self.words.setText(text)
        for widget in (self.words, self.before):
            widget.setVisible(bool(text))
        if not text:
            self.before.setChecked(False)
