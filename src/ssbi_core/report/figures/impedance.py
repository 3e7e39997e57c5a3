"""An impedance spectrum as electrochemists read it: Nyquist and Bode plots, and the relaxation times behind them."""

# ruff: noqa: RUF001 (minus and Greek letters are meant as they stand)
from __future__ import annotations

import math
from pathlib import Path
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, MultipleLocator, NullLocator
from scipy.interpolate import CubicSpline
from scipy.ndimage import gaussian_filter1d
from scipy.optimize import isotonic_regression

from ssbi_core.io.atomic import atomic_path
from ssbi_core.materials import MaterialSystem, Phase
from ssbi_core.report.figures.canvas import INK, print_png, style, svg_text, text_width
from ssbi_core.report.formatting import number, percent, power_of_ten
from ssbi_core.transport.impedance import ImpedanceSpectrum, RelaxationPeak

_WIDTH_IN, _HEIGHT_IN = 8.4, 6.5
_NYQUIST = (0.75, 3.75, 3.15, 2.35)  # left, bottom, width, height in inches
_BODE = (4.95, 3.75, 2.65, 2.35)
_TIMES = (0.75, 0.6, 6.85, 1.7)
_FIRST, _SECOND, _FILL, _RULE = "#1F5FA8", "#B4501E", "#D6E4F3", "#D9DDE2"
_DPI = 300
_SMALL = 8.0  # points
_LINES = 2 * 1.25 * _SMALL / 72 / _TIMES[3]  # height of a peak's label, of the axes
_NEAR = 0.15  # decades around a peak where its top is looked for
_MOST_MARKS = 6  # frequencies written at the Nyquist curve
_SHOWN = 3.0  # decades of the distribution, below its highest peak
_SMOOTHED = 0.06  # decades; a single relaxation would be a needle
_NAMES = {"llzo": "electrolyte", "nmc": "cathode"}


def impedance_figure(spectrum: ImpedanceSpectrum, system: MaterialSystem) -> Figure:
    """Return Nyquist plot, Bode plot and distribution of relaxation times as one figure. Call inside `style`."""
    height = _HEIGHT_IN if spectrum.drt is not None else _HEIGHT_IN - (_NYQUIST[1] - _TIMES[1])
    figure = Figure(figsize=(_WIDTH_IN, height))
    lower = _HEIGHT_IN - height
    _draw_nyquist(_axes(figure, _NYQUIST, lower, "Nyquist plot"), spectrum)
    _draw_bode(_axes(figure, _BODE, lower, "Bode plot"), spectrum)
    if spectrum.drt is not None:
        _draw_times(_axes(figure, _TIMES, lower, ""), spectrum, system)
    return figure


def save_impedance_figure(spectrum: ImpedanceSpectrum, system: MaterialSystem, folder: Path) -> tuple[Path, Path]:
    """Write the figure as impedance.png (300 dpi) and impedance.svg into an existing folder.

    Raises
    ------
    OutputError
        If the folder cannot be written.
    """
    with style():
        figure = impedance_figure(spectrum, system)
        png, svg = print_png(figure, _DPI), svg_text(figure)
    with atomic_path(folder / "impedance.png") as temporary:
        temporary.write_bytes(png)
    with atomic_path(folder / "impedance.svg") as temporary:
        temporary.write_text(svg, encoding="utf-8")
    return folder / "impedance.png", folder / "impedance.svg"


def _axes(figure: Figure, box: tuple[float, float, float, float], lower: float, title: str) -> Axes:
    left, bottom, width, height = box
    full = figure.get_figheight()
    axes = figure.add_axes((left / _WIDTH_IN, (bottom - lower) / full, width / _WIDTH_IN, height / full))
    axes.set_title(title, loc="left", fontweight="bold", fontsize=9.5, pad=8)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=_SMALL, length=3)
    axes.set_axisbelow(True)
    return axes


def _draw_nyquist(axes: Axes, spectrum: ImpedanceSpectrum) -> None:
    """Both axes in one unit length, so that an ideal arc is a half circle; a blocked structure leaves the top."""
    real, imag = np.real(spectrum.impedance), -np.imag(spectrum.impedance)
    shape = _NYQUIST[3] / _NYQUIST[2]
    widest = 1.06 * real.max()
    if spectrum.percolates:
        widest = max(widest, 1.2 * imag.max() / shape)
    axes.set(xlim=(0, widest), ylim=(0, widest * shape), xlabel="Re Z in Ω cm²", ylabel="−Im Z in Ω cm²")
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.yaxis.set_major_locator(MaxNLocator(4))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.grid(color=_RULE, linewidth=0.6)
    axes.plot(*_smooth(spectrum.frequency, real, imag), color=_FIRST, linewidth=1.6, zorder=3)
    for index in _marked(spectrum.frequency, real / widest, imag / (widest * shape)):
        axes.plot(real[index], imag[index], "o", color=_FIRST, markersize=4, zorder=4)
        offset, across, along = _beside(index, real / widest, imag)
        axes.annotate(
            _hertz(spectrum.frequency[index]),
            (real[index], imag[index]),
            xytext=offset,
            textcoords="offset points",
            fontsize=_SMALL,
            ha=across,
            va=along,
            zorder=5,
        )


def _smooth(frequency: np.ndarray, real: np.ndarray, imag: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The curve between the frequencies that were solved for, where there are enough of them to tell."""
    if frequency.size < 10:
        return real, imag
    at = np.linspace(0, 1, 8 * frequency.size)
    given = np.log(frequency / frequency[0]) / np.log(frequency[-1] / frequency[0])
    return CubicSpline(given, real)(at), CubicSpline(given, imag)(at)


def _beside(
    index: int, x: np.ndarray, imag: np.ndarray
) -> tuple[tuple[float, float], Literal["left", "right", "center"], Literal["top", "bottom", "center"]]:
    """Where to write at a point of the curve: outside of an arc, under a valley, inside at the left edge."""
    before, behind = imag[max(index - 1, 0)], imag[min(index + 1, imag.size - 1)]
    around = imag[max(index - 4, 0) : index + 5]
    if 0 < np.argmin(around) < around.size - 1:
        return (0, -5), "center", "top"
    if behind < before:  # imag falls towards high frequency, which lies left
        return ((-4, 4), "right", "bottom") if x[index] > 0.14 else ((8, -1), "left", "center")
    return (4, 4), "left", "bottom"


def _marked(frequency: np.ndarray, x: np.ndarray, y: np.ndarray) -> list[int]:
    """Indices of the whole decades to write at the curve, none too near another, the top of the picture first."""
    decades = np.arange(math.ceil(np.log10(frequency[0]) - 1e-6), math.floor(np.log10(frequency[-1]) + 1e-6) + 1)
    nearest = [int(np.argmin(np.abs(np.log10(frequency) - decade))) for decade in decades]
    kept: list[int] = []
    for index in sorted(nearest, key=lambda i: -y[i]):
        free = all(math.hypot(x[index] - x[other], y[index] - y[other]) > 0.17 for other in kept)
        if 0.06 < y[index] < 0.93 and free and len(kept) < _MOST_MARKS:
            kept.append(index)
    return kept


def _draw_bode(axes: Axes, spectrum: ImpedanceSpectrum) -> None:
    size, lag = np.abs(spectrum.impedance), -np.degrees(np.angle(spectrum.impedance))
    axes.plot(spectrum.frequency, size, color=_FIRST, linewidth=1.6)
    axes.set(xscale="log", yscale="log", xlabel="Frequency in Hz")
    axes.set_xlim(spectrum.frequency[0], spectrum.frequency[-1] * (1 if spectrum.frequency.size > 1 else 10))
    axes.set_ylabel("|Z| in Ω cm²", color=_FIRST)
    axes.tick_params(axis="y", colors=_FIRST)
    _decades(axes, "x", 5)
    _decades(axes, "y", 6)
    axes.grid(color=_RULE, linewidth=0.6)
    right = axes.twinx()
    right.plot(spectrum.frequency, lag, color=_SECOND, linewidth=1.6, linestyle=(0, (4, 1.5)))
    right.set(ylim=(0, 92))
    right.set_ylabel("−Phase in °", color=_SECOND)
    right.yaxis.set_major_locator(MultipleLocator(30))
    right.tick_params(axis="y", colors=_SECOND, labelsize=_SMALL, length=3)
    right.spines[["top", "left"]].set_visible(False)


def _draw_times(axes: Axes, spectrum: ImpedanceSpectrum, system: MaterialSystem) -> None:
    drt = spectrum.drt
    assert drt is not None
    shown = gaussian_filter1d(drt.distribution, _SMOOTHED / np.log10(drt.relaxation_time[1] / drt.relaxation_time[0]))
    slowest, fastest = (1 / (2 * np.pi * f) for f in (spectrum.frequency[0], spectrum.frequency[-1]))
    highest = float(shown.max()) or 1.0
    axes.fill_between(drt.relaxation_time, shown, highest * 1e-9, color=_FILL, linewidth=0)
    axes.plot(drt.relaxation_time, np.maximum(shown, highest * 1e-9), color=_FIRST, linewidth=1.4)
    axes.set(xscale="log", yscale="log", xlim=(fastest, slowest), xlabel="Relaxation time in s")
    axes.set_ylim(highest * 10**-_SHOWN, highest * 10 ** (0.4 * _SHOWN))
    axes.set_ylabel("Distribution in Ω cm²")
    _decades(axes, "x", 12)
    _decades(axes, "y", 5)
    axes.grid(color=_RULE, linewidth=0.6)
    _label_peaks(axes, spectrum, shown)
    _mark_phases(axes, spectrum, system)
    title = "Distribution of relaxation times, and where each phase alone would relax"
    axes.set_title(title, loc="left", fontweight="bold", fontsize=9.5, pad=32)


def _label_peaks(axes: Axes, spectrum: ImpedanceSpectrum, shown: np.ndarray) -> None:
    """Resistance and share over every peak, from the largest on; what would run into another is left out."""
    drt = spectrum.drt
    assert drt is not None
    figure = axes.figure.get_figure(root=True)
    (left, right), (bottom, top) = np.log10(axes.get_xlim()), np.log10(axes.get_ylim())
    taken: list[tuple[float, float, float]] = []
    for peak in sorted(drt.peaks, key=lambda p: -p.resistance):
        lines = f"{number(peak.resistance)} Ω cm²", percent(peak.share)
        half = 0.5 * max(text_width(figure, line, _SMALL) for line in lines) * _WIDTH_IN / _TIMES[2] + 0.004
        x = (np.log10(peak.relaxation_time) - left) / (right - left)
        height = _height(peak, drt.relaxation_time, shown)
        y = (np.log10(height) - bottom) / (top - bottom) if height > 0 else -1.0
        if not 0 <= x <= 1 or y < 0 or any(abs(x - u) < half + w and abs(y - v) < _LINES for u, v, w in taken):
            continue
        taken.append((x, y, half))
        axes.text(
            float(np.clip(x, half, 1 - half)),
            y + 0.03,
            "\n".join(lines),
            transform=axes.transAxes,
            ha="center",
            va="bottom",
            fontsize=_SMALL,
            linespacing=1.25,
        )


def _height(peak: RelaxationPeak, tau: np.ndarray, distribution: np.ndarray) -> float:
    near = np.abs(np.log10(tau / peak.relaxation_time)) < _NEAR
    return float(distribution[near].max(initial=0.0))


def _mark_phases(axes: Axes, spectrum: ImpedanceSpectrum, system: MaterialSystem) -> None:
    """A mark over the axes where each phase relaxes by itself, led to its name; names keep clear of each other."""
    low, high = np.log10(axes.get_xlim())
    at = {key: float((np.log10(t) - low) / (high - low)) for key, t in spectrum.nominal_relaxation_times.items()}
    shown = sorted((key for key in at if 0 <= at[key] <= 1), key=lambda key: at[key])
    names = [_NAMES.get(key, key.replace("_", " ")) for key in shown]
    figure = axes.figure.get_figure(root=True)
    widths = [text_width(figure, name, _SMALL) * _WIDTH_IN / _TIMES[2] + 0.016 for name in names]
    for key, name, centre in zip(shown, names, _apart(np.array([at[key] for key in shown]), widths), strict=True):
        color = system.color_of(Phase.parse(key))
        whole = {"transform": axes.transAxes, "clip_on": False}
        axes.plot([at[key], at[key], centre], [1.0, 1.07, 1.13], color=INK, linewidth=0.6, **whole)
        axes.plot(at[key], 1.035, "v", color=color, markersize=6, markeredgecolor=INK, markeredgewidth=0.5, **whole)
        axes.text(centre, 1.15, name, ha="center", va="bottom", fontsize=_SMALL, transform=axes.transAxes)


def _apart(wanted: np.ndarray, widths: list[float]) -> np.ndarray:
    """Centres nearest to the wanted ones (least squares) at which labels of these widths do not overlap."""
    if wanted.size == 0:
        return wanted
    steps = np.concatenate([[0.0], np.cumsum((np.array(widths[:-1]) + widths[1:]) / 2)])
    return isotonic_regression(wanted - steps).x + steps


def _decades(axes: Axes, which: str, most: int) -> None:
    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_major_locator(LogLocator(numticks=most))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda value, _: power_of_ten(round(math.log10(value)))))


def _hertz(frequency: float) -> str:
    for unit, size in (("GHz", 1e9), ("MHz", 1e6), ("kHz", 1e3), ("Hz", 1.0), ("mHz", 1e-3)):
        if frequency >= 0.999 * size:
            return f"{frequency / size:.3g}\u202f{unit}"
    return f"{frequency:.0e} Hz"
