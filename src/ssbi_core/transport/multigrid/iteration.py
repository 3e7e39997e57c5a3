"""Conjugate gradients preconditioned by the V-cycle, as steps under jit between solves of the coarsest grid."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from ssbi_core.transport.elements import laplacian
from ssbi_core.transport.multigrid.cycle import Kept, Level, down, hierarchy, product, up
from ssbi_core.transport.multigrid.layout import (
    Offset,
    Split,
    colours,
    combined,
    inner_product,
    joined,
    split,
    with_ghosts,
)
from ssbi_core.transport.multigrid.operators import PixelOperator


@partial(jax.tree_util.register_dataclass, data_fields=("x", "residual", "search", "product"), meta_fields=())
@dataclass(frozen=True, eq=False)
class State:
    """Iterate, residual, search direction, and residual times preconditioned residual of the step before."""

    x: Split
    residual: Split
    search: Split
    product: jax.Array


def free_shape(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Free nodes of a picture whose first and last rows of nodes are fixed."""
    return (shape[0] - 1, *(n + 1 for n in shape[1:]))


@partial(jax.jit, static_argnames=("depth",))
def prepare(
    conductivity: jax.Array, rows: jax.Array, depth: int
) -> tuple[list[Level], dict[Offset, jax.Array], State, Kept, jax.Array]:
    """Levels, coarsest operator, first state and first half of the first cycle for current along the first axis.

    The picture ends after so many `rows` of the array.
    """
    shape = free_shape(conductivity.shape)
    operator = PixelOperator(cells_by_colour(conductivity), rows - 1, shape)
    levels, coarsest = hierarchy(operator, shape, rows - 1, depth)
    right = split(with_ghosts(_inlet(conductivity)))
    nothing = {p: jnp.zeros_like(values) for p, values in right.items()}
    state = State(nothing, right, nothing, jnp.array(jnp.inf))
    kept, coarse_right = down(levels, right)
    return levels, coarsest, state, kept, coarse_right


@partial(jax.jit, donate_argnames=("state", "kept"))
def advance(
    levels: list[Level], state: State, kept: Kept, coarse_solution: jax.Array
) -> tuple[State, Kept, jax.Array, jax.Array]:
    """One step, and the first half of the next cycle.

    Returns the new state, what `down` returns, and (r z, step length, conjugation factor) of this step.
    """
    preconditioned = up(levels, state.residual, kept, coarse_solution)
    current = inner_product(state.residual, preconditioned)
    factor = jnp.where(state.product > 0, current / state.product, 0.0)  # nothing is left where it is exactly solved
    search = lax.optimization_barrier(combined(factor, state.search, preconditioned))
    image = lax.optimization_barrier(product(levels[0].operator, search))
    curvature = inner_product(search, image)
    length = jnp.where(curvature > 0, current / jnp.where(curvature > 0, curvature, 1.0), 0.0)
    x, residual = combined(length, search, state.x), combined(-length, image, state.residual)
    x, residual = lax.optimization_barrier((x, residual))
    kept, coarse_right = down(levels, residual)
    return State(x, residual, search, current), kept, coarse_right, jnp.stack([current, length, factor])


@jax.jit
def evaluate(x: Split, conductivity: jax.Array, rows: jax.Array) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Potential at all nodes (1 on the first row, 0 after the last), mean |grad|^2 per pixel, (energy, inlet, outlet).

    Free nodes that touch no conductor have no potential (NaN), and pixels with such a node no gradient (0). All come
    from differences of neighbouring values, which lose nothing where the current is small.
    """
    ndim = conductivity.ndim
    inner = joined(x, free_shape(conductivity.shape))[(slice(None), *(slice(1, -1),) * (ndim - 1))]
    near = (jnp.pad(conductivity, [(c, 1 - c) for c in corner]) for corner in colours(ndim))
    row = jnp.arange(inner.shape[0]).reshape([-1] + [1] * (ndim - 1))
    known = (sum(near, jnp.zeros(())) > 0) | (row == 0) | (row == rows)
    potential = jnp.where(known, inner.at[0].set(1.0), jnp.nan)
    corner = [
        potential[tuple(slice(c, c + n) for c, n in zip(corner, conductivity.shape, strict=True))]
        for corner in colours(ndim)
    ]
    stiffness = laplacian(ndim)
    square = jnp.zeros(())
    for i, j in itertools.combinations(range(len(corner)), 2):
        if abs(stiffness[i, j]) > 1e-15:
            square = square - stiffness[i, j] * (corner[i] - corner[j]) ** 2
    square = jnp.nan_to_num(square)
    half = len(corner) // 2
    fall = sum((a - b for a, b in zip(corner[:half], corner[half:], strict=True)), jnp.zeros(())) / half
    current = conductivity * jnp.nan_to_num(fall)
    through = [jnp.sum(current[0]), jnp.sum(lax.dynamic_index_in_dim(current, rows - 1))]
    return potential, square, jnp.stack([jnp.sum(conductivity * square), *through])


class Programs(NamedTuple):
    """The three steps of a solve, for one picture or, with an axis in front of everything, for several."""

    prepare: Callable[..., tuple[list[Level], dict[Offset, jax.Array], State, Kept, jax.Array]]
    advance: Callable[..., tuple[State, Kept, jax.Array, jax.Array]]
    evaluate: Callable[..., tuple[jax.Array, jax.Array, jax.Array]]


ONE = Programs(prepare, advance, evaluate)
MANY = Programs(
    jax.jit(
        lambda conductivity, rows, depth: jax.vmap(partial(prepare, rows=rows, depth=depth))(conductivity),
        static_argnums=2,
    ),
    jax.jit(jax.vmap(advance), donate_argnums=(1, 2)),
    jax.jit(jax.vmap(evaluate, (0, 0, None))),
)


def cells_by_colour(conductivity: jax.Array) -> Split:
    """Pixels by the colour of the free node they start at; those of the first row start at the fixed one before."""
    return split(jnp.pad(conductivity, [(0, 1), *((1, 2) for _ in conductivity.shape[1:])]))


def _inlet(conductivity: jax.Array) -> jax.Array:
    """Current into the free nodes from the inlet at 1: what a pixel passes goes to its far nodes in equal parts."""
    first = conductivity[0]
    into = jnp.zeros([n + 1 for n in first.shape])
    for corner in range(2**first.ndim):
        shift = [(corner >> axis) & 1 for axis in range(first.ndim)]
        into = into + jnp.pad(first, [(s, 1 - s) for s in shift])
    return jnp.zeros(free_shape(conductivity.shape)).at[0].set(into / 2**first.ndim)
