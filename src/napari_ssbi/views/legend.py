"""What the colours of the nodes mean: the phases that occur, or the scale of a measure with its ends."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from napari.utils.colormaps import ensure_colormap
from qtpy.QtCore import QRectF, QSize, Qt
from qtpy.QtGui import QColor, QLinearGradient, QPainter, QPaintEvent
from qtpy.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from napari_ssbi.views.coloring import COLORMAP, Coloring
from napari_ssbi.views.features import PHASE_TITLES, words

_ROW, _BAR, _SWATCH, _GAP = 18, 10, 10, 12
_STOPS = 16
_OUTLINE = 90  # opacity: pale phases are seen on pale themes


class ColorLegend(QWidget):
    """Swatches that wrap to the width, or a bar."""

    def __init__(self) -> None:
        super().__init__()
        self._phases: Mapping[str, str] = {}
        self._scale: Coloring | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_coloring(self, coloring: Coloring, phases: Mapping[str, str]) -> None:
        """Explain a colouring; `phases` are the colours of the phases that occur."""
        self._scale = coloring if coloring.limits else None
        self._phases = {} if coloring.limits else phases
        self._fit()
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(300, self._height())

    @override
    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)  # type: ignore[arg-type]
        self._fit()

    @override
    def paintEvent(self, _event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self.palette().windowText().color())
        if self._scale is None:
            self._paint_swatches(painter)
        else:
            self._paint_scale(painter, self._scale)
        painter.end()

    def _fit(self) -> None:
        if self.height() != self._height():
            self.setFixedHeight(self._height())

    def _height(self) -> int:
        places = self._places()
        return _ROW + (max(y for _, _, y in places) if places else _BAR)

    def _places(self) -> list[tuple[str, int, int]]:
        """Phase, left and top of each swatch."""
        places, x, y = [], 0, 0
        for key in self._phases:
            width = _SWATCH + 5 + self.fontMetrics().horizontalAdvance(PHASE_TITLES[key])
            if x and x + width > self.width():
                x, y = 0, y + _ROW
            places.append((key, x, y))
            x += width + _GAP
        return places

    def _paint_swatches(self, painter: QPainter) -> None:
        middle, text = int(Qt.AlignmentFlag.AlignVCenter), self.palette().windowText().color()
        for key, x, y in self._places():
            swatch = QRectF(x + 0.5, y + (_ROW - _SWATCH) / 2 + 0.5, _SWATCH - 1, _SWATCH - 1)
            painter.setPen(QColor(text.red(), text.green(), text.blue(), _OUTLINE))
            painter.setBrush(QColor(self._phases[key]))
            painter.drawRoundedRect(swatch, 2, 2)
            painter.setPen(text)
            painter.drawText(QRectF(x + _SWATCH + 5, y, self.width(), _ROW), middle, PHASE_TITLES[key])

    def _paint_scale(self, painter: QPainter, scale: Coloring) -> None:
        gradient = QLinearGradient(0, 0, self.width(), 0)
        for share, color in zip(np.linspace(0, 1, _STOPS), self._stops(), strict=True):
            gradient.setColorAt(float(share), color)
        painter.fillRect(QRectF(0, 0, self.width(), _BAR), gradient)
        low, high = scale.limits or (0.0, 0.0)
        below = QRectF(0, _BAR, self.width(), _ROW)
        for side, text in (
            (Qt.AlignmentFlag.AlignLeft, words(low)),
            (Qt.AlignmentFlag.AlignHCenter, "logarithmic" if scale.logarithmic else ""),
            (Qt.AlignmentFlag.AlignRight, words(high)),
        ):
            painter.drawText(below, int(side | Qt.AlignmentFlag.AlignVCenter), text)

    def _stops(self) -> list[QColor]:
        colors = ensure_colormap(COLORMAP).map(np.linspace(0, 1, _STOPS))
        return [QColor.fromRgbF(*(float(c) for c in color)) for color in colors]
