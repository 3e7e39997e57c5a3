"""Anisotropic grains: conductivity tensors from a label image of grains and the orientation of each.

A layered oxide such as NMC conducts lithium a hundred times better in its layers than across them; tetragonal LLZO is
anisotropic too. In a polycrystal each grain has its own rotation Q, and its tensor is Q diag(principal) Q'.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ssbi_core.errors import InputError

Orientations = Mapping[int, float | np.ndarray] | Sequence[float] | np.ndarray

_ORTHOGONAL = 1e-6  # by which Q Q' may differ from the identity


def rotated_conductivity(
    grains: np.ndarray,
    orientation: Orientations,
    principal: Sequence[float] | np.ndarray | Mapping[int, Sequence[float] | np.ndarray],
    *,
    background: float | np.ndarray | None = None,
) -> np.ndarray:
    """Conductivity tensor of every pixel of a polycrystal, for `conduct`.

    Parameters
    ----------
    grains : (rows, columns) or (slices, rows, columns) integer number of the grain each pixel belongs to.
    orientation : of each grain: an angle in rad in 2D, by which the first principal axis is turned from the first array
        axis (rows) towards the second (columns); in 3D a rotation matrix (3, 3) whose columns are the principal axes in
        array axes. A mapping from grain numbers, or a sequence whose item k belongs to grain k.
    principal : (d,) principal conductivities in S/cm, >= 0, alike in all grains, or a mapping from grain numbers.
    background : S/cm of pixels whose grain has no orientation, one number or (grid); None refuses such pixels.

    Returns
    -------
    (grid, d, d) S/cm, symmetric, d = 2 or 3.

    Raises
    ------
    InputError
        If the grains are no grid of integers, one of them has no orientation, or a number makes no sense.
    """
    grains = np.asarray(grains)
    if grains.ndim not in (2, 3) or grains.size == 0 or grains.dtype.kind not in "ui":
        raise InputError(
            f"grains of shape {grains.shape} and type {grains.dtype}",
            "integer grain numbers, (rows, columns) or (slices, rows, columns)",
            "number the grains, e.g. by skimage.measure.label",
        )
    present, which = np.unique(grains, return_inverse=True)
    tensors = np.full((present.size, grains.ndim, grains.ndim), np.nan)
    for at, grain in enumerate(present.tolist()):
        turned = _of_grain(orientation, grain)
        if turned is not None:
            values = _principal(principal, grain, grains.ndim)
            rotation = _rotation(turned, grain, grains.ndim)
            tensor = (rotation * values) @ rotation.T
            tensors[at] = (tensor + tensor.T) / 2
    field = tensors[which.reshape(grains.shape)]
    without = np.isnan(field[..., 0, 0])
    if without.any():
        _fill(field, without, grains, background)
    return field


def _of_grain(orientation: Orientations, grain: int) -> float | np.ndarray | None:
    if isinstance(orientation, Mapping):
        return orientation.get(grain)
    return orientation[grain] if 0 <= grain < len(orientation) else None


def _principal(principal: object, grain: int, ndim: int) -> np.ndarray:
    given = principal.get(grain) if isinstance(principal, Mapping) else principal
    values = np.asarray(given if given is not None else [], dtype=np.float64)
    if values.shape != (ndim,) or not np.isfinite(values).all() or (values < 0).any():
        raise InputError(
            f"principal conductivities {given!r} of grain {grain}",
            f"{ndim} finite numbers >= 0 in S/cm",
            "give one conductivity per principal axis",
        )
    return values


def _rotation(turned: float | np.ndarray, grain: int, ndim: int) -> np.ndarray:
    """Matrix whose columns are the principal axes of a grain."""
    given = np.asarray(turned, dtype=np.float64)
    if given.shape != (() if ndim == 2 else (3, 3)) or not np.isfinite(given).all():
        raise InputError(
            f"orientation {turned!r} of grain {grain}",
            "an angle in rad" if ndim == 2 else "a rotation matrix of shape (3, 3)",
            "give radians, not degrees" if ndim == 2 else "make it, e.g. by scipy's Rotation.as_matrix",
        )
    if ndim == 2:
        return np.array([[np.cos(given), -np.sin(given)], [np.sin(given), np.cos(given)]])
    if np.abs(given @ given.T - np.eye(3)).max() > _ORTHOGONAL:
        raise InputError(f"a matrix for grain {grain} that is no rotation", "orthogonal columns", "normalise it")
    return given


def _fill(field: np.ndarray, without: np.ndarray, grains: np.ndarray, background: float | np.ndarray | None) -> None:
    """Give an isotropic conductivity to the pixels of grains without orientation."""
    if background is None:
        missing = np.unique(grains[without])
        named = ", ".join(map(str, missing[:5])) + (", ..." if missing.size > 5 else "")
        raise InputError(
            f"grains without orientation: {named}",
            "an orientation for every grain number in the picture",
            "add them, or give background= for the pixels of no grain",
        )
    filled = np.broadcast_to(np.asarray(background, dtype=np.float64), grains.shape)[without]
    if not np.isfinite(filled).all() or (filled < 0).any():
        raise InputError("a negative or non-finite background", "S/cm >= 0", "correct the background")
    field[without] = filled[:, None, None] * np.eye(grains.ndim)
