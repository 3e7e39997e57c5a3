"""To the scale a net was trained at, and back to the exact grid of the image."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from scipy.ndimage import map_coordinates

from ssbi_core.errors import InputError
from ssbi_core.io import Micrograph, check_pixel_size, resample_counts
from ssbi_core.types import Image, Resampled

_SAME_WITHIN = 1e-3


def resample(image: Image, shape: tuple[int, int]) -> Resampled:
    """Return grey values on a grid of `shape` over the same field, (rows, columns) float32.

    Coarser grids average the pixels they cover, finer ones are interpolated linearly.
    """
    _check_shape(shape)
    if image.shape == shape:
        return np.asarray(image, dtype=np.float32)
    coarse = (min(image.shape[0], shape[0]), min(image.shape[1], shape[1]))
    mean = resample_counts(image, coarse) * (math.prod(coarse) / image.size)
    if coarse == shape:
        return mean.astype(np.float32)
    rows, columns = (np.clip(_centres(n, m), 0, n - 1) for n, m in zip(coarse, shape, strict=True))
    grid = np.meshgrid(rows, columns, indexing="ij")
    return np.asarray(map_coordinates(mean, grid, order=1, mode="nearest"), dtype=np.float32)


def resample_labels(labels: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Return labels on a grid of `shape` over the same field by the nearest pixel; no new labels appear."""
    _check_shape(shape)
    if len(shape) != labels.ndim:
        raise InputError(
            f"labels of shape {labels.shape} to {shape}", "as many axes", "give a shape of the same length"
        )
    nearest = [np.clip(np.rint(_centres(n, m)).astype(int), 0, n - 1) for n, m in zip(labels.shape, shape, strict=True)]
    return labels[np.ix_(*nearest)]


def resample_micrograph(micrograph: Micrograph, pixel_size_nm: float) -> Micrograph:
    """Return the micrograph at another pixel size; counts of the element maps are kept.

    The grid has whole pixels, so the pixel size returned is the nearest one that fills the field.

    Raises
    ------
    CalibrationError
        If the pixel size makes no sense.
    """
    factor = micrograph.pixel_size_nm / check_pixel_size(pixel_size_nm, "given to resample_micrograph")
    if abs(factor - 1) < _SAME_WITHIN:
        return micrograph
    rows, columns = (max(round(n * factor), 2) for n in micrograph.shape)
    return replace(
        micrograph,
        haadf=resample(micrograph.haadf, (rows, columns)),
        elements={name: resample_counts(counts, (rows, columns)) for name, counts in micrograph.elements.items()},
        pixel_size_nm=micrograph.pixel_size_nm * micrograph.shape[0] / rows,
    )


def _centres(source: int, target: int) -> np.ndarray:
    """Positions of the target's pixel centres in pixels of the source."""
    return (np.arange(target) + 0.5) * source / target - 0.5


def _check_shape(shape: tuple[int, ...]) -> None:
    if min(shape) < 1:
        raise InputError(f"a grid of shape {shape}", "at least one pixel along each axis", "give a larger shape")
