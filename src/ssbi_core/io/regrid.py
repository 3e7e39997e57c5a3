"""Maps onto another grid of the same field with their counts kept, by exact overlap of pixel areas."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy.ndimage import zoom
from scipy.sparse import csr_array

from ssbi_core.errors import CalibrationError
from ssbi_core.types import Image

LARGEST_ASPECT = 4.0
_SQUARE_WITHIN = 2e-3


def resample_counts(counts: Image, shape: tuple[int, int]) -> Image:
    """Return counts per pixel on a grid of `shape` over the same field; the sum is kept exactly.

    A source pixel's counts are spread evenly over its area, so finer grids gain pixels, not detail.
    """
    rows = _overlap(counts.shape[0], shape[0])
    columns = _overlap(counts.shape[1], shape[1])
    return np.asarray((rows @ counts) @ columns.T, dtype=np.float32)


def _overlap(source: int, target: int) -> csr_array:
    """(target, source) matrix: which part of each source pixel lies in each target pixel."""
    edges = np.union1d(np.arange(source + 1) / source, np.arange(target + 1) / target)
    middle = (edges[1:] + edges[:-1]) / 2
    weights = np.diff(edges) * source
    indices = ((middle * target).astype(int), (middle * source).astype(int))
    return csr_array((weights, indices), shape=(target, source))


def square_pixels(
    haadf: Image, elements: Mapping[str, Image], sizes: tuple[float, float], notes: list[str]
) -> tuple[Image, dict[str, Image], float]:
    """Return image, maps and pixel size in nm with square pixels, the coarser axis resampled to the finer.

    Raises
    ------
    CalibrationError
        If the sides differ by more than a factor of 4: a line scan or a wrong calibration.
    """
    fine, coarse = min(sizes), max(sizes)
    if coarse / fine <= 1 + _SQUARE_WITHIN:
        return haadf, dict(elements), float(np.sqrt(fine * coarse)) if fine != coarse else float(fine)
    if coarse / fine > LARGEST_ASPECT:
        raise CalibrationError(
            f"pixels of {sizes[0]:.4g} x {sizes[1]:.4g} nm",
            f"sides within a factor of {LARGEST_ASPECT:g} of each other",
            "check the calibration, or give the edge of a square pixel with --pixel-size-nm",
        )
    shape = tuple(max(round(n * size / fine), 1) for n, size in zip(haadf.shape, sizes, strict=True))
    factors = [m / n for m, n in zip(shape, haadf.shape, strict=True)]
    notes.append(f"pixels of {sizes[0]:.4g} x {sizes[1]:.4g} nm resampled to {fine:.4g} nm squares")
    square = np.asarray(zoom(haadf, factors, order=1, grid_mode=True, mode="nearest"), dtype=np.float32)
    return square, {name: resample_counts(m, (shape[0], shape[1])) for name, m in elements.items()}, float(fine)
