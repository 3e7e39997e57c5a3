"""Pictures the transport benchmarks solve; every one from its seed alone."""

from __future__ import annotations

import numpy as np
from scipy import ndimage
from scipy.spatial import KDTree

GRAIN_BOUNDARY, LAYER, PORE = 1e-2, 1e-3, 1e-6


def grains(size: int, ndim: int = 2, seed: int = 0) -> np.ndarray:
    """Voronoi grains (60 px in 2D, 20 in 3D) with boundaries, a layer across the middle, and 10 % pores."""
    rng = np.random.default_rng(seed)
    grain = 60 if ndim == 2 else 20
    centres = rng.random((max(round((size / grain) ** ndim), 4), ndim)) * size
    pixels = np.stack(np.meshgrid(*[np.arange(size) + 0.5] * ndim, indexing="ij"), axis=-1)
    label = KDTree(centres).query(pixels)[1]
    field = np.ones((size,) * ndim)
    for axis in range(ndim):
        change = np.diff(label, axis=axis) != 0
        field[tuple(slice(0, -1) if k == axis else slice(None) for k in range(ndim))][change] = GRAIN_BOUNDARY
    field[size // 2 : size // 2 + max(size // 100, 2)] = LAYER
    smooth = _smooth(rng, field.shape, 6 if ndim == 2 else 3)
    field[smooth < np.quantile(smooth, 0.1)] = PORE
    return field


def blobs(size: int, contrast: float, ndim: int = 2, seed: int = 0) -> np.ndarray:
    """Two materials in equal (2D) or unequal (3D, 20 % conductor) parts: close to where the better one percolates."""
    smooth = _smooth(np.random.default_rng(seed), (size,) * ndim, 4)
    return np.where(smooth > np.quantile(smooth, 0.5 if ndim == 2 else 0.8), 1.0, 1 / contrast)


def pores(size: int, ndim: int, share: float, seed: int = 1) -> np.ndarray:
    """Boolean blobs, so large a share of them true."""
    smooth = _smooth(np.random.default_rng(seed), (size,) * ndim, 4)
    return smooth > np.quantile(smooth, 1 - share)


def _smooth(rng: np.random.Generator, shape: tuple[int, ...], width: float) -> np.ndarray:
    return ndimage.gaussian_filter(rng.standard_normal(shape), width, mode="wrap")
