"""One V-cycle: relax, correct from the coarser grid, relax in reverse order, so that it stays symmetric.

It comes in two halves, down to the right-hand side of the coarsest grid and up again from its solution, because the
coarsest problem is solved outside.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import jax
import jax.numpy as jnp
from jax import lax

from ssbi_core.transport.multigrid.coarsening import Weights, coarse_arrays, coarse_operator, interpolation_weights
from ssbi_core.transport.multigrid.layout import (
    Offset,
    Split,
    coarse_shape,
    colours,
    joined,
    seen,
    split,
    updated,
    with_ghosts,
)
from ssbi_core.transport.multigrid.operators import Operator


@partial(jax.tree_util.register_dataclass, data_fields=("operator", "inverse", "weights"), meta_fields=("shape",))
@dataclass(frozen=True, eq=False)
class Level:
    """A grid above the coarsest: operator, inverse of its diagonal (0 at dead nodes), weights from the next grid."""

    operator: Operator
    inverse: Split
    weights: Weights
    shape: tuple[int, ...]


def hierarchy(finest: Operator, shape: tuple[int, ...], depth: int) -> tuple[list[Level], dict[Offset, jax.Array]]:
    """Levels from the finest on, and the coarsest operator after so many coarsenings.

    The coarsest operator is given as conductances by direction, each held at the lower node of its two, and the
    diagonal under the offset of zeros; without ghosts.
    """
    operator, levels, ndim = finest, [], len(shape)
    edges, centre = dict[Offset, jax.Array](), jnp.zeros(())
    for _ in range(depth):
        inverse = {p: with_ghosts(_inverse(operator.diagonal(p))) for p in colours(ndim)}
        weights = interpolation_weights(operator, ndim)
        inverse, weights = lax.optimization_barrier((inverse, weights))
        levels.append(Level(operator, inverse, weights, shape))
        edges, centre = lax.optimization_barrier(coarse_arrays(operator, weights))
        operator, shape = coarse_operator(edges, centre), coarse_shape(shape)
    inner = (slice(1, -1),) * ndim
    return levels, {step: values[inner] for step, values in edges.items()} | {(0,) * ndim: centre[inner]}


def product(operator: Operator, x: Split) -> Split:
    """A x."""
    return {p: with_ghosts(operator.diagonal(p) * seen(x, p) - operator.pull(p, x)) for p in x}


def down(levels: list[Level], right: Split) -> tuple[list[tuple[Split, Split]], jax.Array]:
    """Relax from 0 and restrict what is left, level by level.

    Returns right-hand side and relaxed values of every level, and the coarsest right-hand side without ghosts.
    """
    kept = []
    coarsest = jnp.zeros(())
    for level in levels:
        relaxed = lax.optimization_barrier(_relax_from_zero(level, right))
        kept.append((right, relaxed))
        coarsest = lax.optimization_barrier(_restricted_residual(level, right, relaxed))
        right = split(with_ghosts(coarsest))
    return kept, coarsest


def up(levels: list[Level], kept: list[tuple[Split, Split]], coarsest: jax.Array) -> Split:
    """Correct from the solution of the coarsest grid and relax in reverse order; returns the finest values."""
    coarse, values = with_ghosts(coarsest), dict[tuple[int, ...], jax.Array]()
    for level, (right, relaxed) in zip(reversed(levels), reversed(kept), strict=True):
        values = lax.optimization_barrier(_corrected(level, relaxed, coarse))
        for p in reversed(colours(len(level.shape))):
            pulled = seen(right, p) + level.operator.pull(p, values)
            values[p] = updated(values[p], pulled * seen(level.inverse, p))
        if level is not levels[0]:
            coarse = joined(values, level.shape)
    return values


def _inverse(diagonal: jax.Array) -> jax.Array:
    return jnp.where(diagonal > 0, 1 / jnp.where(diagonal > 0, diagonal, 1.0), 0.0)


def _relax_from_zero(level: Level, right: Split) -> Split:
    values: Split = {}
    for p in colours(len(level.shape)):
        values[p] = with_ghosts((seen(right, p) + level.operator.pull(p, values)) * seen(level.inverse, p))
    return values


def _restricted_residual(level: Level, right: Split, values: Split) -> jax.Array:
    """Transposed interpolation of the residual; that of the colour relaxed last is 0."""
    ndim = len(level.shape)
    *early, _ = colours(ndim)
    residual = {
        p: with_ghosts(seen(right, p) - (level.operator.diagonal(p) * seen(values, p) - level.operator.pull(p, values)))
        for p in early
    }
    residual = lax.optimization_barrier(residual)
    coarse = early[0]
    total = seen(residual, coarse)
    for p in early[1:]:
        for step, weight in level.weights[p].items():
            back = tuple(-s for s in step)
            total = total + seen({p: weight}, coarse, back) * seen(residual, coarse, back)
    return total


def _corrected(level: Level, values: Split, coarse: jax.Array) -> Split:
    """Values plus the interpolated coarse ones (with ghosts)."""
    nodes = colours(len(level.shape))
    known = {nodes[0]: coarse}
    result = {nodes[0]: values[nodes[0]] + coarse}
    for p in nodes[1:]:
        change = sum(seen({p: w}, p) * seen(known, p, step) for step, w in level.weights[p].items())
        result[p] = updated(values[p], seen(values, p) + change)
    return result
