"""Graph convolution applied recurrently, with the resistor network inside.

Nodes carry a state through a few steps of a gated recurrent unit. What they hear in each step is a graph convolution:
messages along the contacts, each weighted by its share of the power through the node, and one from the whole picture,
the states' mean weighted by power, which reaches as far as the picture does in one step. Messages do not know left from
right, nor the order of nodes, so neither does the result.

The states do not become a conductivity: they correct the resistor network. Of each contact they say how far current
spreads behind it, between not at all and over the whole cell, how much it prefers where a layer is thin, and by what
factor its conductance differs; the corrected network is solved, and a bounded residual added to its logarithm. With all
weights of the heads 0 this is the network nearly uncorrected, so a little training data goes a long way.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from flax import nnx

from ssbi_core.materials import Phase
from ssbi_core.predict.conductance import MaterialValues, log_contacts, log_series, series_resistances
from ssbi_core.predict.features import EDGE, SIDE, Features, network_features
from ssbi_core.predict.kirchhoff import log_conductance
from ssbi_core.predict.padded import PaddedCells

_LARGEST_FACTOR = 1.0  # of the natural logarithm of a contact's conductance
_LARGEST_RESIDUAL = 0.5  # of that of the whole
_LOG_SD = -3.5  # of the error to begin with
_SPREADING = (-4.0, 4.0)
"""Logit of the spreading to begin with, and what a contact of a single pixel has more: there is room around it."""


class Prediction(NamedTuple):
    """Of one graph.

    Attributes
    ----------
    log_sigma : () natural logarithm of the conductivity in S/cm.
    log_sd : () logarithm of the scale of its error.
    """

    log_sigma: jax.Array
    log_sd: jax.Array


class RecurrentGraphNetwork(nnx.Module):
    """The net.

    Parameters
    ----------
    hidden : size of the states.
    steps : of the recurrence; 0 leaves the phases' embeddings as states.
    corrects : whether contacts are corrected; if not, the residual alone is learned.
    rngs : random keys of the weights.
    """

    def __init__(self, hidden: int = 16, steps: int = 3, *, corrects: bool = True, rngs: nnx.Rngs) -> None:
        self.steps, self.corrects = steps, corrects
        self.embedding = nnx.Embed(len(Phase), hidden, rngs=rngs)
        self.contact = nnx.Linear(EDGE + 2 * SIDE, hidden, rngs=rngs)
        self.own = nnx.Linear(hidden, hidden, use_bias=False, rngs=rngs)
        self.other = nnx.Linear(hidden, hidden, use_bias=False, rngs=rngs)
        self.gates = nnx.Linear(3 * hidden, 2 * hidden, rngs=rngs)
        self.candidate = nnx.Linear(3 * hidden, hidden, rngs=rngs)
        self.spreading = nnx.Linear(hidden, 2, kernel_init=nnx.initializers.zeros, rngs=rngs)
        self.factor = nnx.Linear(hidden, 1, kernel_init=nnx.initializers.zeros, rngs=rngs)
        self.whole = nnx.Linear(2 * hidden + 2, 2, kernel_init=nnx.initializers.zeros, rngs=rngs)

    def __call__(
        self, cells: PaddedCells, material: MaterialValues, nodes: int, width: int, seen: Features | None = None
    ) -> Prediction:
        """Predict one graph of padded sizes `nodes` and `width`, `seen` its features; `jax.vmap` takes a batch."""
        seen = jax.lax.stop_gradient(seen or network_features(cells, material, nodes, width))
        messages, state, weight = self._converse(cells, seen)
        logs = self._corrected(cells, material, messages) if self.corrects else log_contacts(cells, material)
        log_network: Any = log_conductance(logs, cells.band, nodes, width)
        pooled = [weight @ state, seen.power @ messages.mean(1)]
        extra = jnp.stack([log_network - seen.log_network, jnp.log(jnp.sum(seen.power**2) + 1e-6) / 4])
        residual, log_sd = self.whole(jnp.concatenate([*pooled, extra]))
        return Prediction(log_network + cells.shape + _LARGEST_RESIDUAL * jnp.tanh(residual), log_sd + _LOG_SD)

    def _converse(self, cells: PaddedCells, seen: Features) -> tuple[jax.Array, jax.Array, jax.Array]:
        ends = jnp.stack([cells.first, cells.second], axis=1)
        sides = jnp.stack([seen.side, seen.side[:, ::-1]], axis=2).reshape(*ends.shape, -1)
        both = jnp.broadcast_to(seen.edge[:, None], (*ends.shape, EDGE))
        contact = self.contact(jnp.concatenate([both, sides], axis=2))
        weight = jnp.zeros(len(seen.phase)).at[ends.ravel()].add(jnp.repeat(seen.power / 2, 2))
        state = jnp.tanh(self.embedding(seen.phase))
        for _ in range(self.steps):
            messages = self._messages(contact, state, ends)
            heard = (
                jnp.zeros_like(state)
                .at[ends.ravel()]
                .add((seen.attention[..., None] * messages).reshape(-1, state.shape[1]))
            )
            state = self._gated(state, heard, weight @ state)
        return self._messages(contact, state, ends), state, weight

    def _messages(self, contact: jax.Array, state: jax.Array, ends: jax.Array) -> jax.Array:
        """(edges, 2, hidden), the first to the first cell."""
        return jnp.tanh(contact + self.own(state)[ends] + self.other(state)[ends[:, ::-1]])

    def _gated(self, state: jax.Array, heard: jax.Array, whole: jax.Array) -> jax.Array:
        everywhere = jnp.broadcast_to(whole, state.shape)
        forget, update = jnp.split(nnx.sigmoid(self.gates(jnp.concatenate([state, heard, everywhere], axis=1))), 2, 1)
        new = jnp.tanh(self.candidate(jnp.concatenate([forget * state, heard, everywhere], axis=1)))
        return (1 - update) * state + update * new

    def _corrected(self, cells: PaddedCells, material: MaterialValues, messages: jax.Array) -> jax.Array:
        spread, uneven = jnp.moveaxis(self.spreading(messages), -1, 0)
        spread = nnx.sigmoid(spread + _SPREADING[0] + _SPREADING[1] * cells.fineness[:, None])
        shorter = spread * cells.geometry[..., 2] + nnx.sigmoid(uneven) * cells.geometry[..., 3]
        parts, conducts = series_resistances(cells, material)
        halves = parts[:, :2] * jnp.exp(shorter)
        logs = log_series(cells, jnp.concatenate([halves, parts[:, 2:]], axis=1), conducts)
        return logs + _LARGEST_FACTOR * jnp.tanh(self.factor(messages.sum(1))[..., 0])
