"""The colour scale of an overlay with its unit, which the viewer's own colour bar does not know."""

from __future__ import annotations

import numpy as np
from napari.layers import Image
from qtpy.QtCore import QRectF, QSize, Qt
from qtpy.QtGui import QColor, QLinearGradient, QPainter, QPaintEvent
from qtpy.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

_STOPS = 16
_BAR, _TEXT = 12, 18


class ColorBar(QWidget):
    """Gradient from the least to the largest value shown."""

    def __init__(self) -> None:
        super().__init__()
        self._colors: np.ndarray | None = None
        self._words = ("", "", "")
        self.setFixedHeight(_BAR + _TEXT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.hide()

    def show_layer(self, layer: Image | None, title: str = "", unit: str = "") -> None:
        """Show the scale of an image layer; nothing for None."""
        self.setVisible(layer is not None)
        if layer is None:
            return
        self._colors = layer.colormap.map(np.linspace(0, 1, _STOPS))
        low, high = layer.contrast_limits
        self._words = (f"{low:.3g}", f"{title} ({unit})", f"{high:.3g}")
        self.setAccessibleDescription(f"{title} from {low:.3g} to {high:.3g} {unit}")
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(300, _BAR + _TEXT)

    @override
    def paintEvent(self, _event: QPaintEvent | None) -> None:
        if self._colors is None:
            return
        painter = QPainter(self)
        gradient = QLinearGradient(0, 0, self.width(), 0)
        for share, color in zip(np.linspace(0, 1, _STOPS), self._colors, strict=True):
            gradient.setColorAt(float(share), QColor.fromRgbF(*(float(c) for c in color)))
        painter.fillRect(QRectF(0, 0, self.width(), _BAR), gradient)
        painter.setPen(self.palette().windowText().color())
        sides = (Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignHCenter, Qt.AlignmentFlag.AlignRight)
        for side, words in zip(sides, self._words, strict=True):
            painter.drawText(QRectF(0, _BAR, self.width(), _TEXT), int(side | Qt.AlignmentFlag.AlignVCenter), words)
        painter.end()
