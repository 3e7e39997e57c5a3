"""What lies on every picture: a scale bar of round length and an arrow along the transport axis.

White on a dark, half-transparent plate, because a micrograph can be bright or dark underneath.
"""

from __future__ import annotations

import math
from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from ssbi_core.report.formatting import round_length

_ABOVE_ALL = 10
_PLATE = {"facecolor": "black", "alpha": 0.6, "edgecolor": "none", "zorder": _ABOVE_ALL}


def scale_bar_length(width_nm: float, fraction: float = 0.3) -> float:
    """Return the longest of 1, 2, 5 times a power of ten (nm) within `fraction` of the width."""
    target = width_nm * fraction * (1 + 1e-9)  # 0.3 * 1000 nm and the like must not fall short by rounding
    decade = 10.0 ** math.floor(math.log10(target))
    return next(step * decade for step in (5, 2, 1) if step * decade <= target)


def draw_scale_bar(axes: Axes, width_nm: float) -> None:
    """Draw a scale bar with its length at the lower right; the axes span `width_nm`."""
    bar = scale_bar_length(width_nm)
    size, unit_x, unit_y = _units(axes)
    label = round_length(bar)
    length = bar / width_nm
    plate_width = max(length, 0.62 * len(label) * unit_x) + 1.4 * unit_x
    left, bottom = 1 - plate_width - 0.6 * unit_x, 0.6 * unit_y
    _plate(axes, left, bottom, plate_width, 2.5 * unit_y)
    centre = left + plate_width / 2
    bar_box = Rectangle((centre - length / 2, bottom + 0.5 * unit_y), length, 0.28 * unit_y)
    bar_box.set(facecolor="white", edgecolor="none", transform=axes.transAxes, zorder=_ABOVE_ALL)
    axes.add_artist(bar_box)
    _label(axes, centre, bottom + 0.95 * unit_y, label, size, verticalalignment="bottom")


def draw_transport_axis(axes: Axes, axis: int | None) -> None:
    """Draw an arrow from the first to the last face at the upper right; into the picture along the slices."""
    if axis is None:
        return
    size, unit_x, unit_y = _units(axes)
    width, height = 2.4 * unit_x, 4.2 * unit_y
    left, bottom = 1 - width - 0.6 * unit_x, 1 - height - 0.6 * unit_y
    _plate(axes, left, bottom, width, height)
    _label(axes, left + width / 2, bottom + 0.35 * unit_y, "Li⁺", size, verticalalignment="bottom")
    _arrow(axes, axis, (left + width / 2, bottom + 2.75 * unit_y), (unit_x, unit_y), size)


def font_size(axes: Axes) -> float:
    """Return the text size in points that suits the axes, small pictures included."""
    box = axes.get_window_extent()
    dpi = axes.get_figure(root=True).dpi  # type: ignore[union-attr]
    return float(min(max(2.3 * math.sqrt(box.width * box.height) / dpi, 5.0), 17.0))


def _units(axes: Axes) -> tuple[float, float, float]:
    """Text size in points, and one em as a fraction of the width and of the height."""
    size = font_size(axes)
    box = axes.get_window_extent()
    em = size / 72 * axes.get_figure(root=True).dpi  # type: ignore[union-attr]
    return size, em / box.width, em / box.height


def _plate(axes: Axes, left: float, bottom: float, width: float, height: float) -> None:
    axes.add_artist(Rectangle((left, bottom), width, height, transform=axes.transAxes, **_PLATE))


def _label(axes: Axes, x: float, y: float, text: str, size: float, **alignment: Any) -> None:
    axes.text(
        x, y, text, transform=axes.transAxes, color="white", fontsize=size, ha="center", zorder=_ABOVE_ALL, **alignment
    )


def _arrow(axes: Axes, axis: int, centre: tuple[float, float], em: tuple[float, float], size: float) -> None:
    (x, y), (unit_x, unit_y) = centre, em
    if axis == 2:  # the tail of an arrow that points away from the reader
        _label(axes, x, y, "⊗", 2 * size, verticalalignment="center")
        return
    dx, dy = (0.0, -1.15 * unit_y) if axis == 0 else (0.95 * unit_x, 0.0)
    head = {"arrowstyle": "-|>", "color": "white", "mutation_scale": size, "linewidth": 0.15 * size}
    ends = {"xy": (x + dx, y + dy), "xytext": (x - dx, y - dy), "xycoords": "axes fraction"}
    axes.annotate("", **ends, arrowprops={**head, "shrinkA": 0, "shrinkB": 0}, zorder=_ABOVE_ALL)
