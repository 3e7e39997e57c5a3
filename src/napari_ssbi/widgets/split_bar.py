"""What a whole is made of: one bar cut in its parts, and under it the name and the number of each."""

from __future__ import annotations

from typing import NamedTuple

from qtpy.QtCore import QRectF, QSize, Qt
from qtpy.QtGui import QColor, QPainter, QPainterPath, QPaintEvent
from qtpy.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

_BAR, _GAP, _ROW = 16, 6, 20
_SWATCH, _PAD = 10, 6


class Part(NamedTuple):
    """One part: name, colour, share of the whole in [0, 1], and words beside the name."""

    title: str
    color: str
    share: float
    words: str


class SplitBar(QWidget):
    """A stacked bar with its legend."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[Part] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.hide()

    def show_parts(self, parts: list[Part]) -> None:
        """Show these, in order; hidden without any."""
        self._parts = parts
        self.setFixedHeight(self._height())
        self.setAccessibleDescription("; ".join(f"{part.title}: {part.words}" for part in parts))
        self.setVisible(bool(parts))
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(300, self._height())

    @override
    def paintEvent(self, _event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_bar(painter)
        for row, part in enumerate(self._parts):
            self._draw_row(painter, _BAR + _GAP + row * _ROW, part)
        painter.end()

    def _height(self) -> int:
        return _BAR + _GAP + _ROW * len(self._parts)

    def _draw_bar(self, painter: QPainter) -> None:
        whole = QPainterPath()
        whole.addRoundedRect(QRectF(0, 0, self.width(), _BAR), 3, 3)
        painter.save()
        painter.setClipPath(whole)
        left = 0.0
        for part in self._parts:
            width = self.width() * part.share
            painter.fillRect(QRectF(left, 0, width, _BAR), QColor(part.color))
            left += width
        painter.restore()

    def _draw_row(self, painter: QPainter, top: float, part: Part) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(part.color))
        painter.drawRoundedRect(QRectF(0, top + (_ROW - _SWATCH) / 2, _SWATCH, _SWATCH), 2, 2)
        painter.setPen(self.palette().windowText().color())
        left, words = _SWATCH + _PAD, painter.fontMetrics().horizontalAdvance(part.words) + 1
        room = self.width() - words - left - _PAD
        name = painter.fontMetrics().elidedText(part.title, Qt.TextElideMode.ElideRight, room)
        middle = int(Qt.AlignmentFlag.AlignVCenter)
        painter.drawText(QRectF(left, top, room + 2, _ROW), middle, name)
        painter.drawText(QRectF(self.width() - words, top, words, _ROW), middle, part.words)
