"""The same structure on finer pixels."""

from __future__ import annotations

import numpy as np

from ssbi_core.transport.conductivity_field import ConductionField
from ssbi_core.transport.surfaces import Surfaces


def subdivided(field: ConductionField, factor: int) -> ConductionField:
    """The same structure with every pixel's edge, and every resistive face, cut into so many pieces."""
    ndim = field.body.ndim
    conductivity, body = field.conductivity, field.body
    for axis in range(ndim):
        conductivity, body = np.repeat(conductivity, factor, axis), np.repeat(body, factor, axis)
    return ConductionField(
        conductivity, body, _cut(field.surfaces, field.body.shape, factor), field.voxel_size / factor
    )


def _cut(surfaces: Surfaces, shape: tuple[int, ...], factor: int) -> Surfaces:
    """Each face as the pieces that lie on it; the resistance per area is theirs too."""
    ndim, fine = len(shape), tuple(n * factor for n in shape)
    piece = np.stack(np.meshgrid(*[np.arange(factor)] * (ndim - 1), indexing="ij"), axis=-1).reshape(-1, ndim - 1)
    pixel = np.stack(np.unravel_index(surfaces.first, shape), axis=1) * factor
    first = np.empty((len(surfaces), len(piece)), dtype=np.int64)
    step = np.empty(len(surfaces), dtype=np.int64)
    for axis in range(ndim):
        on = surfaces.axis == axis
        at = np.repeat(pixel[on, None, :], len(piece), axis=1)
        at[..., axis] += factor - 1  # the last layer of pieces before the face
        at[..., [k for k in range(ndim) if k != axis]] += piece
        first[on] = np.ravel_multi_index(tuple(np.moveaxis(at, -1, 0)), fine)
        step[on] = int(np.prod(fine[axis + 1 :]))

    def each(values: np.ndarray) -> np.ndarray:
        return np.repeat(values, len(piece))

    flat = first.ravel()
    return Surfaces(flat, flat + each(step), each(surfaces.axis), each(surfaces.resistance), each(surfaces.phase))
