"""Conductivity per pixel, as a scalar or as a symmetric tensor, in the form element blocks want it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ssbi_core.errors import InputError
from ssbi_core.transport.elements import gradient_products, laplacian

if TYPE_CHECKING:
    import jax


def check_conductivity(conductivity: np.ndarray) -> np.ndarray:
    """Return a float64 copy-free view of a scalar or tensor conductivity field, or say what is wrong with it.

    Parameters
    ----------
    conductivity : (rows, columns), (slices, rows, columns), or either with (d, d) tensors behind, S/cm.

    Raises
    ------
    InputError
        If the shape is no 2D or 3D grid, or a value is negative, not finite, or a tensor not symmetric
        positive definite (or zero).
    """
    field = np.asarray(conductivity, dtype=np.float64)
    checked_shape(field)
    if not np.isfinite(field).all():
        raise InputError("NaN or infinite conductivity", "finite values", "use 0 for an insulator")
    if is_tensor(field):
        _check_tensors(field)
    elif field.min() < 0:
        raise InputError(f"a conductivity of {field.min():g} S/cm", "values >= 0", "use 0 for an insulator")
    return field


def checked_shape(field: np.ndarray | jax.Array) -> tuple[int, ...]:
    """Shape of the grid under a scalar or tensor field, which may be of any values.

    Raises
    ------
    InputError
        If the shape is no 2D or 3D grid.
    """
    grid = grid_of(field)
    if grid is None or field.size == 0:
        raise InputError(
            f"conductivity of shape {field.shape}",
            "a 2D or 3D grid of numbers, or of d x d tensors",
            "pass (rows, columns) or (slices, rows, columns), tensors in the last two axes",
        )
    return grid


def grid_of(field: np.ndarray | jax.Array) -> tuple[int, ...] | None:
    """Shape of the pixel grid under a scalar or tensor field, None where it is neither.

    A (2, 2, 2, 2) or (3, 3, 3, 3)-like ambiguity does not arise: scalars have 2 or 3 axes, tensors 4 or 5.
    """
    if field.ndim in (2, 3):
        return field.shape
    if field.ndim in (4, 5) and field.shape[-2:] == (field.ndim - 2,) * 2:
        return field.shape[:-2]
    return None


def is_tensor(field: np.ndarray | jax.Array) -> bool:
    """Whether the field holds a (d, d) tensor per pixel."""
    return field.ndim > 3


def _check_tensors(field: np.ndarray) -> None:
    if not np.allclose(field, np.swapaxes(field, -1, -2), rtol=1e-12, atol=0):
        raise InputError("a conductivity tensor that is not symmetric", "symmetric tensors", "symmetrise it")
    smallest = np.linalg.eigvalsh(field)[..., 0]
    zero = (field == 0).all(axis=(-2, -1))
    if not ((smallest > 0) | zero).all():
        raise InputError(
            f"a conductivity tensor with eigenvalue {smallest[~zero].min():g} S/cm",
            "positive definite tensors, or all zero for an insulator",
            "give every direction a positive conductivity",
        )


def conducting(field: np.ndarray) -> np.ndarray:
    """Boolean grid, true where the pixel conducts."""
    return strength(field) > 0


def strength(field: np.ndarray) -> np.ndarray:
    """Scalar measure of the conductivity per pixel: itself, or the trace of the tensor."""
    return np.trace(field, axis1=-2, axis2=-1) if is_tensor(field) else field


def inverse(field: np.ndarray) -> np.ndarray:
    """Resistivity field; zero where the pixel insulates (no current ever enters there)."""
    live = conducting(field)
    if not is_tensor(field):
        return np.divide(1.0, field, out=np.zeros_like(field), where=live)
    result = np.zeros_like(field)
    result[live] = np.linalg.inv(field[live])
    return result


def rotated_resistivity(field: np.ndarray) -> np.ndarray:
    """2D tensor that plays the conductivity's part for the stream function: sigma / det sigma, zero in insulators."""
    if not is_tensor(field):
        return inverse(field)
    determinant = np.linalg.det(field)[..., None, None]
    return np.divide(field, determinant, out=np.zeros_like(field), where=determinant > 0)


def pixel_basis(field: np.ndarray) -> np.ndarray:
    """Element matrices that `pixel_coefficients` multiply: one for scalars, d (d + 1) / 2 for tensors."""
    if not is_tensor(field):
        return laplacian(field.ndim)[None]
    products = gradient_products(field.shape[-1])
    return np.stack([products[i, j] * (1 if i == j else 2) for i, j in _upper(field.shape[-1])])


def pixel_coefficients(field: np.ndarray) -> np.ndarray:
    """Coefficients (b, pixels) of `pixel_basis`."""
    if not is_tensor(field):
        return field.reshape(1, -1)
    return np.stack([field[..., i, j].ravel() for i, j in _upper(field.shape[-1])])


def _upper(ndim: int) -> list[tuple[int, int]]:
    return [(i, j) for i in range(ndim) for j in range(i, ndim)]
