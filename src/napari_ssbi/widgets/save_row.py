"""Saves a better process: a folder with its report, its numbers and its labels, never over anything."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
from qtpy.QtCore import QUrl
from qtpy.QtGui import QDesktopServices
from qtpy.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from napari_ssbi.compute.process_search import Saved
from napari_ssbi.widgets.jobs import Jobs, Listener
from napari_ssbi.widgets.messages import tell_error

_NAME = "optimization"


def ask_for_folder(parent: QWidget) -> str:
    """Let the user choose where to write; empty if they think better of it."""
    return QFileDialog.getExistingDirectory(parent, "Folder for the optimization")


class SaveRow(QWidget):
    """A button that asks for a folder, what was written, and a button that opens the report."""

    def __init__(self, jobs: Jobs) -> None:
        super().__init__()
        self._jobs, self._result = jobs, np.empty(0, np.uint8)
        self._report: Path | None = None
        self.ask = ask_for_folder
        self.save_button, self.open_button = QPushButton("Save …"), QPushButton("Open the report")
        self.save_button.setToolTip("optimization.json, report.html, every process tried, and the labels as TIFF")
        self.words = QLabel()
        self.words.setWordWrap(True)
        row = QHBoxLayout()
        row.addWidget(self.save_button)
        row.addWidget(self.open_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(row)
        column.addWidget(self.words)
        self.save_button.clicked.connect(lambda: self._save())
        self.open_button.clicked.connect(lambda: self._open())
        self.show_result(None)

    def show_result(self, result: np.ndarray | None) -> None:
        """Offer to save a sealed result; hidden for None."""
        self._result = np.empty(0, np.uint8) if result is None else result
        self.setVisible(result is not None)
        self._say("", None)

    def _save(self) -> None:
        chosen = self.ask(self)
        if not chosen:
            return
        self._say("Writing …", None)
        self.save_button.setEnabled(False)
        listener = Listener(
            done=self._saved, failed=self._failed, cancelled=lambda: self._say("Stopped: nothing was written.", None)
        )
        arguments = {"result": self._result, "folder": free_folder(Path(chosen))}
        self._jobs.run("save_optimization", arguments, listener)

    def _saved(self, saved: Saved) -> None:
        self._say(f"{saved.listing.name} and {saved.report.name} are in {saved.report.parent}", saved.report)

    def _failed(self, error: Exception) -> None:
        self._say("Nothing was written.", None)
        tell_error(error)

    def _say(self, words: str, report: Path | None) -> None:
        self._report = report
        self.save_button.setEnabled(True)
        self.open_button.setEnabled(report is not None)
        self.words.setText(words)
        self.words.setVisible(bool(words))

    def _open(self) -> None:
        if self._report is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._report)))


def free_folder(chosen: Path) -> Path:
    """The folder itself where it is empty or not there, else a new one in it."""
    if not chosen.is_dir() or not any(chosen.iterdir()):
        return chosen
    names = itertools.chain([_NAME], (f"{_NAME}_{number}" for number in itertools.count(2)))
    return next(chosen / name for name in names if not (chosen / name).exists())
