"""Average of the net over the posterior of its weights."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.flatten_util import ravel_pytree

from ssbi_core.predict.conductance import MaterialValues
from ssbi_core.predict.config import NetworkConfig
from ssbi_core.predict.data import Batch, GraphData
from ssbi_core.predict.fit import Weights, forward, linearised
from ssbi_core.predict.network import Prediction
from ssbi_core.predict.noise import DEGREES
from ssbi_core.predict.padded import PaddedCells, Sizes
from ssbi_core.predict.side_by_side import side_by_side


class Draws(NamedTuple):
    """What each sample of the weights says of each graph, both (samples, n).

    Attributes
    ----------
    log_sigma : natural logarithm of the conductivity in S/cm.
    log_sd : logarithm of the noise's scale.
    """

    log_sigma: np.ndarray
    log_sd: np.ndarray

    @property
    def mean(self) -> np.ndarray:
        """(n,) of the logarithm."""
        return self.log_sigma.mean(0)

    @property
    def noise_variance(self) -> np.ndarray:
        """(n,) of the logarithm: what remains with the weights known."""
        return np.exp(2 * self.log_sd).mean(0) * DEGREES / (DEGREES - 2)

    @property
    def weights_variance(self) -> np.ndarray:
        """(n,) of the logarithm: what knowing the weights would take away."""
        return self.log_sigma.var(0)

    @property
    def sd(self) -> np.ndarray:
        """(n,) of the logarithm."""
        return np.sqrt(self.noise_variance + self.weights_variance)


def draw(data: GraphData, rows: np.ndarray, network: NetworkConfig, samples: Weights, number: int = 16) -> Draws:
    """Predict some rows with every sample of the weights."""
    rows = np.asarray(rows)
    place = {int(row): at for at, row in enumerate(rows)}
    size = len(jax.tree.leaves(samples)[0])
    draws = Draws(np.zeros((size, len(rows))), np.zeros((size, len(rows))))

    def run(batch: Batch) -> tuple[jax.Array, jax.Array]:
        return _draw(network, samples, batch.cells, batch.material, batch.sizes)

    for batch, found in side_by_side(run, data.batches(rows, min(number, len(rows)))):
        at = [place[int(row)] for row in batch.rows]
        draws.log_sigma[:, at], draws.log_sd[:, at] = found
    return draws


def draw_linear(
    data: GraphData, rows: np.ndarray, network: NetworkConfig, weights: Weights, samples: Weights, number: int = 16
) -> Draws:
    """As `draw`, with the net taken as linear about `weights`: one derivative per graph, however many samples."""
    centre = ravel_pytree(weights)[0]
    offsets = np.asarray(jax.vmap(lambda one: ravel_pytree(one)[0])(samples) - centre)
    place = {int(row): at for at, row in enumerate(rows)}
    draws = Draws(np.zeros((len(offsets), len(rows))), np.zeros((len(offsets), len(rows))))

    def run(batch: Batch) -> tuple[Prediction, jax.Array]:
        return linearised(network, weights, batch.cells, batch.material, batch.sizes)

    for batch, (found, gradient) in side_by_side(run, data.batches(rows, min(number, len(rows)))):
        at = [place[int(row)] for row in batch.rows]
        draws.log_sigma[:, at] = np.asarray(found.log_sigma) + offsets @ np.asarray(gradient).T
        draws.log_sd[:, at] = np.asarray(found.log_sd)
    return draws


def _forward_all(
    network: NetworkConfig, samples: Weights, cells: PaddedCells, material: MaterialValues, sizes: Sizes
) -> tuple[jax.Array, jax.Array]:
    found = jax.lax.map(lambda weights: forward(network, weights, cells, material, sizes), samples)
    return jnp.asarray(found.log_sigma), jnp.asarray(found.log_sd)


_draw = jax.jit(_forward_all, static_argnums=(0, 4))
