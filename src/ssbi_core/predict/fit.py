"""Maximum a posteriori weights: the loss is the mean squared error of ln sigma plus lambda ||beta||^2."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Any

import jax
import numpy as np
import optax
from flax import nnx
from jax.flatten_util import ravel_pytree

from ssbi_core.compilation import keep_compiled_programs
from ssbi_core.predict.conductance import MaterialValues
from ssbi_core.predict.config import NetworkConfig, TrainingConfig
from ssbi_core.predict.data import Batch, GraphData
from ssbi_core.predict.features import Features
from ssbi_core.predict.network import Prediction, RecurrentGraphNetwork
from ssbi_core.predict.padded import PaddedCells, Sizes
from ssbi_core.predict.side_by_side import side_by_side

Weights = dict[str, Any]
Progress = Callable[[str, float], None]


def new_weights(config: NetworkConfig, seed: int) -> Weights:
    """Freshly drawn, as a nested dict of arrays."""
    _, state = nnx.split(_network(config, seed))
    return nnx.to_pure_dict(state)


def forward(
    config: NetworkConfig,
    weights: Weights,
    cells: PaddedCells,
    material: MaterialValues,
    sizes: Sizes,
    seen: Features | None = None,
) -> Prediction:
    """Predict a batch; a JAX function of all arguments but the settings and sizes."""
    net = nnx.merge(structure(config), weights)
    return jax.vmap(lambda one, state, view: net(one, state, sizes.nodes, sizes.width, view))(cells, material, seen)


@partial(jax.jit, static_argnums=(0, 4))
def linearised(
    network: NetworkConfig,
    weights: Weights,
    cells: PaddedCells,
    material: MaterialValues,
    sizes: Sizes,
    seen: Features | None = None,
) -> tuple[Prediction, jax.Array]:
    """Prediction of a batch, and its derivatives of ln sigma by all weights (b, p), raveled."""

    def one(*graph: Any) -> tuple[Prediction, jax.Array]:
        def log_sigma(weights: Weights) -> tuple[jax.Array, Prediction]:
            cells, material, seen = jax.tree.map(lambda leaf: leaf[None], graph)
            found = forward(network, weights, cells, material, sizes, seen)
            return found.log_sigma[0], jax.tree.map(lambda leaf: leaf[0], found)

        gradient, found = jax.grad(log_sigma, has_aux=True)(weights)
        return found, ravel_pytree(gradient)[0]

    return jax.vmap(one)(cells, material, seen)


def fit(
    data: GraphData,
    rows: np.ndarray,
    network: NetworkConfig,
    training: TrainingConfig,
    start: Weights | None = None,
    progress: Progress | None = None,
) -> Weights:
    """Weights of least loss on some rows.

    Parameters
    ----------
    data : with targets.
    rows : to learn from.
    start : weights to start with, new ones by default.
    progress : called with a message and the share done.
    """
    keep_compiled_programs()
    data.prepare(rows, training.batch)
    weights = new_weights(network, training.seed) if start is None else start
    rates = iter(_rates(training.learning_rate, training.epochs * data.steps(rows, training.batch)))
    state, rng = _ADAM.init(weights), np.random.default_rng(training.seed)
    step, penalty = _step(network), np.float32(training.penalty)
    for epoch in range(training.epochs):
        losses = []
        for batch in data.batches(rows, training.batch, rng):
            alone = batch._replace(sizes=None)
            weights, state, loss = step(weights, state, alone, batch.sizes, next(rates), penalty)
            losses.append(loss)
        if progress:
            progress(f"loss {np.mean([float(loss) for loss in losses]):.2e}", (epoch + 1) / training.epochs)
    return weights


def predict_rows(
    data: GraphData, rows: np.ndarray, network: NetworkConfig, weights: Weights, number: int = 32
) -> tuple[np.ndarray, np.ndarray]:
    """Logarithm of the conductivity, and of its error's scale, of each row."""
    mean, log_sd = np.zeros(len(data)), np.zeros(len(data))

    def run(batch: Batch) -> Prediction:
        return _predict(network, weights, batch.cells, batch.material, batch.sizes)

    for batch, found in side_by_side(run, data.batches(rows, number)):
        mean[batch.rows], log_sd[batch.rows] = found.log_sigma, found.log_sd
    return mean[rows], log_sd[rows]


def cycle(rate: float, steps: int) -> optax.GradientTransformation:
    """Adam with clipped gradients under a one-cycle learning rate."""
    return optax.chain(_ADAM, optax.scale_by_learning_rate(optax.cosine_onecycle_schedule(steps, rate)))


_ADAM = optax.chain(optax.clip_by_global_norm(1.0), optax.scale_by_adam())  # of `cycle`, without its rate
_predict = jax.jit(forward, static_argnums=(0, 4))


def _rates(rate: float, steps: int) -> np.ndarray:
    """Learning rate of each step of a cycle."""
    return np.asarray(jax.vmap(optax.cosine_onecycle_schedule(steps, rate))(np.arange(steps)), np.float32)


@cache
def _step(network: NetworkConfig) -> Callable[..., Any]:
    """One program for all settings of the training: they are arguments, since compiling takes longer than an epoch."""

    def loss(weights: Weights, batch: Batch, sizes: Sizes, penalty: jax.Array) -> jax.Array:
        found = forward(network, weights, batch.cells, batch.material, sizes, batch.seen)
        squares = batch.weight @ (found.log_sigma - batch.target) ** 2 / batch.weight.sum()
        return squares + penalty * optax.tree.norm(weights, squared=True)

    @partial(jax.jit, static_argnums=3)
    def step(
        weights: Any, state: Any, batch: Batch, sizes: Sizes, rate: jax.Array, penalty: jax.Array
    ) -> tuple[Any, Any, jax.Array]:
        value, gradient = jax.value_and_grad(loss)(weights, batch, sizes, penalty)
        updates, state = _ADAM.update(gradient, state, weights)
        return optax.apply_updates(weights, jax.tree.map(lambda leaf: -rate * leaf, updates)), state, value

    return step


def _network(config: NetworkConfig, seed: int) -> RecurrentGraphNetwork:
    return RecurrentGraphNetwork(config.hidden, config.steps, corrects=config.corrects, rngs=nnx.Rngs(seed))


@cache
def structure(config: NetworkConfig) -> Any:
    """What `nnx.merge` makes a net of together with weights."""
    return nnx.split(_network(config, 0))[0]
