"""X-ray lines and what the detector makes of them: width, integration window, side windows free of other lines.

Energies in keV from the X-Ray Data Booklet, LBNL/PUB-490 Rev. 3 (2009), table 1-2, rounded to 1 eV, intensities to 1 %.
They place the background windows and correct overlaps; which line maps an element is the material system's to say.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable

REFERENCE_KEV, REFERENCE_FWHM_KEV = 5.899, 0.130  # Mn Ka, a usual silicon drift detector

# Element -> families of lines excited together, each line with its intensity relative to the first of its family.
FAMILIES: dict[str, tuple[tuple[tuple[float, float], ...], ...]] = {
    "C": (((0.277, 1.0),),),
    "O": (((0.525, 1.0),),),
    "Al": (((1.487, 1.0), (1.557, 0.01)),),
    "P": (((2.014, 1.0), (2.139, 0.03)),),
    "Ti": (((4.511, 1.0), (4.932, 0.15)), ((0.452, 1.0),)),
    "Mn": (((5.899, 1.0), (6.490, 0.17)), ((0.637, 1.0),)),
    "Co": (((6.930, 1.0), (7.649, 0.17)), ((0.776, 1.0),)),
    "Ni": (((7.478, 1.0), (8.265, 0.17)), ((0.852, 1.0),)),
    "Cu": (((8.048, 1.0), (8.905, 0.17)), ((0.930, 1.0),)),  # the support grid
    "Ga": (((9.252, 1.0), (10.264, 0.2)), ((1.098, 1.0),)),  # the ion beam of the lamella
    "Zr": (((2.042, 1.0), (2.124, 0.54), (2.219, 0.01)), ((15.775, 1.0), (17.668, 0.15))),
    "Nb": (((2.166, 1.0), (2.257, 0.52), (2.367, 0.03)), ((16.615, 1.0), (18.623, 0.15))),
    "La": (((4.651, 1.0), (5.042, 0.6), (5.384, 0.21), (5.789, 0.11)), ((0.833, 1.0),)),
    "Ta": (((1.710, 1.0), (1.766, 0.6)), ((8.146, 1.0), (9.343, 0.46))),
}
_ALWAYS_THERE = ("Cu", "Ga", "C", "O")

Window = tuple[float, float]


def fwhm_keV(energy_keV: float) -> float:
    """Width of a line in keV; variance grows by 2.5 eV per eV (Fiori and Newbury, SEM/1978, p. 401)."""
    return math.sqrt(max(REFERENCE_FWHM_KEV**2 + 2.5e-3 * (energy_keV - REFERENCE_KEV), 0.04**2))


def line_window(energy_keV: float) -> Window:
    """Integration window, one width to either side: 98 % of a Gaussian line."""
    width = fwhm_keV(energy_keV)
    return energy_keV - width, energy_keV + width


def lines_nearby(elements: Iterable[str]) -> list[float]:
    """Energies of all lines these elements, the grid and the ion beam may show."""
    families = (family for element in {*elements, *_ALWAYS_THERE} for family in FAMILIES.get(element, ()))
    return sorted({energy for family in families for energy, _ in family})


def leakage(element: str, energy_keV: float, window: Window) -> float:
    """Counts an element sends into `window` per count in the window of its own line at `energy_keV`."""
    own = [f for f in FAMILIES.get(element, ()) if abs(f[0][0] - energy_keV) < fwhm_keV(energy_keV)]
    family = own[0] if own else ((energy_keV, 1.0),)
    return _caught(family, window) / _caught(family, line_window(energy_keV))


def _caught(family: Iterable[tuple[float, float]], window: Window) -> float:
    return sum(weight * _gaussian_part(energy, window) for energy, weight in family)


def _gaussian_part(energy_keV: float, window: Window) -> float:
    scale = 2 * math.sqrt(math.log(2)) / fwhm_keV(energy_keV)
    low, high = (math.erf((edge - energy_keV) * scale) for edge in window)
    return (high - low) / 2


def side_windows(energy_keV: float, lines: Collection[float], limits: Window) -> list[Window]:
    """Background windows, at most one on each side: the nearest place no other line reaches.

    Each is one width wide and at most six widths away; a side crowded with lines has none.
    """
    found = (_free_window(energy_keV, sign, [*lines, energy_keV], limits) for sign in (-1, 1))
    return [window for window in found if window is not None]


def _free_window(energy_keV: float, sign: int, lines: Collection[float], limits: Window) -> Window | None:
    width = fwhm_keV(energy_keV)
    for step in range(6, 25):
        centre = energy_keV + sign * step / 4 * width
        low, high = centre - width / 2, centre + width / 2
        inside = limits[0] <= low and high <= limits[1]
        if inside and all(high < start or low > end for start, end in map(line_window, lines)):
            return low, high
    return None
