"""A closed loop in four charts: the search, the levers, what was verified, and the front of conductivity and cost."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ssbi_core.optimize.closed_loop.result import OptimizationResult
from ssbi_core.report.figures.canvas import CHART_WIDTH_IN, INK, text_width
from ssbi_core.report.figures.log_ticks import log_ticks
from ssbi_core.report.formatting import gain_in_words, power_of_ten
from ssbi_core.simulate import ProcessParameters

_BLUE, _ORANGE, _GREY, _BAND, _RULE = "#1F5FA8", "#B4501E", "#9AA0A6", "#D3E2F2", "#D9DDE2"
_SMALL, _PAD = 8.0, 0.012
_ROW_IN, _HEAD_IN, _FOOT_IN = 0.34, 0.36, 0.08
_APART = 0.14  # of rows, the half width in which points of one round are strewn


def search_figure(result: OptimizationResult) -> Figure:
    """Return the conductivity of every process tried, round by round, and the best solved so far. Inside `style`."""
    figure = Figure(figsize=(CHART_WIDTH_IN, 2.9))
    axes = figure.add_axes((0.085, 0.17, 0.895, 0.68))
    rounds = np.array([design.round for design in result.designs])
    place = rounds + _strewn(rounds)
    predicted, solved = (
        np.exp([getattr(design, name) for design in result.designs]) for name in ("predicted", "solved")
    )
    best = [*result.best_by_round, result.best_by_round[-1]]
    axes.step(np.arange(len(best)) - 0.5, best, where="post", color=_BLUE, linewidth=1.4, label="best solved so far")
    axes.plot(place, predicted, "o", markersize=4.5, markerfacecolor="none", markeredgecolor=_GREY, linestyle="none",
              label="predicted by the net")  # fmt: skip
    axes.plot(place, solved, "o", markersize=4.5, color=_BLUE, linestyle="none", label="solved by finite elements")
    axes.plot(place[:1], solved[:1], "D", markersize=6, color=_ORANGE, linestyle="none", label="start")
    axes.set_xlim(-0.5, len(result.best_by_round) - 0.5)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlabel("Round")
    _log_axis(axes, np.concatenate([predicted, solved[np.isfinite(solved)]]))
    _above(axes, ncols=4)
    return figure


def levers_figure(result: OptimizationResult) -> Figure:
    """Return each lever's range with start, optimum, and where less than a tenth is lost. Call inside `style`."""
    levers = result.sensitivity
    height = _ROW_IN * len(levers) + _HEAD_IN + _FOOT_IN
    figure = Figure(figsize=(CHART_WIDTH_IN, height))
    names = [str(ProcessParameters.model_fields[lever.name].title) for lever in levers]
    left = max(text_width(figure, name) for name in names) + 2 * _PAD
    axes = figure.add_axes((left, _FOOT_IN / height, 0.60 - left, 1 - (_HEAD_IN + _FOOT_IN) / height))
    axes.set(xlim=(-0.03, 1.03), ylim=(len(levers) - 0.5, -0.5))
    axes.set_axis_off()
    for row, lever in enumerate(levers):
        at = result.lever_position(lever.name)
        axes.plot([0, 1], [row, row], color=_RULE, linewidth=2, solid_capstyle="round", zorder=1)
        axes.plot(
            [at(lever.low), at(lever.high)], [row, row], color=_BAND, linewidth=9, solid_capstyle="butt", zorder=2
        )
        axes.plot(at(lever.initial), row, "D", markersize=6, color=_ORANGE, zorder=3)
        axes.plot(at(lever.optimized), row, "o", markersize=7, color=_BLUE, zorder=4)
        axes.text(-_PAD, row, names[row], transform=axes.get_yaxis_transform(), ha="right", va="center_baseline")
        unit = "" if lever.unit == "1" else f" {lever.unit.replace('degC', '°C')}"
        _column(figure, axes, row, 0.80, f"{_value(lever.initial)} → {_value(lever.optimized)}{unit}")
        _column(figure, axes, row, 0.97, f"{lever.loss_if_put_back:.0%}")
    y = 1 - 0.5 * _HEAD_IN / height
    for right, head in ((0.80, "Start → optimum"), (0.97, "Lost if put back")):
        figure.text(right, y, head, ha="right", va="center", fontweight="bold")
    figure.text(left, y, "◆", color=_ORANGE, va="center")
    figure.text(left + 0.022, y, "start", va="center", fontsize=_SMALL)
    figure.text(left + 0.085, y, "●", color=_BLUE, va="center")
    figure.text(left + 0.107, y, "optimum", va="center", fontsize=_SMALL)
    figure.text(left + 0.195, y, "▬", color=_BAND, va="center")
    figure.text(left + 0.222, y, "less than a tenth lost", va="center", fontsize=_SMALL)
    return figure


def verified_figure(result: OptimizationResult) -> Figure:
    """Return both conductivities of each field of view, joined, and the gain with its interval. Call inside `style`."""
    found = result.verification
    figure = Figure(figsize=(CHART_WIDTH_IN, 2.6))
    axes = figure.add_axes((0.085, 0.19, 0.60, 0.72))
    for before, after in zip(np.exp(found.before), np.exp(found.after), strict=True):
        axes.plot([0, 1], [before, after], color=_GREY, linewidth=0.7, alpha=0.8, zorder=1)
    for at, values, color in ((0, found.before, _ORANGE), (1, found.after, _BLUE)):
        axes.plot(np.full(len(values), at), np.exp(values), "o", markersize=4, color=color, alpha=0.75, zorder=2)
        mean = math.exp(values.mean())
        axes.plot([at - 0.09, at + 0.09], [mean, mean], color=INK, linewidth=2, zorder=3)
    axes.set_xlim(-0.25, 1.25)
    axes.set_xticks([0, 1], ["start", "optimum"])
    _log_axis(axes, np.exp(np.concatenate([found.before, found.after])))
    low, high = found.gain_interval_90
    words = [
        (gain_in_words(found.gain), 17.0, "bold"),
        (f"90 % between {gain_in_words(low)} and {gain_in_words(high)}", _SMALL, "normal"),
        ("of a typical field of view (thick lines),", _SMALL, "normal"),
        (f"by finite elements in {found.realizations} new ones of each", _SMALL, "normal"),
    ]
    for line, (text, size, weight) in enumerate(words):
        figure.text(
            0.72, 0.68 - (0.16 if line else 0) - 0.085 * max(line - 1, 0), text, fontsize=size, fontweight=weight
        )
    return figure


def pareto_figure(result: OptimizationResult) -> Figure:
    """Return conductivity against cost of the front, coloured by thermal budget. Call inside `style`."""
    figure = Figure(figsize=(CHART_WIDTH_IN, 2.9))
    axes = figure.add_axes((0.085, 0.17, 0.74, 0.76))
    cost = np.array([point.cost for point in result.pareto])
    sigma = np.array([point.conductivity_S_per_cm for point in result.pareto])
    ends = np.array([point.interval_90_S_per_cm for point in result.pareto])
    heat = np.array([point.thermal_budget_K_h for point in result.pareto])
    shade = ScalarMappable(Normalize(0, float(heat.max())), "YlOrBr")
    axes.errorbar(cost, sigma, yerr=np.abs(ends.T - sigma), fmt="none", ecolor=_GREY, elinewidth=1, zorder=1)
    axes.scatter(cost, sigma, s=36, c=shade.to_rgba(heat), edgecolors=INK, linewidths=0.7, zorder=2)  # type: ignore[arg-type]
    axes.axhline(result.verification.baseline, color=_ORANGE, linewidth=1.2, linestyle=(0, (5, 3)), zorder=0)
    axes.annotate("start, verified", (1, result.verification.baseline), (-4, 4), xycoords=axes.get_yaxis_transform(),
                  textcoords="offset points", ha="right", color=_ORANGE, fontsize=_SMALL)  # fmt: skip
    axes.set_xlabel("Cost")
    _log_axis(axes, np.concatenate([ends.ravel(), [result.verification.baseline]]))
    bar = figure.colorbar(shade, cax=figure.add_axes((0.865, 0.17, 0.016, 0.76)))
    bar.set_label("Thermal budget, K h", fontsize=_SMALL)
    bar.ax.tick_params(labelsize=_SMALL, length=3)
    bar.outline.set_linewidth(0.4)  # type: ignore[operator]
    return figure


def _value(value: float) -> str:
    return f"{value:.3g}" if abs(value) >= 1 else f"{value:.2g}"


def _strewn(rounds: np.ndarray) -> np.ndarray:
    """Offsets that set the points of one round side by side."""
    offsets = np.zeros(len(rounds))
    for number in np.unique(rounds):
        at = np.flatnonzero(rounds == number)
        offsets[at] = np.linspace(-2 * _APART, 2 * _APART, len(at)) if len(at) > 1 else 0.0
    return offsets


def _log_axis(axes: Axes, values: np.ndarray) -> None:
    low, high = float(values.min()) / 1.25, float(values.max()) * 1.25
    ticks, labels, exponent = log_ticks(low, high)
    axes.set_yscale("log")
    axes.set_ylim(low, high)
    axes.set_yticks(ticks, labels)
    axes.minorticks_off()
    power = f"{power_of_ten(exponent)} " if exponent else ""
    axes.set_ylabel(f"$\\sigma_{{\\mathrm{{eff}}}}$, {power}S/cm")
    axes.tick_params(labelsize=_SMALL, length=3)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color=_RULE, linewidth=0.6)
    axes.set_axisbelow(True)


def _above(axes: Axes, ncols: int) -> None:
    axes.legend(loc="lower left", bbox_to_anchor=(-0.01, 1.0), ncols=ncols, frameon=False, fontsize=_SMALL,
                borderaxespad=0.2, handletextpad=0.5, columnspacing=1.4, handlelength=1.2)  # fmt: skip


def _column(figure: Figure, axes: Axes, row: int, right: float, text: str) -> None:
    y = figure.transFigure.inverted().transform(axes.transData.transform((0, row)))[1]
    figure.text(right, y, text, ha="right", va="center_baseline")
