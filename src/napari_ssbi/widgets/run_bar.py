"""The foot of the dock: run a step, run all, how far it is, Cancel."""

from __future__ import annotations

from napari.utils import progress as activity
from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import QGridLayout, QLabel, QProgressBar, QPushButton, QWidget

from napari_ssbi.widgets.jobs import TimeLeft

_STEPS = 1000


class RunBar(QWidget):
    """Buttons while nothing runs; progress and Cancel while something does."""

    run = Signal()
    run_all = Signal()
    cancel = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._activity: activity | None = None
        self._left = TimeLeft()
        self.run_button = QPushButton("Run")
        self.run_button.setDefault(True)
        self.run_button.setToolTip("Run this step (Ctrl+Enter)")
        self.all_button = QPushButton("Run to here")
        self.all_button.setToolTip("Run every step up to this one that is not done or out of date (Ctrl+Shift+Enter)")
        self.cancel_button = QPushButton("Cancel")
        self.cancel_button.setToolTip("Stop what runs; results there are stay (Esc)")
        self.bar = QProgressBar()
        self.bar.setRange(0, _STEPS)
        self.bar.setTextVisible(False)
        self.words = QLabel()
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
        grid = QGridLayout(self)
        grid.setContentsMargins(6, 4, 6, 6)
        grid.addWidget(self.run_button, 0, 0, 1, 2)
        grid.addWidget(self.all_button, 0, 2)
        grid.addWidget(self.words, 1, 0, 1, 3)
        grid.addWidget(self.bar, 2, 0, 1, 2)
        grid.addWidget(self.cancel_button, 2, 2)
        grid.setColumnStretch(0, 1)
        self.run_button.clicked.connect(lambda: self.run.emit())
        self.all_button.clicked.connect(lambda: self.run_all.emit())
        self.cancel_button.clicked.connect(lambda: self.cancel.emit())
        self._show(False)

    def started(self, title: str) -> None:
        """A job runs."""
        self._left = TimeLeft()
        self._activity = activity(total=_STEPS, desc=title)
        self._show(True)
        self.progress(title, 0.0)

    def progress(self, text: str, done: float) -> None:
        """How far it is."""
        left = self._left.in_words(done)
        self.words.setText(f"{text} · {left}" if left else text)
        self.bar.setValue(int(done * _STEPS))
        shown = self._activity
        if shown is not None:  # napari handles events while it redraws: the job may end in between
            shown.n = int(done * _STEPS)
            shown.set_description(text)

    def cancelling(self) -> None:
        """Cancel was asked for."""
        self.words.setText("Stopping ...")
        self.cancel_button.setEnabled(False)

    def ended(self) -> None:
        """It runs no more."""
        if self._activity is not None:
            self._activity.close()
            self._activity = None
        self._show(False)

    def _show(self, running: bool) -> None:
        self.run_button.setEnabled(not running)
        self.all_button.setEnabled(not running)
        self.cancel_button.setEnabled(running)
        for widget in (self.words, self.bar, self.cancel_button):
            widget.setVisible(running)
