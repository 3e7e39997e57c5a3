"""Volumes of tensors by conjugate gradients, preconditioned with the V-cycle of the isotropic volume beside them.

A third of the trace conducts as the tensor does, to within a factor of its anisotropy, so the cycle made for it costs
the iteration few steps more than for itself. The tensor's own matrix is never made: the trilinear potential of a voxel
is a sum of seven modes that change (a constant does not), products of differences d and means s along the axes, and
its energy is a short sum over them (integrals of the squared coordinate are 1/12). The residual is its derivative.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from ssbi_core.compilation import keep_compiled_programs
from ssbi_core.transport.multigrid.coarsest import CoarsestGrid
from ssbi_core.transport.multigrid.cycle import Kept, Level, down, hierarchy, up
from ssbi_core.transport.multigrid.error_estimate import ErrorEstimate
from ssbi_core.transport.multigrid.iteration import cells_by_colour, free_shape
from ssbi_core.transport.multigrid.layout import Offset, joined, split, with_ghosts
from ssbi_core.transport.multigrid.operators import PixelOperator
from ssbi_core.transport.multigrid.solve import depth_of

_TWELFTH = 1 / 12


class TensorSolution(NamedTuple):
    """Potential of a volume of tensors, for unit voltage along the first axis on a grid of unit voxels.

    Attributes
    ----------
    potential : (n + 1, m + 1, k + 1) at the corners of voxels.
    energy : (n, m, k) of every voxel, in the unit of the conductivity.
    energy_error : estimate of how much of the whole, relatively, the iteration has left above the minimum.
    inlet, outlet : current through the first and the last face.
    converged : whether the estimate met the tolerance.
    """

    potential: np.ndarray
    energy: np.ndarray
    energy_error: float
    inlet: float
    outlet: float
    converged: bool


class _State(NamedTuple):
    """Potential at all nodes; residual, search direction at them, 0 on the two faces; r z of the step before."""

    potential: jax.Array
    residual: jax.Array
    search: jax.Array
    product: jax.Array


def solve_tensors(conductivity: np.ndarray, *, tolerance: float = 1e-6, max_iterations: int = 200) -> TensorSolution:
    """Solve for current along the first axis, which has two voxels at least.

    Parameters
    ----------
    conductivity : (n, m, k, 3, 3) float64, symmetric positive definite everywhere.
    tolerance : relative error of the energy, hence of the effective conductivity.
    max_iterations : steps after which the iteration gives up and says so.
    """
    keep_compiled_programs()
    with jax.enable_x64(True):
        field = jnp.asarray(_upper(conductivity))
        levels, couplings, state, kept, right = _prepare(field, depth_of(free_shape(field.shape[1:])))
        grid = CoarsestGrid(right.shape)
        try:
            solve = grid.factorise({step: np.asarray(values) for step, values in couplings.items()})
            start = float(np.sum(conductivity[0, ..., 0, 0]))  # energy of a potential that falls in the first row
            estimate = ErrorEstimate(start, tolerance)
            while estimate.unsettled and estimate.steps < max_iterations:
                state, kept, right, numbers = _advance(
                    levels, field, state, kept, jnp.asarray(solve(np.asarray(right)))
                )
                estimate.add(*map(float, numbers))
        finally:
            grid.close()
        potential, energy, reaction = map(np.asarray, _evaluate(state.potential, field))
    faces = float(reaction[0].sum()), -float(reaction[-1].sum())
    return TensorSolution(potential, energy, float(estimate.error), *faces, estimate.converged)


@partial(jax.jit, static_argnames="depth")
def _prepare(field: jax.Array, depth: int) -> tuple[list[Level], dict[Offset, jax.Array], _State, Kept, jax.Array]:
    """Levels and coarsest operator of the isotropic volume; first state, and first half of the first cycle."""
    isotropic = (field[0] + field[1] + field[2]) / 3
    shape, rows = free_shape(isotropic.shape), jnp.asarray(isotropic.shape[0] - 1)
    levels, couplings = hierarchy(PixelOperator(cells_by_colour(isotropic), rows, shape), shape, rows, depth)
    potential = jnp.zeros([n + 1 for n in isotropic.shape]).at[0].set(1.0)
    residual = _free(-_reaction(potential, field))
    kept, right = down(levels, _as_split(residual))
    state = _State(potential, residual, jnp.zeros_like(residual), jnp.array(jnp.inf))
    return levels, couplings, state, kept, right


@partial(jax.jit, donate_argnames=("state", "kept"))
def _advance(
    levels: list[Level], field: jax.Array, state: _State, kept: Kept, coarse_solution: jax.Array
) -> tuple[_State, Kept, jax.Array, jax.Array]:
    """One step, and the first half of the next cycle; see `iteration.advance`."""
    residual = _as_split(state.residual)
    inside = joined(up(levels, residual, kept, coarse_solution), levels[0].shape)[:, 1:-1, 1:-1]
    preconditioned = _free(inside)
    current = jnp.vdot(state.residual, preconditioned)
    factor = jnp.where(state.product > 0, current / state.product, 0.0)
    search = jax.lax.optimization_barrier(factor * state.search + preconditioned)
    image = _free(_reaction(search, field))
    curvature = jnp.vdot(search, image)
    length = jnp.where(curvature > 0, current / jnp.where(curvature > 0, curvature, 1.0), 0.0)
    left = jax.lax.optimization_barrier(state.residual - length * image)
    kept, right = down(levels, _as_split(left))
    state = _State(state.potential + length * search, left, search, current)
    return state, kept, right, jnp.stack([current, length, factor])


@jax.jit
def _evaluate(potential: jax.Array, field: jax.Array) -> tuple[jax.Array, jax.Array, jax.Array]:
    return potential, _energy(potential, field), _reaction(potential, field)


def _energy(potential: jax.Array, field: jax.Array) -> jax.Array:
    """Energy of every voxel, grad phi . sigma grad phi integrated exactly."""
    xx, yy, zz, xy, xz, yz = field
    d = {"": potential}
    for axis in range(3):
        d = {name + kind: values for name, at in d.items() for kind, values in _along(at, axis)}
    smooth = xx * d["dss"] ** 2 + yy * d["sds"] ** 2 + zz * d["ssd"] ** 2
    smooth += 2 * (xy * d["dss"] * d["sds"] + xz * d["dss"] * d["ssd"] + yz * d["sds"] * d["ssd"])
    bent = (xx + yy) * d["dds"] ** 2 + (xx + zz) * d["dsd"] ** 2 + (yy + zz) * d["sdd"] ** 2
    bent += 2 * (xy * d["dsd"] * d["sdd"] + xz * d["dds"] * d["sdd"] + yz * d["dds"] * d["dsd"])
    return smooth + _TWELFTH * bent + _TWELFTH**2 * (xx + yy + zz) * d["ddd"] ** 2


def _reaction(potential: jax.Array, field: jax.Array) -> jax.Array:
    """Current that has to be fed into every node to keep it at its potential."""
    return jax.grad(lambda phi: _energy(phi, field).sum() / 2)(potential)


def _along(values: jax.Array, axis: int) -> tuple[tuple[str, jax.Array], ...]:
    """Difference and mean of neighbours."""
    low = jax.lax.slice_in_dim(values, 0, -1, axis=axis)
    high = jax.lax.slice_in_dim(values, 1, None, axis=axis)
    return ("d", high - low), ("s", (high + low) / 2)


def _free(values: jax.Array) -> jax.Array:
    """0 on the two faces of the first axis."""
    return values.at[0].set(0.0).at[-1].set(0.0)


def _as_split(values: jax.Array) -> dict[tuple[int, ...], jax.Array]:
    return split(with_ghosts(values[1:-1]))


def _upper(conductivity: np.ndarray) -> np.ndarray:
    """Components xx, yy, zz, xy, xz, yz in front, (6, n, m, k)."""
    pairs = ((0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2))
    return np.stack([conductivity[..., i, j] for i, j in pairs])
