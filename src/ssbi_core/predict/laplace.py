"""Laplace's approximation of the posterior over weights, with the generalised Gauss-Newton matrix.

About the weights that fit best the net is taken as linear, its noise as known, and the posterior is normal with the
precision S^-1 + J' L J: S the prior variances, J the Jacobian of ln sigma by the weights over the training graphs, L
the Fisher information of the noise. Samples need no factor of this large matrix (Matheron's rule): a draw from the
prior is corrected by what it says of the training graphs,

    d = d0 - S J' (J S J' + L^-1)^-1 (J d0 + e),   d0 ~ N(0, S),   e ~ N(0, L^-1).

They are weights for the linear net: see `draw_linear` (Immer, Korzepa and Bauer, AISTATS 2021).
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import traverse_util
from jax.flatten_util import ravel_pytree

from ssbi_core.predict.config import NetworkConfig, TrainingConfig
from ssbi_core.predict.data import GraphData
from ssbi_core.predict.fit import Weights, linearised
from ssbi_core.predict.noise import DEGREES
from ssbi_core.predict.weights_prior import prior_scale


def sample_laplace(
    data: GraphData,
    rows: np.ndarray,
    weights: Weights,
    network: NetworkConfig,
    training: TrainingConfig,
    repeats: int = 1,
) -> Weights:
    """Samples about `weights`, whose noise is taken as it is; arguments and result as of `variational.infer`."""
    jacobian, log_sd = jacobian_rows(data, rows, network, weights)
    information = (DEGREES + 1) / (DEGREES + 3) / np.exp(2 * log_sd) / repeats
    scale = _prior_scales(weights, training)
    rng = np.random.default_rng(training.seed + 3)
    drawn = scale[:, None] * rng.standard_normal((scale.size, training.samples))
    noise = rng.standard_normal((len(rows), training.samples)) / np.sqrt(information)[:, None]
    weighted = jacobian * scale**2
    gram = weighted @ jacobian.T + np.diag(1 / information)
    drawn -= weighted.T @ np.linalg.solve(gram, jacobian @ drawn + noise)
    mean, unravel = ravel_pytree(weights)
    return jax.vmap(unravel)(jnp.asarray(np.asarray(mean) + drawn.T, jnp.float32))


def jacobian_rows(
    data: GraphData, rows: np.ndarray, network: NetworkConfig, weights: Weights, number: int = 16
) -> tuple[np.ndarray, np.ndarray]:
    """Derivatives of ln sigma by all weights (n, p), and the logarithm of the noise's scale (n,), of some rows."""
    place = {int(row): at for at, row in enumerate(rows)}
    size = sum(leaf.size for leaf in jax.tree.leaves(weights))
    found, log_sd = np.zeros((len(rows), size)), np.zeros(len(rows))
    for batch in data.batches(rows, min(number, len(rows))):
        prediction, part = linearised(network, weights, batch.cells, batch.material, batch.sizes, batch.seen)
        at = [place[int(row)] for row in batch.rows]
        found[at], log_sd[at] = part, prediction.log_sd
    return found, log_sd


def _prior_scales(weights: Weights, training: TrainingConfig) -> np.ndarray:
    flat: dict[str, Any] = traverse_util.flatten_dict(weights, sep=".")
    scales = {
        name: np.full(leaf.shape, prior_scale(name, leaf.shape, training.prior_scale)) for name, leaf in flat.items()
    }
    return np.asarray(ravel_pytree(traverse_util.unflatten_dict(scales, sep="."))[0], float)
