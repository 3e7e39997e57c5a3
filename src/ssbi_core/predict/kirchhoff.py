"""Conductance of a resistor network between two terminals, by star-mesh elimination inside a band.

Eliminating node k joins its neighbours i, j by g_ik g_jk / sum_j g_kj: only sums, products and quotients of positive
numbers, so every conductance keeps its relative accuracy in float32 however large the contrast (the elimination of
Grassmann, Taksar and Heyman, Oper. Res. 33, 1107, 1985, without its normalisation), where a Cholesky factorisation
would cancel. Nodes come in an order of small bandwidth, so what has to be kept is a window that slides along. The
gradient needs no second solve: d ln G / d ln g_e is the share of the power that edge e dissipates (Tellegen).
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
    conductance = jnp.exp(log_edges - scale)
    inner = ~(band.ground | band.drive)
    # A node's row says what joins it to the `width` nodes before it, the nearest one last, and to the terminals.
    column = jnp.where(band.ground, width, jnp.where(band.drive, width + 1, width - band.offset))
    row = jnp.where(inner, band.node + band.offset, band.node)
    table = jnp.zeros((number + width + 1, width + 2)).at[row, column].add(conductance)
    total, rows = _eliminate(table, number, width)
    return jnp.log(total) + scale, scale, rows


def _eliminate(table, number, width):
    """The conductance left between the terminals, and each node's links to those after it when its turn came."""

    def step(carry, incoming):
        window, direct = carry  # links among `width` + 1 nodes, the next to go first, and to the terminals
        row = window[0, 1:]
        share = row / (row.sum() + _NOTHING)
        mesh = window[1:, 1:] + row[:width, None] * share[None, :]
        window = _with_next(mesh, incoming, width)
        return (window, direct + row[width] * share[width + 1]), row

    window = jnp.zeros((width + 1, width + 3))
    for node in range(width + 1):
        window = _with_next(window[1:, 1:], table[node], width)
    (_, direct), rows = jax.lax.scan(step, (window, jnp.zeros(())), table[width + 1 : number + width + 1])
    return direct, rows


def _with_next(mesh, incoming, width):
    """A window of `width` nodes and the terminals with one more node."""
    above = jnp.concatenate([mesh[:, :width], incoming[:width, None], mesh[:, width:]], axis=1)
    return jnp.concatenate([above, jnp.pad(incoming[width:], (width + 1, 0))[None]])


def _potentials(rows, number, width):
    def step(ahead, row):
        value = (row[:width] @ ahead + row[width + 1]) / (row.sum() + _NOTHING)
        return jnp.concatenate([value[None], ahead[:-1]]), value

    _, potential = jax.lax.scan(step, jnp.zeros(width), rows, reverse=True)
    return potential


log_conductance.defvjp(_forward, _backward)
