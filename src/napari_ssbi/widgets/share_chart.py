"""Bars of how much of the resistance sits in which phase, in the legend's colours, with the number beside each."""

from __future__ import annotations

from typing import NamedTuple

from qtpy.QtCore import QRectF, QSize, Qt
from qtpy.QtGui import QColor, QPainter, QPaintEvent
from qtpy.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

_ROW = 22
_NAME = 0.40  # of the width
_NUMBER = 112


class ShareBar(NamedTuple):
    """One row: name, colour, share of the whole in [0, 1], and words beside it."""

    title: str
    color: str
    share: float
    words: str


class ShareChart(QWidget):
    """Horizontal bars; redrawn at once, so that it can follow a slider."""

    def __init__(self) -> None:
        super().__init__()
        self._bars: list[ShareBar] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_bars(self, bars: list[ShareBar]) -> None:
        """Show these, in order."""
        self._bars = bars
        self.setFixedHeight(_ROW * max(len(bars), 1))
        self.setAccessibleDescription("; ".join(f"{bar.title} {bar.words}" for bar in bars))
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(300, _ROW * max(len(self._bars), 1))

    @override
    def paintEvent(self, _event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        text = self.palette().windowText().color()
        left = self.width() * _NAME
        length = max(self.width() - left - _NUMBER, 20)
        for row, bar in enumerate(self._bars):
            top = row * _ROW
            painter.setPen(text)
            name = painter.fontMetrics().elidedText(bar.title, Qt.TextElideMode.ElideRight, int(left) - 8)
            painter.drawText(QRectF(0, top, left - 8, _ROW), int(Qt.AlignmentFlag.AlignVCenter), name)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(text.red(), text.green(), text.blue(), 30))
            painter.drawRoundedRect(QRectF(left, top + 5, length, _ROW - 10), 3, 3)
            painter.setBrush(QColor(bar.color))
            painter.drawRoundedRect(QRectF(left, top + 5, max(length * min(bar.share, 1.0), 1), _ROW - 10), 3, 3)
            painter.setPen(text)
            place = QRectF(left + length + 6, top, _NUMBER - 6, _ROW)
            painter.drawText(place, int(Qt.AlignmentFlag.AlignVCenter), bar.words)
        painter.end()
