"""A bar of length 100 %, cut into labelled segments: labels inside where they fit, else led out below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ssbi_core.report.figures.canvas import INK, text_width
from ssbi_core.report.formatting import percent

HEIGHT_IN = 0.95
_SMALLEST_SHARE = 0.005  # smaller shares are drawn as one, "Other"
_OTHER_COLOR = "#9AA0A6"
_PAD = 0.012


class Segment(NamedTuple):
    """A part of the whole: what it is, its share, and its #rrggbb colour."""

    label: str
    share: float
    color: str


def draw_stacked_bar(figure: Figure, axes: Axes, segments: Sequence[Segment]) -> None:
    """Draw a bar over the width of the figure, the largest share first; the axes are `HEIGHT_IN` high."""
    axes.set(xlim=(0, 1), ylim=(-1.15, 1))
    axes.set_axis_off()
    outside = _draw_segments(figure, axes, _ranked(segments))
    _draw_outside_labels(figure, axes, outside)


def _ranked(segments: Sequence[Segment]) -> list[Segment]:
    ranked = sorted(segments, key=lambda segment: -segment.share)
    kept = [segment for segment in ranked if segment.share >= _SMALLEST_SHARE]
    rest = sum(segment.share for segment in ranked if segment.share < _SMALLEST_SHARE)
    return [*kept, Segment("Other", rest, _OTHER_COLOR)] if rest >= 0.0005 else kept


def _draw_segments(figure: Figure, axes: Axes, segments: Sequence[Segment]) -> list[tuple[float, str]]:
    """Draw the bar; return position and text of the labels that do not fit inside."""
    outside, left = [], 0.0
    for label, share, color in segments:
        axes.barh(0.5, share, left=left, height=0.94, color=color, edgecolor=INK, linewidth=0.5, clip_on=False)
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
