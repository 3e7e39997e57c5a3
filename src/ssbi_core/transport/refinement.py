"""Closer bounds from a finer mesh.

Pixels are cut into 2 x 2, again and again, until the bounds are as close as asked for. Both stay rigorous, and every
refinement contains the one before: they can only come closer. On a graded mesh the finer cells lie along interfaces
only, so that halving them about doubles the work instead of quadrupling it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ssbi_core.transport.conduct import ConductionProblem
from ssbi_core.transport.conductivity_field import ConductionField
from ssbi_core.transport.solution import Bounded
from ssbi_core.transport.surfaces import Surfaces

_MOST_PIXELS = {2: 4_500_000, 3: 300_000}


@dataclass(frozen=True)
class Refined:
    """Bounds, into how many pieces a pixel's edge was cut for them, and whether they are close enough."""

    effective_conductivity: Bounded
    factor: int
    reached: bool


def tighten(
    field: ConductionField,
    axis: int,
    known: Bounded,
    relative_gap: float,
    *,
    tolerance: float = 1e-6,
    throw: bool = True,
    method: str = "auto",
) -> Refined:
    """Refine until upper and lower bound differ by at most `relative_gap` of the estimate, or memory would not do.

    Parameters
    ----------
    field : the structure.
    axis : array axis of transport.
    known : bounds on its own pixels, S/cm.
    relative_gap : (upper - lower) / estimate to reach.
    tolerance, throw, method : as in `conduct`.

    Raises
    ------
    SolverError
        As `conduct`.
    """
    best, factor, ndim = known, 1, field.conductivity.ndim
    while _gap(best) > relative_gap and field.conductivity.size * (2 * factor) ** ndim <= _MOST_PIXELS[ndim]:
        factor *= 2
        fine = subdivided(field, factor)
        with ConductionProblem(
            fine.conductivity,
            fine.voxel_size,
            axis,
            surfaces=fine.surfaces,
            method=method,
            mesh="graded" if ndim == 2 else "pixels",
        ) as problem:
            found = problem.solve(tolerance=tolerance, throw=throw).effective_conductivity
        lower, upper = sorted((max(best.lower, found.lower), min(best.upper, found.upper)))
        best = Bounded(float(np.clip(found.estimate, lower, upper)), lower, upper)
    return Refined(best, factor, _gap(best) <= relative_gap)


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


def _gap(bounds: Bounded) -> float:
    return (bounds.upper - bounds.lower) / bounds.estimate if bounds.estimate > 0 else 0.0
