"""Interpolation that follows the conductivity, and the coarse operator it makes (black-box multigrid).

The value between two coarse nodes is that which balances the currents from both sides, so that it stays near that of
the better conductor; the coarse operator is the energy of such functions (Galerkin), hence symmetric and positive.
Couplings that came out negative on a coarse grid take no part in the weights: these stay between 0 and 1.
Source: J. E. Dendy, Black box multigrid, J. Comput. Phys. 48 (1982) 366.
"""

from __future__ import annotations

from collections.abc import Mapping

import jax
import jax.numpy as jnp
from jax import lax

from ssbi_core.transport.multigrid.layout import (
    Colour,
    Offset,
    Split,
    colours,
    direction,
    offsets,
    seen,
    shifted,
    split,
    with_ghosts,
)
from ssbi_core.transport.multigrid.operators import Operator, StencilOperator

Weights = dict[Colour, dict[Offset, jax.Array]]
"""Per colour of the fine nodes between coarse ones: weight of the coarse node at each offset."""

_LEAST_LOSS = 1e-12  # of a node's conductance, below which a loss to fixed nodes is rounding


def interpolation_weights(operator: Operator, ndim: int) -> Weights:
    """Weights of the coarse nodes around every fine node between them."""
    weights: Weights = {}
    for colour in sorted(colours(ndim)[1:], key=sum):  # what lies on an edge before what lies in its middle
        weights[colour] = _weights_of(operator, colour, weights)
    return weights


def _weights_of(operator: Operator, colour: Colour, known: Weights) -> dict[Offset, jax.Array]:
    """Balance of one node's currents, with neighbours that are no coarse nodes eliminated by their own weights.

    Neighbours that differ only along axes where the node itself is even are lumped with it.
    """
    centre = operator.diagonal(colour)
    loss, toward = centre, dict[Offset, jax.Array]()
    for offset in offsets(len(colour)):
        coupling = operator.coupling(colour, offset)
        if coupling is None:
            continue
        loss = loss - coupling
        along_odd = tuple(o * p for o, p in zip(offset, colour, strict=True))
        if any(along_odd):
            toward[along_odd] = toward[along_odd] + coupling if along_odd in toward else coupling
    toward = {offset: jnp.maximum(value, 0.0) for offset, value in toward.items()}
    loss = jnp.where(loss > _LEAST_LOSS * centre, loss, 0.0)
    total = loss + sum(toward.values())
    usable = (total > 0) & (centre > 0)
    share = jnp.where(usable, 1 / jnp.where(usable, total, 1.0), 0.0)
    result: dict[Offset, jax.Array] = {}
    for offset, coupling in toward.items():
        target = shifted(colour, offset)[0]
        via = {(0,) * len(colour): None} if not any(target) else known[target]
        for step, weight in via.items():
            reached = tuple(a + b for a, b in zip(offset, step, strict=True))
            part = coupling if weight is None else coupling * seen({target: weight}, colour, offset)
            result[reached] = result[reached] + part if reached in result else part
    return {offset: with_ghosts(part * share) for offset, part in result.items()}


def coarse_arrays(operator: Operator, weights: Weights) -> tuple[dict[Offset, jax.Array], jax.Array]:
    """Galerkin operator on the next coarser grid: conductances by direction, and the diagonal.

    Each is a grid function with one ghost at either end; conductances are held at the lower node of their two. The
    energy of every fine conductance is (drop)^2 g; its drop is linear in the corners of the coarse cell around it.
    """
    sums: dict[tuple[Offset, Offset], jax.Array] = {}
    for group in operator.pieces(_region):
        for one, other, conductance in group:
            _add_energy(sums, conductance, _drop(weights, one, other))
        sums = lax.optimization_barrier(sums)  # one kernel per group: a single one takes minutes to compile in 3D
    centre, edges = jnp.zeros(()), dict[Offset, jax.Array]()
    for (corner, far), values in sums.items():
        part = _at_corner(values, tuple(map(min, corner, far)))
        if corner == far:
            centre = centre + part
        else:
            step = direction(tuple(b - a for a, b in zip(corner, far, strict=True)))
            edges[step] = edges[step] - part if step in edges else -part
    return edges, centre


def _drop(weights: Weights, one: Offset, other: Offset | None) -> dict[Offset, jax.Array | float]:
    """Difference between two fine nodes (or one and a fixed node) by the corners of the coarse cell."""
    drop = dict(_corners(weights, one))
    for corner, weight in (_corners(weights, other) if other else {}).items():
        drop[corner] = drop[corner] - weight if corner in drop else -weight
    return drop


def _add_energy(
    sums: dict[tuple[Offset, Offset], jax.Array], conductance: jax.Array, drop: dict[Offset, jax.Array | float]
) -> None:
    """Add the products of the drop's coefficients, times the conductance, to the sums by pairs of corners."""
    terms = sorted(drop.items())
    for i, (corner, weight) in enumerate(terms):
        current = conductance * weight
        for far, far_weight in terms[i:]:
            part = current * far_weight
            sums[corner, far] = sums[corner, far] + part if (corner, far) in sums else part


def coarse_operator(edges: Mapping[Offset, jax.Array], centre: jax.Array) -> StencilOperator:
    """The operator of `coarse_arrays`, split by colour for use as the next fine grid."""
    parts: dict[Offset, Split] = {step: split(values) for step, values in edges.items()}
    return StencilOperator(parts, split(centre))


def _corners(weights: Weights, node: Offset) -> dict[Offset, jax.Array | float]:
    """Weights of the corners of a coarse cell at one of its fine nodes."""
    colour = tuple(x % 2 for x in node)
    if not any(colour):
        return {tuple(x // 2 for x in node): 1.0}
    return {
        tuple((x + s) // 2 for x, s in zip(node, step, strict=True)): _region({colour: weight}, node)
        for step, weight in weights[colour].items()
    }


def _region(arrays: Mapping[Colour, jax.Array], node: Offset) -> jax.Array:
    """What coarse cells see at one of their fine nodes, from the cell before the first node on."""
    array = arrays[tuple(x % 2 for x in node)]
    return array[tuple(slice(x // 2, n - 1 + x // 2) for x, n in zip(node, array.shape, strict=True))]


def _at_corner(values: jax.Array, corner: Offset) -> jax.Array:
    """Values of coarse cells as a function of the node at one of their corners."""
    return jnp.pad(values, [(c, 1 - c) for c in corner])
