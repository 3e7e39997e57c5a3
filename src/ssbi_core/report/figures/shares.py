"""The resistance breakdown: one bar of length 100 %, cut by phase and labelled directly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ssbi_core.materials import Phase
from ssbi_core.report.figures.canvas import CHART_WIDTH_IN, INK, text_width
from ssbi_core.report.formatting import chemical, percent
from ssbi_core.report.records import ImageResult

_SMALLEST_SHARE = 0.005  # smaller shares are drawn as one, "Other"
_OTHER_COLOR = "#9AA0A6"
_PAD = 0.012


class _Segment(NamedTuple):
    label: str
    share: float
    color: str


def shares_figure(result: ImageResult) -> Figure | None:
    """Return the resistance breakdown as one stacked bar, None without one. Call inside `style`."""
    if result.transport is None or not result.transport.resistance_share:
        return None
    figure = Figure(figsize=(CHART_WIDTH_IN, 0.95))
    axes = figure.add_axes((0.003, 0, 0.994, 1))
    axes.set(xlim=(0, 1), ylim=(-1.15, 1))
    axes.set_axis_off()
    outside = _draw_segments(figure, axes, _segments(result.transport.resistance_share, result))
    _draw_outside_labels(figure, axes, outside)
    return figure


def _segments(shares: Mapping[str, float], result: ImageResult) -> list[_Segment]:
    ranked = sorted(shares.items(), key=lambda item: -item[1])
    segments = [
        _Segment(chemical(result.system.title_of(Phase.parse(key))), share, result.system.color_of(Phase.parse(key)))
        for key, share in ranked
        if share >= _SMALLEST_SHARE
    ]
    rest = sum(share for _, share in ranked if share < _SMALLEST_SHARE)
    return [*segments, _Segment("Other", rest, _OTHER_COLOR)] if rest >= 0.0005 else segments


def _draw_segments(figure: Figure, axes: Axes, segments: Sequence[_Segment]) -> list[tuple[float, str]]:
    """Draw the bar; return position and text of the labels that do not fit inside."""
    outside, left = [], 0.0
    for label, share, color in segments:
        axes.barh(0.5, share, left=left, height=0.94, color=color, edgecolor=INK, linewidth=0.5)
        centre = left + share / 2
        inside = f"{label}\n{percent(share)}"
        if text_width(figure, inside) + _PAD < share:
            axes.text(centre, 0.48, inside, ha="center", va="center", color=contrasting(color), linespacing=1.35)
        else:
            outside.append((centre, f"{label}  {percent(share)}"))
        left += share
    return outside


def _draw_outside_labels(figure: Figure, axes: Axes, labels: Sequence[tuple[float, str]]) -> None:
    """Set the labels in one line under the bar, from the right, each led to its segment."""
    limit = 1.0
    for anchor, text in reversed(labels):
        width = text_width(figure, text)
        centre = min(anchor, limit - width / 2)
        axes.plot([anchor, anchor, centre, centre], [0.02, -0.18, -0.3, -0.48], color=INK, linewidth=0.6)
        axes.text(centre, -0.56, text, ha="center", va="top")
        limit = centre - width / 2 - 2 * _PAD


def contrasting(color: str) -> str:
    """Return black or white, whichever stands out more from the colour (WCAG 2 relative luminance)."""
    channels = [int(color[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#000000" if (luminance + 0.05) / 0.05 > 1.05 / (luminance + 0.05) else "#ffffff"
