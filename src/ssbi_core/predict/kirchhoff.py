"""Conductance of a resistor network between two terminals, by star-mesh elimination inside a band.

Eliminating node k joins its neighbours i, j by g_ik g_jk / sum_j g_kj: only sums, products and quotients of positive
numbers, so every conductance keeps its relative accuracy in float32 however large the contrast (the elimination of
Grassmann, Taksar and Heyman, Oper. Res. 33, 1107, 1985, without its normalisation), where a Cholesky factorisation
would cancel. Nodes come in an order of small bandwidth, so all that has to be kept is a window of as many slots, each
taken over by the node that comes in when another has gone. The gradient needs no second solve: d ln G / d ln g_e is the
share of the power that edge e dissipates (Tellegen).
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import reverse_cuthill_mckee

_NOTHING = 1e-30
"""Conductance that stands for none, relative to the largest: a node without neighbours divides by it."""


class Band(NamedTuple):
    """Where the edges of a network go in its band; arrays of one shape for graphs of one bucket.

    Attributes
    ----------
    node, offset : (m,) row and distance above the diagonal of each inner edge, both ends ordered.
    ground, drive : (m,) bool, edges to the first and to the last terminal; `node` is their other end.
    """

    node: np.ndarray
    offset: np.ndarray
    ground: np.ndarray
    drive: np.ndarray


def band_of(first: np.ndarray, second: np.ndarray, number: int) -> tuple[Band, int]:
    """Order the nodes of a network, and say how wide its band is.

    Parameters
    ----------
    first, second : (m,) nodes of each edge, first < second; `number` and `number` + 1 are the terminals.
    number : of nodes without the terminals.
    """
    inner = second < number
    ends = np.concatenate([first[inner], second[inner]]), np.concatenate([second[inner], first[inner]])
    matrix = coo_array((np.ones(len(ends[0])), ends), (number, number)).tocsr()
    rank = np.empty(number, np.int64)
    rank[reverse_cuthill_mckee(matrix, symmetric_mode=True)] = np.arange(number)
    one = rank[first]
    other = np.where(inner, rank[np.minimum(second, max(number - 1, 0))], one)
    node, offset = np.minimum(one, other), np.abs(one - other)
    return Band(node, offset, second == number, second == number + 1), int(offset.max(initial=0))


@partial(jax.custom_vjp, nondiff_argnums=(2, 3))
def log_conductance(log_edges: jax.Array, band: Band, number: int, width: int) -> jax.Array:
    """Natural logarithm of the conductance between the terminals.

    Parameters
    ----------
    log_edges : (m,) natural logarithm of the edges' conductances, -inf where there is no edge.
    band : of the network.
    number, width : nodes, and bandwidth; both may be larger than needed.
    """
    return _solve(log_edges, band, number, width)[0]


def power_shares(log_edges: jax.Array, band: Band, number: int, width: int) -> tuple[jax.Array, jax.Array]:
    """Log conductance, and each edge's share of the dissipated power."""
    total, scale, rows = _solve(log_edges, band, number, width)
    potential = _potentials(rows, number, width)
    there = jnp.concatenate([potential, jnp.zeros(width)])
    ahead = jnp.where(band.ground, 0.0, jnp.where(band.drive, 1.0, there[band.node + band.offset]))
    drop = there[band.node] - ahead
    return total, jnp.exp(log_edges - scale) * drop**2 / jnp.exp(total - scale)


def _forward(log_edges, band, number, width):
    total, shares = power_shares(log_edges, band, number, width)
    return total, shares


def _backward(number, width, shares, cotangent):
    return cotangent * shares, None


def _solve(log_edges, band, number, width):
    scale = jnp.max(log_edges)
    scale = jnp.where(jnp.isfinite(scale), scale, 0.0)  # no edge at all: the conductance is 0, not unknown
    conductance = jnp.exp(log_edges - scale)
    inner = ~(band.ground | band.drive)
    # Node k lives in slot k mod (width + 1) of the window. Its row of the table says what joins it to the nodes before
    # it, by their slots, and to the two terminals.
    slots = width + 1
    column = jnp.where(band.ground, slots, jnp.where(band.drive, slots + 1, band.node % slots))
    row = jnp.where(inner, band.node + band.offset, band.node)
    table = jnp.zeros((number + slots, slots + 2)).at[row, column].add(conductance)
    total, rows = _eliminate(table, number, slots)
    return jnp.log(total) + scale, scale, rows


def _eliminate(table, number, slots):
    """The conductance left between the terminals, and each node's links to those after it when its turn came."""

    def step(carry, turn):
        window, direct = carry
        incoming, slot = turn
        row = jax.lax.dynamic_index_in_dim(window, slot, keepdims=False).at[slot].set(0.0)
        share = row / (row.sum() + _NOTHING)
        window = window + row[:slots, None] * share[None, :]
        window = jax.lax.dynamic_update_index_in_dim(window, incoming, slot, 0)
        window = jax.lax.dynamic_update_slice(window, incoming[:slots, None], (0, slot))
        return (window, direct + row[slots] * share[slots + 1]), row

    window = table[:slots].at[:, :slots].add(table[:slots, :slots].T)
    (_, direct), rows = jax.lax.scan(step, (window, jnp.zeros(())), (table[slots:], jnp.arange(number) % slots))
    return direct, rows


def _potentials(rows, number, width):
    slots = width + 1

    def step(known, turn):
        row, slot = turn
        value = (row[:slots] @ known + row[slots + 1]) / (row.sum() + _NOTHING)
        return known.at[slot].set(value), value

    _, potential = jax.lax.scan(step, jnp.zeros(slots), (rows, jnp.arange(number) % slots), reverse=True)
    return potential


log_conductance.defvjp(_forward, _backward)
