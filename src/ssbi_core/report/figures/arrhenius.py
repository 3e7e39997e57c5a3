"""Arrhenius plot: the conductivity of the whole structure against temperature, and the line through it."""

# ruff: noqa: RUF001 (Greek letters are meant as they stand)
from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, ScalarFormatter

from ssbi_core.materials.system import BOLTZMANN_EV
from ssbi_core.report.figures.canvas import INK, dot
from ssbi_core.report.formatting import number
from ssbi_core.report.records import ImageResult
from ssbi_core.transport.temperature import TemperatureSweep

_WIDTH_IN, _HEIGHT_IN = 5.4, 3.3
_BLUE = "#2B7BBA"
_CELSIUS = 273.15
_NEAREST = 0.08  # of the width of the axes, between two temperatures written above them
_GAP = 0.2  # the same, where a temperature between two round ones is written


def arrhenius_figure(result: ImageResult) -> Figure | None:
    """Return log10(sigma T) against 1/T with its fit, None without a sweep or conduction. Call inside `style`."""
    sweep = result.temperature_sweep
    if sweep is None or not sweep.percolates:
        return None
    figure = Figure(figsize=(_WIDTH_IN, _HEIGHT_IN))
    axes = figure.add_axes((0.155, 0.15, 0.82, 0.68))
    _draw_fit(axes, sweep)
    _draw_points(axes, sweep)
    axes.set(xlabel="1000 / T in K⁻¹", ylabel="log₁₀ (σT / S K cm⁻¹)")
    axes.yaxis.set_label_coords(-0.13, 0.5)
    axes.margins(x=0.06, y=0.1)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(5))
        axis.set_major_formatter(ScalarFormatter(useOffset=False))
    axes.grid(color=INK, alpha=0.12, linewidth=0.6)
    axes.tick_params(length=0)
    axes.spines["right"].set_visible(False)
    _draw_celsius(axes, sweep)
    return figure


def _draw_points(axes: Axes, sweep: TemperatureSweep) -> None:
    lower = np.where(sweep.lower > 0, sweep.lower, sweep.conductivity)  # 0 bounds nothing
    for kelvin, value, low, high in zip(sweep.temperature, sweep.conductivity, lower, sweep.upper, strict=True):
        x = 1000 / kelvin
        axes.plot([x, x], np.log10(np.array([low, high]) * kelvin), color=_BLUE, linewidth=1.2)
        dot(axes, x, float(np.log10(value * kelvin)), _BLUE, 7.0)


def _draw_fit(axes: Axes, sweep: TemperatureSweep) -> None:
    fit = sweep.fit
    kelvin = np.array([sweep.temperature.max(), sweep.temperature.min()])
    y = np.log10(fit.prefactor) - fit.activation_energy / (BOLTZMANN_EV * kelvin) / np.log(10)
    axes.plot(1000 / kelvin, y, color=INK, linewidth=0.9, linestyle=(0, (5, 3)))
    falls = fit.activation_energy >= 0
    axes.text(
        0.97 if falls else 0.03,
        0.95,
        f"{number(fit.activation_energy)} eV",
        transform=axes.transAxes,
        ha="right" if falls else "left",
        va="top",
        fontweight="bold",
    )


def _draw_celsius(axes: Axes, sweep: TemperatureSweep) -> None:
    """Round temperatures above the axes; in a wide range the cold ones lie far apart and the hot ones close."""
    left, right = axes.get_xlim()
    celsius = np.round(sweep.temperature - _CELSIUS, 6)  # 253.15 K is −20 °C
    locator = MaxNLocator(7, steps=[1, 2, 2.5, 5, 10])
    round_ones = np.asarray(locator.tick_values(celsius.min(), celsius.max()))
    between = (round_ones[1:] + round_ones[:-1]) / 2
    at: dict[float, str] = {}
    for ticks, apart in ((round_ones, _NEAREST), (between, _GAP)):
        for tick in ticks[(ticks >= celsius.min()) & (ticks <= celsius.max())]:
            x = 1000 / (tick + _CELSIUS)
            if all(abs(x - other) >= apart * (right - left) for other in at):
                at[x] = f"{tick:g}".replace("-", "−")
    top = axes.secondary_xaxis("top")
    top.set_xticks(list(at), list(at.values()))
    top.set_xlabel("Temperature in °C")
    top.tick_params(length=0)
