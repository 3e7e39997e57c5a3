"""Which trained net: the shipped one, or one of the user's own in a folder."""

from __future__ import annotations

from pathlib import Path

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QPushButton, QWidget


class NetChoice(QWidget):
    """A line for the folder, empty for the shipped net, and a button that asks for it."""

    edited = Signal()

    def __init__(self, trained_by: str) -> None:
        super().__init__()
        self.line = QLineEdit()
        self.line.setPlaceholderText("shipped with the plugin")
        self.line.setAccessibleName("Folder of the net")
        self.line.setToolTip(f"Folder that {trained_by} wrote; empty: the net shipped with the plugin")
        self.line.textChanged.connect(lambda _=None: self.edited.emit())
        browse = QPushButton("Choose …")
        browse.clicked.connect(lambda: self._browse())
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.line, 1)
        row.addWidget(browse)
        self.setFocusProxy(self.line)

    def folder(self) -> str | None:
        """Absolute path of the folder; None for the shipped net."""
        text = self.line.text().strip()
        return str(Path(text).expanduser().absolute()) if text else None

    def _browse(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Folder of the net", self.line.text())
        if folder:
            self.line.setText(folder)
