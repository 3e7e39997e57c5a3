"""A hyperparameter search in two figures: how the error fell, trial by trial, and which settings decided it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from ssbi_core.io.atomic import atomic_path
from ssbi_core.optimize.tuning.outcome import TuningOutcome
from ssbi_core.report.figures.canvas import CHART_WIDTH_IN, INK, print_png, style, text_width
from ssbi_core.report.formatting import number, percent, power_of_ten

_BLUE, _ORANGE, _GREY, _BAND, _RULE = "#1F5FA8", "#B4501E", "#9AA0A6", "#F8EBDD", "#D9DDE2"
_HEIGHT_IN, _BOX = 3.7, (0.072, 0.14, 0.835, 0.70)  # of the figure; right of the axes stand the names of the lines
_TOP = 2.0  # times the default's error, above which a trial is drawn at the upper edge
_ROW_IN, _HEAD_IN = 0.3, 0.36
_COLUMNS = (0.80, 0.97)  # right ends of the columns of values, of the figure
_DPI, _SMALL, _PAD = 200, 8.0, 0.012


class _Trials(NamedTuple):
    """Trials with a finite error, (n,) each."""

    number: np.ndarray
    error: np.ndarray
    complete: np.ndarray


def history_figure(outcome: TuningOutcome) -> Figure:
    """Return the error of each trial, the least so far, and the default with its spread. Call inside `style`."""
    figure = Figure(figsize=(CHART_WIDTH_IN, _HEIGHT_IN))
    axes = figure.add_axes(_BOX)
    trials = _trials(outcome)
    limit = _TOP * outcome.default_error
    _draw_axes(axes, outcome, trials, limit)
    _draw_default(axes, outcome)
    _draw_trials(axes, trials, limit)
    axes.legend(loc="lower left", bbox_to_anchor=(-0.01, 1.0), ncols=5, frameon=False, fontsize=_SMALL,
                borderaxespad=0.2, handletextpad=0.5, columnspacing=1.4, handlelength=1.2)  # fmt: skip
    _name_lines(axes, outcome)
    return figure


def importance_figure(outcome: TuningOutcome) -> Figure | None:
    """Return the share of each setting beside its values, None where trials are too few. Call inside `style`."""
    shares = outcome.importance
    if not shares:
        return None
    height = _ROW_IN * len(shares) + _HEAD_IN
    figure = Figure(figsize=(CHART_WIDTH_IN, height))
    names = [name.replace("_", " ") for name in shares]
    left = max(text_width(figure, name) for name in names) + 2 * _PAD
    axes = figure.add_axes((left, 0.02, 0.68 - left, 1 - _HEAD_IN / height - 0.02))
    axes.set(ylim=(len(shares) - 0.5, -0.5), xlim=(0, 1.16 * max(shares.values())))
    axes.set_axis_off()
    for row, (name, share) in enumerate(shares.items()):
        axes.text(-_PAD, row, names[row], transform=axes.get_yaxis_transform(), ha="right", va="center_baseline")
        axes.barh(row, share, height=0.62, color=_BLUE, linewidth=0)
        axes.annotate(percent(share), (share, row), (6, 0), textcoords="offset points", va="center_baseline")
        _write_values(figure, axes, row, (outcome.parameters[name], outcome.default[name]))
    _write_heads(figure, height)
    axes.axvline(0, color=INK, linewidth=0.8)
    return figure


def save_tuning_figures(outcome: TuningOutcome, folder: Path) -> list[Path]:
    """Write history.png and, with trials enough to tell, importance.png into an existing folder.

    Raises
    ------
    OutputError
        If the folder cannot be written.
    """
    with style():
        drawn = {"history": history_figure(outcome), "importance": importance_figure(outcome)}
        images = {name: print_png(figure, _DPI) for name, figure in drawn.items() if figure is not None}
    for name, png in images.items():
        with atomic_path(folder / f"{name}.png") as temporary:
            temporary.write_bytes(png)
    return [folder / f"{name}.png" for name in images]


def _trials(outcome: TuningOutcome) -> _Trials:
    error = np.asarray(outcome.trials["error"], float)
    state = np.asarray(outcome.trials["state"], str)
    known = np.isfinite(error) & (state != "fail")
    return _Trials(np.asarray(outcome.trials["number"])[known], error[known], state[known] == "complete")


def _draw_axes(axes: Axes, outcome: TuningOutcome, trials: _Trials, limit: float) -> None:
    lowest = min(trials.error.min(), outcome.default_error - outcome.spread)
    highest = max(min(trials.error.max(), limit), outcome.default_error + outcome.spread)
    margin = 0.08 * (highest - lowest) or 0.1 * highest
    axes.set_ylim(max(lowest - margin, 0), highest + margin)
    axes.set_xlim(-0.8, max(trials.number.max(), 1) + 0.8)
    axes.set_xlabel("Trial")
    axes.text(0, 1.115, _capitalised(outcome.measure), transform=axes.transAxes, va="bottom", fontweight="bold")
    axes.xaxis.set_major_locator(MaxNLocator(10, integer=True, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, symbol="\u202f%"))
    axes.tick_params(labelsize=_SMALL, length=3)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color=_RULE, linewidth=0.6)
    axes.set_axisbelow(True)


def _draw_default(axes: Axes, outcome: TuningOutcome) -> None:
    low, high = outcome.default_error - outcome.spread, outcome.default_error + outcome.spread
    axes.axhspan(low, high, color=_BAND, linewidth=0, zorder=0, label="spread of the default")
    axes.axhline(outcome.default_error, color=_ORANGE, linewidth=1.2, linestyle=(0, (5, 3)), zorder=2)


def _draw_trials(axes: Axes, trials: _Trials, limit: float) -> None:
    """Trials beyond the limit are arrows at the upper edge: one bad learning rate would flatten all the others."""
    least = np.minimum.accumulate(trials.error[trials.complete])
    at = [*trials.number[trials.complete], axes.get_xlim()[1]]
    axes.step(at, [*least, least[-1]], where="post", color=_BLUE, linewidth=1.4, label="least so far")
    hollow: dict[str, Any] = {"markerfacecolor": "white", "markeredgecolor": _GREY, "markeredgewidth": 1.1}
    inside = trials.error <= limit
    edge = np.full(inside.size, axes.get_ylim()[1] - 0.02 * np.ptp(axes.get_ylim()))
    kinds: list[tuple[np.ndarray, np.ndarray, str, str, dict[str, Any]]] = [
        (inside & trials.complete, trials.error, "o", "run to the end", {"color": _BLUE}),
        (inside & ~trials.complete, trials.error, "o", "stopped early", hollow),
        (~inside, edge, "^", "beyond the frame", {"color": _GREY}),
    ]
    for chosen, y, marker, name, look in kinds:
        if chosen.any():
            points = trials.number[chosen], y[chosen]
            axes.plot(*points, marker, label=name, markersize=4.5, linestyle="none", zorder=4, **look)


def _name_lines(axes: Axes, outcome: TuningOutcome) -> None:
    """Right of the axes, the two as far apart as two lines of text."""
    default, best = outcome.default_error, float(outcome.best["error"])
    low, high = axes.get_ylim()
    apart = 2.9 * _SMALL / 72 / (_BOX[3] * _HEIGHT_IN) * (high - low)
    middle, half = (default + best) / 2, max(default - best, apart) / 2
    named = [("default", default, middle + half, _ORANGE), ("best", best, middle - half, _BLUE)]
    if best == default:
        named = [("default", default, default, _ORANGE)]
    for name, value, at, color in named:
        text, where = f"{name}\n{number(100 * value)}\u202f%", axes.get_yaxis_transform()
        axes.text(1.015, at, text, transform=where, va="center", color=color, fontsize=_SMALL)


def _capitalised(words: str) -> str:
    return words[0].upper() + words[1:]


def _write_heads(figure: Figure, height: float) -> None:
    y = 1 - 0.5 * _HEAD_IN / height
    figure.text(_PAD, y, "Share in being among the best trials", fontweight="bold", va="center")
    for right, head in zip(_COLUMNS, ("Best", "Default"), strict=True):
        figure.text(right, y, head, ha="right", va="center", fontweight="bold")


def _write_values(figure: Figure, axes: Axes, row: int, values: tuple[Any, Any]) -> None:
    y = figure.transFigure.inverted().transform(axes.transData.transform((0, row)))[1]
    for right, value in zip(_COLUMNS, values, strict=True):
        figure.text(right, y, _setting(value), ha="right", va="center_baseline")


def _setting(value: Any) -> str:
    """As it would be typed: three digits at most, without zeros behind."""
    if not isinstance(value, float):
        return str(value).replace("x", " × ")
    if value == 0 or abs(value) >= 1e-3:
        return f"{value:.3g}"
    digits, exponent = f"{value:.2e}".split("e")
    power = power_of_ten(int(exponent))
    return power if float(digits) == 1 else f"{float(digits):g} × {power}"
