"""What the corner potentials of a pixel say about the field inside it."""

from __future__ import annotations

import numpy as np

from ssbi_core.transport.elements import gradient_products, laplacian, mean_gradient
from ssbi_core.transport.tensors import is_tensor


def gradient_square(corners: np.ndarray, ndim: int) -> np.ndarray:
    """Mean of |grad phi|^2 over every pixel from its corner potentials (pixels, 2^d); 0 where they are NaN."""
    local = np.nan_to_num(corners - corners[:, :1])
    return np.sum((local @ laplacian(ndim)) * local, axis=1)


def gradient_outer(corners: np.ndarray, ndim: int) -> np.ndarray:
    """Mean of grad phi (x) grad phi over every pixel, (pixels, d, d)."""
    local = np.nan_to_num(corners - corners[:, :1])
    return np.einsum("pa,ijab,pb->pij", local, gradient_products(ndim), local, optimize=True)


def current_density(corners: np.ndarray, field: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Mean current in every pixel, (d, grid), in units of `field` per pixel edge."""
    ndim = len(shape)
    gradient = np.nan_to_num(corners @ mean_gradient(ndim).T)
    if is_tensor(field):
        flow = -np.einsum("pij,pj->pi", field.reshape(-1, ndim, ndim), gradient)
    else:
        flow = -field.reshape(-1, 1) * gradient
    return flow.T.reshape(ndim, *shape)


def dissipation(corners: np.ndarray, basis: np.ndarray, coefficients: np.ndarray) -> np.ndarray:
    """Energy of every pixel, from element matrices (b, 2^d, 2^d) and their coefficients (b, pixels); 0 at NaN."""
    local = np.nan_to_num(corners - corners[:, :1])
    return np.einsum("bp,bpl,pl->p", coefficients, local @ basis, local, optimize=True)
