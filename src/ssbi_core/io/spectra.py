"""EDS spectrum images to element maps: counts in a line's window minus the background under it.

The background is the straight line between two side windows, per pixel. Only sums over windows are taken, so a
spectrum image of many gigabytes passes through in blocks and is never held whole. An element whose line does not
show as a peak of the summed spectrum gets no map. What the satellites of one element add to the window of another
(La Lg to Mn Ka, Co Kb to Ni Ka, Zr Lb to Nb La) is taken out by their known intensity ratios.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ssbi_core.io.signals import ENERGY, EnergyAxis, Signal, X, Y
from ssbi_core.io.xray_lines import Window, fwhm_keV, leakage, line_window, lines_nearby, side_windows
from ssbi_core.materials import MaterialSystem
from ssbi_core.types import Image

if TYPE_CHECKING:
    import dask.array as da

SIGNIFICANCE = 5.0
_LOWEST_LINE_KEV = 0.15


def element_maps(signal: Signal, system: MaterialSystem, notes: list[str]) -> dict[str, Image]:
    """Net counts per pixel of every element of the system that the spectra show.

    Parameters
    ----------
    signal : EDS spectrum image with an energy axis.
    system : names the elements and the energy of the line of each.
    notes : receives which elements were left out, and why.

    Returns
    -------
    dict
        Element -> (rows, columns) float32 net counts, 0 where the background exceeds the line.
    """
    if signal.energy is None:
        notes.append(f"{signal.name!r} is not used: its energy axis is not calibrated")
        return {}
    spectra = _energy_last(signal)
    windows = _windows(signal.energy, system)
    sums, total = _window_sums(spectra, signal.energy, {w for group in windows.values() for w in group})
    net = {}
    for element, (line, *sides) in windows.items():
        counts, sigma = _net(line, sides, sums, signal.energy)
        energy_keV = system.elements[element].energy_keV
        if counts.sum() > SIGNIFICANCE * sigma and _peaks_at(energy_keV, line, total, signal.energy):
            net[element] = counts
    absent = sorted(set(system.elements) - set(net))
    if absent:
        notes.append(f"no map of {', '.join(absent)}: no peak of its own at the line in {signal.name!r}")
    return _without_overlap(net, {element: windows[element][0] for element in net}, system)


def _peaks_at(energy_keV: float, window: Window, total: np.ndarray, energy: EnergyAxis) -> bool:
    """Whether the summed spectrum culminates at the line, not on the flank of another (Si K beside Ta M)."""
    tolerance = max(fwhm_keV(energy_keV) / 4, 1.5 * energy.scale_keV)
    smooth = gaussian_filter1d(total, fwhm_keV(energy_keV) / 4 / energy.scale_keV)
    channels = _channels(energy, window)
    peak = energy.offset_keV + energy.scale_keV * (channels.start + int(np.argmax(smooth[channels])))
    return abs(peak - energy_keV) <= tolerance


def _without_overlap(
    net: Mapping[str, np.ndarray], windows: Mapping[str, Window], system: MaterialSystem
) -> dict[str, Image]:
    """Solve for the counts whose lines, with their satellites, give the counts of all windows."""
    if not net:
        return {}
    energies = {element: system.elements[element].energy_keV for element in net}
    mixing = np.array([[leakage(other, energies[other], windows[element]) for other in net] for element in net])
    pure = np.tensordot(np.linalg.inv(mixing), np.stack(list(net.values())), axes=1)
    return {element: np.maximum(counts, 0).astype(np.float32) for element, counts in zip(net, pure, strict=True)}


def _energy_last(signal: Signal) -> da.Array:
    import dask.array as da  # takes a second, with Numba in tow: only files that hold spectra pay it

    data = signal.data if isinstance(signal.data, da.Array) else da.from_array(signal.data)
    for axis in [i for i, letter in enumerate(signal.axes) if letter not in (Y, X, ENERGY)][::-1]:
        data = data.sum(axis=axis)
    letters = [letter for letter in signal.axes if letter in (Y, X, ENERGY)]
    return data.transpose([letters.index(letter) for letter in (Y, X, ENERGY)])


def _windows(energy: EnergyAxis, system: MaterialSystem) -> dict[str, tuple[Window, ...]]:
    end = energy.offset_keV + energy.scale_keV * energy.size
    limits = (max(energy.offset_keV, _LOWEST_LINE_KEV), end)
    lines = lines_nearby(system.elements)
    windows = {}
    for element, line in system.elements.items():
        window = line_window(line.energy_keV)
        if limits[0] <= window[0] and window[1] <= limits[1]:
            windows[element] = (window, *side_windows(line.energy_keV, lines, limits))
    return windows


def _channels(energy: EnergyAxis, window: Window) -> slice:
    start = energy.channel(window[0])
    return slice(start, max(energy.channel(window[1]), start + 1))


def _window_sums(
    spectra: da.Array, energy: EnergyAxis, windows: set[Window]
) -> tuple[Mapping[Window, np.ndarray], np.ndarray]:
    """Sum over each window per pixel, and the spectrum summed over all pixels."""
    import dask.array as da

    order = sorted(windows)
    sums: list[Any] = [spectra[..., _channels(energy, w)].sum(axis=-1, dtype=np.float64) for w in order]
    total = spectra.sum(axis=(0, 1), dtype=np.float64)
    # One block in memory at a time.
    *found, summed = da.compute(*sums, total, scheduler="synchronous")
    return dict(zip(order, found, strict=True)), summed


def _net(
    line: Window, sides: list[Window], sums: Mapping[Window, np.ndarray], energy: EnergyAxis
) -> tuple[np.ndarray, float]:
    """Net counts per pixel, and the standard deviation of their total."""
    gross = sums[line]
    if not sides:
        return gross, float(np.sqrt(gross.sum()))
    n = _width(energy, line)
    weights = _side_weights(line, sides)
    factors = [n * weight / _width(energy, side) for weight, side in zip(weights, sides, strict=True)]
    background = sum((f * sums[s] for f, s in zip(factors, sides, strict=True)), np.zeros_like(gross))
    variance = gross.sum() + sum(f**2 * sums[s].sum() for f, s in zip(factors, sides, strict=True))
    return gross - background, float(np.sqrt(variance))


def _width(energy: EnergyAxis, window: Window) -> int:
    channels = _channels(energy, window)
    return channels.stop - channels.start


def _side_weights(line: Window, sides: list[Window]) -> list[float]:
    """Weights of a linear interpolation between the side windows to the middle of the line."""
    if len(sides) == 1:
        return [1.0]
    centre, low, high = (sum(window) / 2 for window in (line, *sides))
    return [(high - centre) / (high - low), (centre - low) / (high - low)]
