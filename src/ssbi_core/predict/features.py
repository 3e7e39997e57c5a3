"""What the recurrent net sees of a network of cells: ratios only, so that neither pixel size nor unit matters.

The network as it stands is solved once. How the current divides in it tells, before anything is learned, which contacts
matter: each contact's share of the power, of its cells' conductance and of its cells' power. Nothing in here changes
sign when the picture is mirrored.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp

from ssbi_core.materials import Phase
from ssbi_core.predict.conductance import MaterialValues, log_series, series_resistances
from ssbi_core.predict.kirchhoff import power_shares
from ssbi_core.predict.padded import PaddedCells

LINES = (Phase.GRAIN_BOUNDARY, Phase.CONTACT, Phase.DISLOCATION)
"""Kinds of line that are told apart; the others are none."""

_LEAST = 1e-6  # share below which a contact is as good as absent


class Features(NamedTuple):
    """A pytree of arrays.

    Attributes
    ----------
    phase : (nodes + 2,) int32 phase code, 0 for terminals and padding.
    edge : (edges, EDGE) what both cells see alike.
    side : (edges, 2, SIDE) as seen from each of the two cells.
    power : (edges,) share of the dissipated power; sums to 1.
    attention : (edges, 2) share of a contact in the power that flows through each of its cells.
    log_network : () logarithm of the conductance of the network as it stands.
    """

    phase: jax.Array
    edge: jax.Array
    side: jax.Array
    power: jax.Array
    attention: jax.Array
    log_network: jax.Array


EDGE = 5 + len(LINES)
SIDE = 7


def network_features(cells: PaddedCells, material: MaterialValues, nodes: int, width: int) -> Features:
    """Features of one graph; `nodes` and `width` are its padded sizes."""
    parts, conducts = series_resistances(cells, material)
    logs = log_series(cells, parts, conducts)
    log_network, power = power_shares(logs, cells.band, nodes, width)
    ends = jnp.stack([cells.first, cells.second], axis=1)

    def share_of_node(amount: jax.Array) -> jax.Array:
        total = jnp.zeros(nodes + 2).at[ends.ravel()].add(jnp.repeat(amount, 2))
        return amount[:, None] / jnp.maximum(total[ends], 1e-30)

    shares = parts / jnp.maximum(parts.sum(1, keepdims=True), 1e-30)
    attention = share_of_node(power)
    conductance = share_of_node(jnp.exp(logs - logs.max()))
    kinds = cells.kind[:, None] == jnp.array([int(kind) for kind in LINES])
    terminal = (ends >= nodes).any(1)
    edge = jnp.stack([shares[:, 2], _log_share(power), cells.direction, cells.fineness, terminal], axis=1)
    side = jnp.stack([shares[:, :2], _log_share(conductance), _log_share(attention)], axis=2)
    return Features(
        jnp.concatenate([cells.phase, jnp.zeros(2, cells.phase.dtype)]),
        jnp.where(conducts[:, None], jnp.concatenate([edge, kinds], axis=1), 0.0),
        jnp.where(conducts[:, None, None], jnp.concatenate([side, cells.geometry], axis=2), 0.0),
        power,
        attention,
        log_network,
    )


def _log_share(share: jax.Array) -> jax.Array:
    """0 for nothing, 1 for all of it."""
    return 1 - jnp.log(jnp.maximum(share, _LEAST)) / jnp.log(_LEAST)
