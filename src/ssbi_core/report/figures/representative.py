"""Is the field of view large enough: the spread of sigma_eff over windows against their size, and what it leads to."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from ssbi_core.report.figures.canvas import CHART_WIDTH_IN, INK, dot
from ssbi_core.report.formatting import percent, round_length
from ssbi_core.report.records import ImageResult
from ssbi_core.transport.representative_volume import RepresentativeVolume

_MEASURED, _EXTRAPOLATED = "#2B7BBA", "#C4500B"


def representative_figure(result: ImageResult) -> Figure | None:
    """Return spread against window size, None where it was not computed or nothing varies. Call inside `style`."""
    found = result.representative
    if found is None or found.law is None or not any(size.spread > 0 for size in found.sizes):
        return None
    figure = Figure(figsize=(CHART_WIDTH_IN, 2.7))
    axes = figure.add_axes((0.09, 0.29, 0.87, 0.66))
    _draw_sizes(axes, found)
    _draw_law(axes, found)
    axes.set(xscale="log", yscale="log", xlabel=_x_label(found), ylabel="Spread of σ between windows")
    _draw_ticks(axes, found)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    return figure


def _draw_sizes(axes: Axes, found: RepresentativeVolume) -> None:
    for size in found.sizes:
        if not size.spread > 0:
            continue
        count = len(size.conductivity)
        error = 1 / np.sqrt(2 * (count - 1))  # of the logarithm of a standard deviation
        x = size.size_px * found.pixel_size_nm
        axes.plot([x, x], size.spread * np.exp([-error, error]), color=_MEASURED, linewidth=1.2)
        fitted = count >= 3  # two windows tell no spread worth fitting
        dot(axes, x, size.spread, _MEASURED, 7.0 if fitted else 4.0)


def _draw_law(axes: Axes, found: RepresentativeVolume) -> None:
    assert found.law is not None
    start = found.sizes[0 if found.law.falls else -1].area_px  # one that does not fall says nothing of small windows
    area = np.geomspace(start, found.whole_area_px, 50)
    x = np.array([_edge(found, a) for a in area]) * found.pixel_size_nm
    low, high = np.array([found.law.interval(a) for a in area]).T
    axes.fill(np.append(x, x[::-1]), np.append(low, high[::-1]), color=INK, alpha=0.1, linewidth=0)
    axes.plot(x, [found.law.at(a) for a in area], color=INK, linewidth=0.9, linestyle=(0, (5, 3)))
    whole = found.relative_uncertainty
    dot(axes, x[-1], whole, _EXTRAPOLATED, 9.0)
    axes.annotate(
        f"±{percent(whole)}",
        (x[-1], whole),
        xytext=(4, 9),
        textcoords="offset points",
        ha="right",
        va="bottom",
        color=INK,
        fontweight="bold",
    )


def _edge(found: RepresentativeVolume, area: float) -> float:
    """Edge in pixels of a window of this area."""
    first = found.sizes[0]
    return float(first.size_px * (area / first.area_px) ** (1 / found.dimensions))


def _x_label(found: RepresentativeVolume) -> str:
    return "Width of the strips" if found.shape == "strips" else "Edge of the windows"


def _draw_ticks(axes: Axes, found: RepresentativeVolume) -> None:
    ticks = [size.size_px * found.pixel_size_nm for size in found.sizes]
    counts = [len(size.conductivity) for size in found.sizes]
    labels = [f"{round_length(tick)}\n{count} windows" for tick, count in zip(ticks, counts, strict=True)]
    whole = _edge(found, found.whole_area_px) * found.pixel_size_nm
    axes.set_xticks([*ticks, whole], [*labels, f"{round_length(round(whole, 1))}\nwhole picture"])
    axes.xaxis.set_minor_locator(NullLocator())
    low, high = axes.get_ylim()
    axes.set_ylim(low / 1.3, high * 1.3)
    subs = (1, 3) if high / low > 12 else (1, 2, 3, 5, 7)
    axes.yaxis.set_major_locator(LogLocator(subs=subs))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.grid(axis="y", color=INK, alpha=0.12, linewidth=0.6)
    axes.tick_params(length=0)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: percent(value)))
