"""Charts in the colours of the viewer's theme; the one place that imports pyqtgraph.

A drag with the left button selects what lies in the box, the wheel zooms, a drag with the right button too, the middle
button moves, a double click shows everything again.
"""

from __future__ import annotations

from typing import Any

from napari.utils.theme import get_theme
from qtpy.QtCore import QRectF, Qt, Signal
from typing_extensions import override

# isort: split
import pyqtgraph as pg  # it takes the Qt binding that is loaded already: the one of qtpy

_BELOW = 7  # pixels: axes put their titles that far outside


class SelectBox(pg.ViewBox):
    """Plot area in which the left button draws a box."""

    boxed = Signal(QRectF, bool)
    """Corners in the units of the axes; whether a key that adds to the selection is down."""
    pressed = Signal(object, bool)
    """Place of a click in the units of the axes; whether a key that adds is down."""

    @override
    def mouseDragEvent(self, ev: Any, axis: int | None = None) -> None:
        if ev.button() != Qt.MouseButton.LeftButton or axis is not None:
            super().mouseDragEvent(ev, axis)
            return
        ev.accept()
        box = QRectF(ev.buttonDownPos(), ev.pos()).normalized()
        if ev.isFinish():
            self.rbScaleBox.hide()
            self.boxed.emit(self.childGroup.mapRectFromParent(box), adds(ev))
        else:
            self.updateScaleBox(ev.buttonDownPos(), ev.pos())

    @override
    def mouseClickEvent(self, ev: Any) -> None:
        if ev.button() == Qt.MouseButton.LeftButton:
            ev.accept()
            self.pressed.emit(self.mapToView(ev.pos()), adds(ev))

    @override
    def mouseDoubleClickEvent(self, ev: Any) -> None:
        ev.accept()
        self.autoRange()


class _Axis(pg.AxisItem):
    """Axis whose logarithmic ticks are plain numbers: 0.1, 1, 10."""

    @override
    def logTickStrings(self, values: Any, scale: float, spacing: float) -> list[str]:
        return [f"{10.0**value:g}" for value in values]


class Chart(pg.PlotWidget):
    """A plot without menus and buttons, in the colours of a theme."""

    def __init__(self) -> None:
        self.box = SelectBox(enableMenu=False)
        super().__init__(viewBox=self.box, axisItems={side: _Axis(side) for side in ("left", "bottom")})
        self.hideButtons()
        self.getPlotItem().layout.setContentsMargins(0, 4, 4, _BELOW)  # type: ignore[union-attr]
        self.setMinimumHeight(180)
        self.ink = "#808080"

    def set_theme(self, name: str) -> None:
        """Draw in the colours of a theme of napari."""
        theme = get_theme(name)
        self.ink = theme.text.as_hex()
        self.setBackground(theme.background.as_hex())
        faint = pg.mkColor(self.ink)
        faint.setAlpha(110)
        for side in ("left", "bottom"):
            axis = self.getAxis(side)
            axis.setPen(faint)
            axis.setTextPen(pg.mkColor(self.ink))

    def name_axes(self, bottom: str, left: str) -> None:
        """Titles of the axes; the units stand in them as they are, without prefixes."""
        for side, text in (("bottom", bottom), ("left", left)):
            axis = self.getAxis(side)
            axis.enableAutoSIPrefix(False)
            axis.setLabel(text)


def adds(event: Any) -> bool:
    """Whether Shift or Ctrl is down."""
    keys = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier
    return bool(event.modifiers() & keys)
