"""A search that takes long, paused and gone on with: what it has found out lies in a file until then."""

from __future__ import annotations

import itertools
import tempfile
from pathlib import Path

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from napari_ssbi.widgets.step_panel import Request

_PAUSED = "Paused. Resume goes on to the same end as if nothing had happened."


class PauseBar(QWidget):
    """Pause while a search runs, Resume after that; hidden while there is neither."""

    pause = Signal()
    resume = Signal(object)
    """The `Request` that was paused."""

    def __init__(self) -> None:
        super().__init__()
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._numbers = itertools.count(1)
        self._running: Request | None = None
        self._paused: Request | None = None
        self._pausing = False
        self.pause_button, self.resume_button = QPushButton("Pause"), QPushButton("Resume")
        self.pause_button.setToolTip("Stop, and keep every answer for Resume; Cancel drops them")
        self.resume_button.setToolTip("Go on from where it was paused, with the settings and phases it was begun with")
        self.words = QLabel(_PAUSED)
        self.words.setWordWrap(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.words, 1)
        row.addWidget(self.pause_button)
        row.addWidget(self.resume_button)
        self.pause_button.clicked.connect(lambda: self._pause())
        self.resume_button.clicked.connect(lambda: self.resume.emit(self._paused))
        self.refresh(running=False, busy=False)

    @property
    def holds(self) -> bool:
        """Whether a search is paused."""
        return self._paused is not None

    def kept(self, settings: object) -> Path:
        """File of answers of a search with these settings: that of the paused one where it has the same."""
        if self._paused is not None and self._paused.settings == settings:
            return self._paused.arguments["kept"]
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="ssbi-search-", ignore_cleanup_errors=True)
        return Path(self._folder.name) / f"answers_{next(self._numbers)}.json"

    def started(self, request: Request) -> None:
        """A search is about to run."""
        self._running, self._pausing = request, False

    def stopped(self) -> bool:
        """It was stopped; whether that was a pause. What was cancelled keeps nothing."""
        paused, self._pausing = self._pausing, False
        self._end(keep=paused)
        return paused

    def failed(self) -> None:
        """It failed: what it had found out until then is kept, if it is anything."""
        self._end(keep=self._running is not None and self._running.arguments["kept"].exists())

    def finished(self) -> None:
        """It came to its end."""
        self._end(keep=False)

    def refresh(self, *, running: bool, busy: bool) -> None:
        """Show what can be done: while it runs, and while any step does."""
        paused = self._paused is not None and not running
        self.pause_button.setVisible(running)
        self.pause_button.setEnabled(not self._pausing)
        self.resume_button.setVisible(paused)
        self.resume_button.setEnabled(not busy)
        self.words.setVisible(paused)
        self.setVisible(running or paused)

    def release(self) -> None:
        """Drop all answers."""
        self._running = self._paused = None
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def _pause(self) -> None:
        self._pausing = True
        self.pause_button.setEnabled(False)
        self.pause.emit()

    def _end(self, *, keep: bool) -> None:
        request, self._running = self._running, None
        if request is None:
            return
        file: Path = request.arguments["kept"]
        if keep:
            self._paused = request
            return
        file.unlink(missing_ok=True)
        if self._paused is not None and self._paused.arguments["kept"] == file:
            self._paused = None
