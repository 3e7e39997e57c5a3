"""Element matrices of the unit pixel or voxel, exact, for any number of dimensions.

The bilinear (trilinear) shape functions are products of one-dimensional hats, so every integral over
the element is a Kronecker product of the three 2 x 2 integrals of those hats. Corners are numbered with
the last axis fastest, as in `np.ndindex((2,) * d)`.
"""

from __future__ import annotations

from functools import lru_cache, reduce

import numpy as np

_STIFF = np.array([[1.0, -1.0], [-1.0, 1.0]])
_MASS = np.array([[2.0, 1.0], [1.0, 2.0]]) / 6
_SLOPE_VALUE = np.array([[-0.5, -0.5], [0.5, 0.5]])  # integral of N_a' N_b


def _kron(factors: list[np.ndarray]) -> np.ndarray:
    return reduce(np.kron, factors, np.ones((1, 1)))


@lru_cache(maxsize=16)
def gradient_products(ndim: int) -> np.ndarray:
    """Integrals of d_i N_a d_j N_b over the unit element, shape (d, d, 2^d, 2^d), symmetric in (a, b) on average.

    Entry (i, j) is symmetrised over i and j, which is all a symmetric conductivity tensor sees.
    """
    products = np.empty((ndim, ndim, 2**ndim, 2**ndim))
    for i in range(ndim):
        for j in range(ndim):
            products[i, j] = _kron([_factor(axis, i, j) for axis in range(ndim)])
    return (products + products.transpose(1, 0, 2, 3)) / 2


def _factor(axis: int, i: int, j: int) -> np.ndarray:
    if axis == i == j:
        return _STIFF
    if axis == i:
        return _SLOPE_VALUE
    return _SLOPE_VALUE.T if axis == j else _MASS


def rotated_products() -> np.ndarray:
    """Integral of d_0 N_a d_1 N_b - d_1 N_a d_0 N_b over the unit square, (4, 4), antisymmetric."""
    return np.kron(_SLOPE_VALUE, _SLOPE_VALUE.T) - np.kron(_SLOPE_VALUE.T, _SLOPE_VALUE)


def laplacian(ndim: int) -> np.ndarray:
    """Stiffness matrix of the unit element with unit isotropic conductivity, (2^d, 2^d)."""
    return np.trace(gradient_products(ndim))


def jump(ndim: int) -> np.ndarray:
    """Integral of the squared potential jump over a unit face, (2^d, 2^d): corners of one side, then of the other."""
    return np.kron(_STIFF, _kron([_MASS] * (ndim - 1)))


SPRING = _STIFF
"""Element matrix of a resistor between two unknowns."""


@lru_cache(maxsize=16)
def mean_gradient(ndim: int) -> np.ndarray:
    """Matrix (d, 2^d) that takes corner potentials to the mean gradient over the unit element."""
    signs = np.array(list(np.ndindex(*(2,) * ndim))) * 2 - 1
    return signs.T / 2 ** (ndim - 1)


def corner_offsets(ndim: int) -> np.ndarray:
    """Corners of the unit element, (2^d, d), last axis fastest."""
    return np.array(list(np.ndindex(*(2,) * ndim)))


def pixel_corners(shape: tuple[int, ...]) -> np.ndarray:
    """Flat index of the nodes at the corners of every pixel, (pixels, 2^d) int32."""
    nodes = np.arange(np.prod(np.add(shape, 1)), dtype=np.int32).reshape(np.add(shape, 1))
    windows = (
        tuple(slice(o, o + n) for o, n in zip(corner, shape, strict=True)) for corner in corner_offsets(len(shape))
    )
    return np.stack([nodes[window].ravel() for window in windows], axis=1)
