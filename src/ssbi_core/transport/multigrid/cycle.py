"""One V-cycle: relax, correct from the coarser grid, relax in reverse order, so that it stays symmetric.

It comes in two halves, down to the right-hand side of the coarsest grid and up again from its solution, because the
coarsest problem is solved outside.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from ssbi_core.transport.multigrid.coarsening import Weights, coarse_arrays, coarse_operator, interpolation_weights
from ssbi_core.transport.multigrid.layout import (
    Offset,
    Split,
    before,
    coarse_shape,
    colours,
    joined,
    seen,
    split,
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


class Kept(NamedTuple):
    """Of the first half of a cycle, for the second.

    relaxed : values on every level.
    rights : right-hand sides of all but the finest.
    """

    relaxed: list[Split]
    rights: list[Split]


def hierarchy(
    finest: Operator, shape: tuple[int, ...], rows: jax.Array, depth: int
) -> tuple[list[Level], dict[Offset, jax.Array]]:
    """Levels from the finest on, and the coarsest operator after so many coarsenings.

    Nodes from `rows` on along the first axis are fixed. The coarsest operator is given as conductances by direction,
    each held at the lower node of its two, and the diagonal under the offset of zeros; without ghosts.
    """
    operator, levels, ndim = finest, [], len(shape)
    inner = (slice(1, -1),) * ndim
    edges, centre = dict[Offset, jax.Array](), jnp.zeros(())
    for _ in range(depth):
        inverse = {p: with_ghosts(_inverse(operator.diagonal(p))) for p in colours(ndim)}
        weights = interpolation_weights(operator, ndim)
        inverse, weights = lax.optimization_barrier((inverse, weights))
        levels.append(Level(operator, inverse, weights, shape))
        edges, centre = lax.optimization_barrier(coarse_arrays(operator, weights))
        shape, rows = coarse_shape(shape), (rows + 1) // 2
        centre = centre[inner] * before(rows, shape)
        operator = coarse_operator(edges, with_ghosts(centre))
    between = {step: values[inner] * before(rows - abs(step[0]), shape) for step, values in edges.items()}
    return levels, between | {(0,) * ndim: centre}


def product(operator: Operator, x: Split) -> Split:
    """A x."""
    return {p: with_ghosts(operator.diagonal(p) * seen(x, p) - operator.pull(p, x)) for p in x}


def down(levels: list[Level], right: Split) -> tuple[Kept, jax.Array]:
    """Relax from 0 and restrict what is left, level by level.

    Returns what `up` needs, and the coarsest right-hand side without ghosts.
    """
    rights, relaxed = [right], list[Split]()
    coarsest = jnp.zeros(())
    for level in levels:
        relaxed.append(_relax_from_zero(level, rights[-1]))
        coarsest = lax.optimization_barrier(_restricted_residual(level, relaxed[-1]))
        rights.append(split(with_ghosts(coarsest)))
    return Kept(relaxed, rights[1:-1]), coarsest


def up(levels: list[Level], right: Split, kept: Kept, coarsest: jax.Array) -> Split:
    """Correct from the solution of the coarsest grid and relax in reverse order; returns the finest values.

    `right` is that of `down`.
    """
    coarse, values = with_ghosts(coarsest), dict[tuple[int, ...], jax.Array]()
    rights = [right, *kept.rights]
    for level, known, relaxed in zip(reversed(levels), reversed(rights), reversed(kept.relaxed), strict=True):
        values = lax.optimization_barrier(_corrected(level, relaxed, coarse))
        for p in reversed(colours(len(level.shape))):
            pulled = seen(known, p) + level.operator.pull(p, values)
            values[p] = lax.optimization_barrier(with_ghosts(pulled * seen(level.inverse, p)))
        if level is not levels[0]:
            coarse = joined(values, level.shape)
    return values


def _inverse(diagonal: jax.Array) -> jax.Array:
    return jnp.where(diagonal > 0, 1 / jnp.where(diagonal > 0, diagonal, 1.0), 0.0)


def _relax_from_zero(level: Level, right: Split) -> Split:
    values: Split = {}
    for p in colours(len(level.shape)):
        pulled = seen(right, p) + level.operator.pull(p, values)
        # Each colour is stored before the next one reads it: the compiler would compute it again at every use.
        values[p] = lax.optimization_barrier(with_ghosts(pulled * seen(level.inverse, p)))
    return values


def _restricted_residual(level: Level, values: Split) -> jax.Array:
    """Transposed interpolation of the residual of `_relax_from_zero`.

    A relaxed node was in balance with the neighbours of its day; what is left is the pull of those relaxed after it.
    """
    order = colours(len(level.shape))
    residual = {
        p: with_ghosts(level.operator.pull(p, {q: values[q] for q in order[done:]}))
        for done, p in enumerate(order[:-1], start=1)
    }
    if len(level.shape) == 3:  # few couplings in 2D: there it costs less to compute them again where they are used
        residual = lax.optimization_barrier(residual)
    coarse = order[0]
    total = seen(residual, coarse)
    for p in order[1:-1]:
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
        result[p] = with_ghosts(seen(values, p) + change)
    return result
