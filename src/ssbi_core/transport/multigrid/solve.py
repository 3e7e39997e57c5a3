"""Effective conductivity of pictures of pixels or voxels by multigrid, with an account of its own error."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import lru_cache

import jax
import jax.numpy as jnp
import numpy as np
from scipy import ndimage

from ssbi_core.compilation import keep_compiled_programs
from ssbi_core.errors import InputError
from ssbi_core.transport.multigrid.banded_grid import works_as_band
from ssbi_core.transport.multigrid.buckets import bucket, filled
from ssbi_core.transport.multigrid.coarsest import CoarsestGrid
from ssbi_core.transport.multigrid.error_estimate import ErrorEstimate
from ssbi_core.transport.multigrid.iteration import MANY, ONE, free_shape
from ssbi_core.transport.multigrid.layout import coarse_shape
from ssbi_core.transport.multigrid.solution import MultigridSolution

_COARSEST = {2: 300_000, 3: 60_000}  # unknowns whose factorisation still pays
_NO_COARSER = {2: 1_500, 3: 3_000}  # unknowns below which nothing is gained by another grid
_TOGETHER = 65_536  # pixels of the pictures that go through one program together: what the cache holds
_ROUNDING = 1e-13
_one_at_a_time = threading.Lock()  # the factorisation is kept per shape


def solve_on_pixels(
    conductivity: np.ndarray, *, tolerance: float = 1e-6, max_iterations: int = 200
) -> MultigridSolution:
    """Solve a percolating scalar field for current along its first axis, which has two pixels at least.

    Parameters
    ----------
    conductivity : (rows, columns) or (slices, rows, columns), float64, >= 0.
    tolerance : relative error of the energy, hence of the effective conductivity.
    max_iterations : steps after which the iteration gives up and says so.
    """
    return _solve([without_floating(conductivity)], tolerance, max_iterations)[0]


def solve_many_on_pixels(
    conductivities: Sequence[np.ndarray], *, tolerance: float = 1e-6, max_iterations: int = 200
) -> list[MultigridSolution]:
    """Solve fields of one shape; small ones several at a time in one vectorised program.

    Parameters and conditions as in `solve_on_pixels`, for each field.

    Raises
    ------
    InputError
        If the shapes differ.
    """
    shapes = sorted({np.shape(field) for field in conductivities})
    if len(shapes) > 1:
        raise InputError(f"pictures of shapes {shapes}", "pictures of one shape", "solve each shape apart")
    fields = [without_floating(field) for field in conductivities]
    together = _together(shapes[0]) if shapes else 1
    solved = []
    for start in range(0, len(fields), together):
        part = fields[start : start + together]
        alike = part + part[-1:] * (together - len(part))  # a shorter batch would be compiled anew
        solved += _solve(alike, tolerance, max_iterations)[: len(part)]
    return solved


def _solve(fields: list[np.ndarray], tolerance: float, max_iterations: int) -> list[MultigridSolution]:
    """Solve all at once; every iteration goes on until the last one has settled."""
    size, count = fields[0].shape, len(fields)
    arrays = [filled(field) for field in fields]
    depth = depth_of(free_shape(arrays[0].shape))
    programs = ONE if count == 1 else MANY

    def each(values: jax.Array) -> np.ndarray:
        """With an axis for the fields, which the program for one does without."""
        array = np.asarray(values)
        return array[None] if count == 1 else array

    keep_compiled_programs()
    with _one_at_a_time, jax.enable_x64(True):
        device = jnp.asarray(arrays[0] if count == 1 else np.stack(arrays))
        levels, couplings, state, kept, right = programs.prepare(device, size[0], depth)
        stacked = {step: each(values) for step, values in couplings.items()}
        grid = _coarsest_grid(each(right).shape[1:])
        solvers = [grid.factorise({step: values[k] for step, values in stacked.items()}) for k in range(count)]
        estimates = [ErrorEstimate(float(field[0].sum()), tolerance) for field in fields]
        unsettled, steps = [True] * count, 0
        while any(unsettled) and steps < max_iterations:
            corrections = np.stack([solve(part) for solve, part in zip(solvers, each(right), strict=True)])
            state, kept, right, numbers = programs.advance(
                levels, state, kept, jnp.asarray(corrections.reshape(right.shape))
            )
            steps += 1
            for k, coefficients in enumerate(each(numbers)):
                estimates[k].add(*map(float, coefficients))
                unsettled[k] = unsettled[k] and estimates[k].unsettled
        potential, gradient, totals = map(each, programs.evaluate(state.x, device, size[0]))
    nodes, pixels = (tuple(slice(n + more) for n in size) for more in (1, 0))
    return [
        _result(estimate, at[nodes], square[pixels], numbers, steps)
        for estimate, at, square, numbers in zip(estimates, potential, gradient, totals, strict=True)
    ]


def _result(
    estimate: ErrorEstimate, potential: np.ndarray, gradient: np.ndarray, totals: np.ndarray, steps: int
) -> MultigridSolution:
    energy, inlet, outlet = map(float, totals)
    # Rounding lets the iteration lose track of its own residual; the energy of what it arrived at would then differ.
    rounding = abs(energy / estimate.energy - 1)
    allowed = estimate.tolerance + _ROUNDING * estimate.start / energy
    converged = estimate.converged and bool(estimate.error + rounding <= allowed)
    error = float(estimate.error)
    return MultigridSolution(potential, gradient, energy, error, rounding, inlet, outlet, steps, converged)


def without_floating(conductivity: np.ndarray) -> np.ndarray:
    """The field with clusters that touch neither the first nor the last row taken for insulators: no current there."""
    live = conductivity > 0
    if live.all():
        return np.asarray(conductivity, dtype=np.float64)
    cluster = np.zeros(live.shape, dtype=np.int32)
    ndimage.label(live, np.ones((3,) * live.ndim), output=cluster)
    anchored = np.zeros(int(cluster.max()) + 1, dtype=bool)
    anchored[cluster[0]] = True
    anchored[cluster[-1]] = True
    anchored[0] = False
    return np.where(anchored[cluster], conductivity, 0.0)


@lru_cache(maxsize=4)
def _coarsest_grid(shape: tuple[int, ...]) -> CoarsestGrid:
    return CoarsestGrid(shape)


def _together(shape: tuple[int, ...]) -> int:
    """How many pictures to solve at a time; one where the coarsest grid's factorisation is kept per shape."""
    coarsest = free_shape(tuple(map(bucket, shape)))
    for _ in range(depth_of(coarsest)):
        coarsest = coarse_shape(coarsest)
    return max(_TOGETHER // int(np.prod(shape)), 1) if works_as_band(coarsest) else 1


def depth_of(shape: tuple[int, ...]) -> int:
    """How many times to coarsen: as little as the factorisation allows, at least once."""
    depth, ndim = 1, len(shape)
    shape = coarse_shape(shape)
    while np.prod(shape) > (_NO_COARSER if depth < 2 else _COARSEST)[ndim]:
        shape, depth = coarse_shape(shape), depth + 1
    return depth
