"""Rows of text under one another, the first column wide and the others to the right."""

from __future__ import annotations

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QGridLayout, QLabel


class TextGrid(QGridLayout):
    """Labels in rows and columns; columns after the first are numbers."""

    def __init__(self, spacing: tuple[int, int]) -> None:
        super().__init__()
        self.setContentsMargins(0, 0, 0, 0)
        self.setColumnStretch(0, 1)
        self.setHorizontalSpacing(spacing[0])
        self.setVerticalSpacing(spacing[1])

    def put(self, row: int, column: int, text: str, tip: str) -> None:
        """Write one cell."""
        label = QLabel(text)
        label.setToolTip(tip)
        label.setWordWrap(not column)
        if column:
            label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.addWidget(label, row, column)

    def empty(self) -> None:
        """Take all cells out."""
        while self.count():
            item = self.takeAt(0)
            widget = None if item is None else item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
