"""How likely which conductivity is from the graph alone, what finite elements say, and what makes it uncertain.

Under the distribution lies a bar per interval and one line for the finite elements, so that whether their value is
where it should be is seen without reading a number.
"""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from ssbi_core.predict.posterior import ConductivityPosterior
from ssbi_core.report.figures.canvas import CHART_WIDTH_IN, INK, dot, text_width
from ssbi_core.report.figures.log_ticks import log_ticks
from ssbi_core.report.figures.stacked_bar import HEIGHT_IN, Segment, draw_stacked_bar
from ssbi_core.report.formatting import number, power_of_ten
from ssbi_core.report.records import ImageResult
from ssbi_core.transport.solution import Bounded

SOURCES = {
    "material": ("Material", "#009E73"),
    "segmentation": ("Segmentation", "#E69F00"),
    "noise": ("Not explained by the net", "#8A8F98"),
    "weights": ("Not learned by the net", "#56B4E9"),
}
"""Source of variance -> what it is called, and its colour; of the palette of Okabe and Ito."""

_BLUE, _SOLVED = "#2B7BBA", "#C4500B"
_BANDS = {90: 0.35, 80: 0.6, 50: 0.9}  # per cent -> opacity
_REST = 0.14  # opacity of what is outside of all
_DRAWN, _POINTS = 0.995, 300  # of the distribution
_MARGIN = 0.03  # of the axis, at each end
_HILL, _ROW = 1.25, 0.17  # heights, where that of the peak is 1
_HILL_IN, _AXIS_IN, _TITLE_IN = 1.4, 0.52, 0.34
_PAD = 0.012
_FINITE_ELEMENTS = "Finite elements"


def prediction_figure(result: ImageResult) -> Figure | None:
    """Return the posterior over the split of its variance, None without a prediction. Call inside `style`."""
    if result.prediction is None:
        return None
    solved = _solved(result)
    rows_in = (len(_BANDS) + (solved is not None) + 0.3) * _ROW * _HILL_IN / _HILL
    height = _HILL_IN + rows_in + _AXIS_IN + _TITLE_IN + HEIGHT_IN
    figure = Figure(figsize=(CHART_WIDTH_IN, height))
    left = text_width(figure, _FINITE_ELEMENTS) + 2 * _PAD
    bottom = (HEIGHT_IN + _TITLE_IN + _AXIS_IN) / height
    axes = figure.add_axes((left, bottom, 1 - left - _PAD, (_HILL_IN + rows_in) / height))
    _draw_posterior(axes, result.prediction, solved)
    title = "What makes it uncertain: shares of the variance"
    figure.text(0.003, (HEIGHT_IN + 0.08) / height, title, fontweight="bold")
    shares = result.prediction.variance_share
    segments = [Segment(name, shares[source], color) for source, (name, color) in SOURCES.items() if source in shares]
    draw_stacked_bar(figure, figure.add_axes((0.003, 0, 0.994, HEIGHT_IN / height)), segments)
    return figure


def _solved(result: ImageResult) -> Bounded | None:
    transport = result.transport
    return transport.effective_conductivity if transport is not None and transport.percolates else None


def _draw_posterior(axes: Axes, prediction: ConductivityPosterior, solved: Bounded | None) -> None:
    low, high = _range(prediction, solved)
    rows = len(_BANDS) + (solved is not None) + 0.3
    axes.set(xscale="log", xlim=(low, high), ylim=(-rows * _ROW, _HILL))
    _draw_ticks(axes, low, high)
    axes.plot([low, high], [0, 0], color=INK, linewidth=0.6)
    _draw_hill(axes, prediction)
    for row, level in enumerate(sorted(_BANDS)):
        ends, y = prediction.interval(level / 100), _middle(row)
        bar = {"height": 0.6 * _ROW, "color": _BLUE, "linewidth": 0}
        axes.barh(y, ends[1] - ends[0], left=ends[0], alpha=_BANDS[level], **bar)
        _draw_name(axes, y, f"{level}\u202f%")
    if solved is not None:
        _draw_solved(axes, _middle(len(_BANDS)), solved)
    _draw_text(axes, prediction.mean_S_per_cm, 1.06, f"{number(prediction.mean_S_per_cm)}\u00a0S/cm")


def _middle(row: int) -> float:
    return -(row + 0.65) * _ROW


def _range(prediction: ConductivityPosterior, solved: Bounded | None) -> tuple[float, float]:
    shown = [*prediction.interval(_DRAWN), *(bound for bound in solved or () if bound > 0)]
    reach = (max(shown) / min(shown)) ** _MARGIN
    return min(shown) / reach, max(shown) * reach


def _draw_hill(axes: Axes, prediction: ConductivityPosterior) -> None:
    at = np.geomspace(*prediction.interval(_DRAWN), _POINTS)
    height = prediction.density(at)
    height /= height.max()
    _fill(axes, at, height, _REST)
    before = _REST
    for level, opacity in _BANDS.items():  # one over the other, so that no seam shows
        low, high = prediction.interval(level / 100)
        inside = np.unique(np.concatenate([[low, high], at[(at > low) & (at < high)]]))
        shade = 1 - (1 - opacity) / (1 - before)
        _fill(axes, inside, np.interp(inside, at, height), shade)
        before = opacity
    axes.plot(at, height, color=_BLUE, linewidth=1.2)
    mean = prediction.mean_S_per_cm
    axes.plot([mean, mean], [0, float(np.interp(mean, at, height))], color=INK, linewidth=0.9)


def _fill(axes: Axes, at: np.ndarray, height: np.ndarray, opacity: float) -> None:
    x, y = np.concatenate([at[:1], at, at[-1:]]), np.concatenate([[0.0], height, [0.0]])
    axes.fill(x, y, color=_BLUE, alpha=opacity, linewidth=0)


def _draw_solved(axes: Axes, y: float, solved: Bounded) -> None:
    lower = solved.lower if solved.lower > 0 else solved.estimate  # 0 bounds nothing
    axes.plot([lower, solved.upper], [y, y], color=_SOLVED, linewidth=1.4)
    axes.plot([solved.estimate] * 2, [y, 1.0], color=_SOLVED, linewidth=0.9, linestyle=(0, (4, 3)))
    dot(axes, solved.estimate, y, _SOLVED, 7.0)
    _draw_name(axes, y, _FINITE_ELEMENTS)


def _draw_name(axes: Axes, y: float, name: str) -> None:
    pad = _PAD / axes.get_position().width
    axes.text(-pad, y, name, transform=axes.get_yaxis_transform(), ha="right", va="center_baseline")


def _draw_text(axes: Axes, x: float, y: float, text: str) -> None:
    """Bold and centred, but inside the axes."""
    figure = axes.get_figure(root=True)
    half = 0.6 * text_width(figure, text) / axes.get_position().width  # bold is wider  # type: ignore[arg-type]
    low, high = axes.get_xlim()
    place = np.log(x / low) / np.log(high / low)
    centre = min(max(place, half), 1 - half)
    at = low * (high / low) ** centre
    axes.text(at, y, text, ha="center", va="bottom", fontweight="bold")


def _draw_ticks(axes: Axes, low: float, high: float) -> None:
    ticks, labels, exponent = log_ticks(low, high)
    axes.set_xticks(ticks, labels)
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_yticks([])
    axes.tick_params(length=0)
    axes.grid(axis="x", color=INK, alpha=0.12, linewidth=0.6)
    axes.set_axisbelow(True)
    unit = f"{power_of_ten(exponent)}\u00a0S/cm" if exponent else "S/cm"
    axes.set_xlabel(f"Effective conductivity in {unit}")
    for side in ("top", "left", "right"):
        axes.spines[side].set_visible(False)
