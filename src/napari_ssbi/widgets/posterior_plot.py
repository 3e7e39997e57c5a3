"""How likely which conductivity is, on a logarithmic axis: its distribution, its intervals, and what the solver found.

Under the distribution lies a row per interval, and one for the solver's value with its bounds, so that whether that is
where it should be is seen without reading a number.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from qtpy.QtCore import QPointF, QRectF, QSize, Qt
from qtpy.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from qtpy.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from napari_ssbi.widgets.log_axis import log_ticks

SOLVER = "#D55E00"
_COLOR = "#4C9ED9"
_HILL, _ROW, _AXIS = 92, 17, 34  # heights
_LEFT, _RIGHT = 48, 12
_TICK_APART = 44  # pixels
_MARGIN = 0.04  # of the axis, at each end
_FAINT = 60
_SHADES = (230, 165, 110)  # of the intervals of 50, 80 and 90 %
_OUTSIDE = 40


class Curve(NamedTuple):
    """A distribution of positive numbers.

    Attributes
    ----------
    at : (n,) ascending.
    height : (n,) density of the logarithm, of any scale.
    mean : its centre.
    intervals : level (0 to 1) -> ends.
    """

    at: np.ndarray
    height: np.ndarray
    mean: float
    intervals: Mapping[float, tuple[float, float]]


class Solved(NamedTuple):
    """What the solver found; `lower` and `upper` enclose what its mesh leaves open."""

    estimate: float
    lower: float
    upper: float


class PosteriorPlot(QWidget):
    """The distribution and what lies under it."""

    def __init__(self) -> None:
        super().__init__()
        self._curve: Curve | None = None
        self._solved: Solved | None = None
        self._ends = (1.0, 10.0)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setToolTip("The darker, the narrower the interval: 50, 80 and 90 %")
        self.hide()

    def show_curve(self, curve: Curve | None, solved: Solved | None = None) -> None:
        """Show a distribution, with what the solver found where that is known; hidden without one."""
        self._curve, self._solved = curve, solved
        self.setVisible(curve is not None)
        if curve is None:
            return
        self._ends = _ends(curve, solved)
        self.setFixedHeight(self._height())
        self.setAccessibleDescription(_in_words(curve, solved))
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(300, self._height())

    @override
    def paintEvent(self, _event: QPaintEvent | None) -> None:
        if self._curve is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_hill(painter, self._curve)
        levels = sorted(self._curve.intervals)
        for row, level in enumerate(levels):
            self._draw_interval(painter, row, level, _SHADES[row])
        if self._solved is not None:
            self._draw_solved(painter, len(levels), self._solved)
        self._draw_axis(painter)
        painter.end()

    def _rows(self) -> int:
        return (0 if self._curve is None else len(self._curve.intervals)) + (self._solved is not None)

    def _height(self) -> int:
        return _HILL + _ROW * self._rows() + _AXIS

    def _x(self, value: float) -> float:
        low, high = self._ends
        share = math.log(value / low) / math.log(high / low)
        return _LEFT + share * max(self.width() - _LEFT - _RIGHT, 1)

    def _draw_hill(self, painter: QPainter, curve: Curve) -> None:
        """The distribution: fainter outside each interval than within."""
        levels = sorted(curve.intervals)
        low, high = zip(*(curve.intervals[level] for level in levels), strict=True)
        edges = (float(curve.at[0]), *reversed(low), *high, float(curve.at[-1]))
        shades = (_OUTSIDE, *reversed(_SHADES[1:]), *_SHADES, _OUTSIDE)
        painter.setPen(Qt.PenStyle.NoPen)
        for (start, stop), shade in zip(pairwise(edges), shades, strict=True):
            outline = self._outline(curve, start, stop)
            painter.setBrush(_shaded(shade))
            feet = (QPointF(self._x(start), _HILL), QPointF(self._x(stop), _HILL))
            painter.drawPolygon(QPolygonF([feet[0], *outline, feet[1]]))
        painter.setPen(QPen(QColor(_COLOR), 1.5))
        painter.drawPolyline(QPolygonF(self._outline(curve, edges[0], edges[-1])))
        painter.setPen(QPen(self.palette().windowText().color(), 1.5))
        painter.drawLine(QPointF(self._x(curve.mean), 4), QPointF(self._x(curve.mean), _HILL))

    def _outline(self, curve: Curve, start: float, stop: float) -> list[QPointF]:
        at = np.concatenate([[start], curve.at[(curve.at > start) & (curve.at < stop)], [stop]])
        height = np.interp(np.log(at), np.log(curve.at), curve.height / curve.height.max())
        return [QPointF(self._x(x), _HILL - (_HILL - 8) * y) for x, y in zip(at, height, strict=True)]

    def _draw_interval(self, painter: QPainter, row: int, level: float, shade: int) -> None:
        assert self._curve is not None
        low, high = (self._x(end) for end in self._curve.intervals[level])
        middle = self._middle(row)
        self._name(painter, row, f"{100 * level:.0f} %")
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_shaded(shade))
        painter.drawRoundedRect(QRectF(low, middle - 4, max(high - low, 2), 8), 2, 2)

    def _draw_solved(self, painter: QPainter, row: int, solved: Solved) -> None:
        self._name(painter, row, "solver")
        middle, x = self._middle(row), self._x(solved.estimate)
        painter.setPen(QPen(QColor(SOLVER), 1.2, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(x, 4), QPointF(x, middle))
        painter.setPen(QPen(QColor(SOLVER), 2))
        low, high = (self._x(max(bound, self._ends[0])) for bound in (solved.lower, solved.upper))
        painter.drawLine(QPointF(low, middle), QPointF(high, middle))
        for end in (low, high):
            painter.drawLine(QPointF(end, middle - 4), QPointF(end, middle + 4))
        painter.setBrush(QColor(SOLVER))
        painter.drawPolygon(QPolygonF([QPointF(x + dx, middle + dy) for dx, dy in ((-4, 0), (0, -4), (4, 0), (0, 4))]))

    def _draw_axis(self, painter: QPainter) -> None:
        top = _HILL + _ROW * self._rows() + 3
        room = max(self.width() - _LEFT - _RIGHT, 1)
        ticks = log_ticks(*self._ends, _TICK_APART / room)
        ink = self.palette().windowText().color()
        faint = QColor(ink.red(), ink.green(), ink.blue(), _FAINT)
        painter.setPen(QPen(faint, 1))
        painter.drawLine(QPointF(_LEFT, _HILL), QPointF(_LEFT + room, _HILL))
        for value, label in zip(ticks.values, ticks.labels, strict=True):
            x = self._x(value)
            painter.setPen(QPen(faint, 1, Qt.PenStyle.DotLine))
            painter.drawLine(QPointF(x, _HILL), QPointF(x, top))
            painter.setPen(ink)
            painter.drawText(QRectF(x - 40, top, 80, 15), int(Qt.AlignmentFlag.AlignHCenter), label)
        unit = f"σ_eff in {ticks.factor} S/cm".replace("  ", " ")
        painter.drawText(QRectF(_LEFT, top + 14, room, 16), int(Qt.AlignmentFlag.AlignHCenter), unit)

    def _middle(self, row: int) -> float:
        return _HILL + _ROW * (row + 0.5) + 2

    def _name(self, painter: QPainter, row: int, name: str) -> None:
        painter.setPen(self.palette().windowText().color())
        side = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        painter.drawText(QRectF(0, self._middle(row) - _ROW / 2, _LEFT - 8, _ROW), side, name)


def _ends(curve: Curve, solved: Solved | None) -> tuple[float, float]:
    """Of the axis: all of the curve, and what the solver found, wherever that is."""
    found = () if solved is None else (solved.estimate, solved.lower, solved.upper)
    known = [float(curve.at[0]), float(curve.at[-1]), *(value for value in found if value > 0)]
    low, high = min(known), max(known)
    reach = (high / low) ** _MARGIN
    return low / reach, high * reach


def _in_words(curve: Curve, solved: Solved | None) -> str:
    words = [f"Conductivity {curve.mean:.3g} S/cm"]
    words += [
        f"{100 * level:.0f} % between {low:.3g} and {high:.3g}"
        for level, (low, high) in sorted(curve.intervals.items())
    ]
    words += [] if solved is None else [f"the solver found {solved.estimate:.3g}"]
    return "; ".join(words)


def _shaded(alpha: int) -> QColor:
    color = QColor(_COLOR)
    color.setAlpha(alpha)
    return color
