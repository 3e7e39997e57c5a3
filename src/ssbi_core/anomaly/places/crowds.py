"""Pores crowded in one place: single ones may be ordinary where so many side by side are not."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from ssbi_core.anomaly.places.peaks import peaks
from ssbi_core.anomaly.places.place import Place, commonest_phase, place_at
from ssbi_core.materials import Phase

_WIDTH = 0.06  # of the shorter side of the image: standard deviation of the window
_SPECK = 6  # pixels
_PEAKS = 3


def crowds_of_pores(labels: np.ndarray, pixel_size_nm: float) -> list[Place]:
    """The densest crowds of pores of an image, (rows, columns) codes; one pore alone is no crowd."""
    bodies, number = ndimage.label(labels == Phase.PORE)  # pyright: ignore[reportGeneralTypeIssues]
    size = np.bincount(bodies.ravel(), minlength=number + 1)
    kept = [body for body in range(1, number + 1) if size[body] >= _SPECK]
    if len(kept) < 2:
        return []
    width = _WIDTH * min(labels.shape)
    dots = np.zeros(labels.shape)
    for row, column in np.rint(ndimage.center_of_mass(bodies > 0, bodies, kept)).astype(int):
        dots[row, column] += 1
    window = 2 * np.pi * width**2
    crowd = ndimage.gaussian_filter(dots, width, mode="constant") * window  # pores in a window, a lone one counts 1
    return [_place(labels, height, around, pixel_size_nm, width) for height, around in peaks(crowd, _PEAKS)]


def _place(labels: np.ndarray, height: float, around: np.ndarray, pixel_size_nm: float, width: float) -> Place:
    reach = 2 * width * pixel_size_nm
    said = f"{height:.2g}"
    words = {"number": f"{said} {'pore' if said == '1' else 'pores'} within some {reach:.3g} nm"}
    # The phase of a crowd is that of its pores, whatever lies between them.
    phase = Phase.PORE.key if (labels[around] == Phase.PORE).any() else commonest_phase(labels, around)
    return place_at("pore_cluster", phase, around, {"number": float(np.log10(max(height, 1e-3)))}, words)
