"""Posterior over all weights of the net by stochastic variational inference in NumPyro.

Weights are normal a priori, of a variance that falls with the inputs of their layer. The guide starts at the maximum a
posteriori weights, nearly certain of them, and the prior comes in by and by: from a wide start the net would forget
what it learned before it knew how sure to be.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import numpyro
import numpyro.distributions as dist
from flax import nnx, traverse_util
from numpyro.contrib.module import random_nnx_module
from numpyro.infer import SVI, Trace_ELBO, TraceMeanField_ELBO, init_to_value
from numpyro.infer.autoguide import AutoGuide, AutoLowRankMultivariateNormal, AutoNormal

from ssbi_core.predict.config import NetworkConfig, TrainingConfig
from ssbi_core.predict.data import Batch, GraphData
from ssbi_core.predict.fit import Progress, Weights, cycle, structure
from ssbi_core.predict.noise import noise
from ssbi_core.predict.padded import Sizes
from ssbi_core.predict.weights_prior import prior_scale

_INITIAL_SCALE = 0.003
_SITE = "net"
_LAST = "whole"  # the layer that stays uncertain where only the last one is


def infer(
    data: GraphData,
    rows: np.ndarray,
    weights: Weights,
    network: NetworkConfig,
    training: TrainingConfig,
    repeats: int = 1,
    progress: Progress | None = None,
) -> Weights:
    """Samples of the posterior over weights.

    Parameters
    ----------
    data : with targets.
    rows : to learn from.
    weights : maximum a posteriori, of `fit`.
    network, training : settings; `training.guide` "laplace" is taken for "last_layer".
    repeats : rows per independent observation.
    progress : called with a message and the share done.

    Returns
    -------
    samples : as `weights`, with a leading axis of `training.samples`.
    """
    model = partial(_model, network, training, weights, len(rows) / repeats)
    guide = _guide(model, weights, training)
    number = training.posterior_epochs * data.steps(rows, training.batch)
    loss = TraceMeanField_ELBO() if isinstance(guide, AutoNormal) else Trace_ELBO()
    svi = SVI(model, guide, numpyro.optim.optax_to_numpyro(cycle(training.posterior_learning_rate, number)), loss)
    rng, done = np.random.default_rng(training.seed + 1), 0
    first = next(iter(data.batches(rows, training.batch)))
    state = svi.init(jax.random.key(training.seed), _arrays(first), first.sizes, 1.0)
    step = jax.jit(lambda state, batch, sizes, warmth: svi.update(state, batch, sizes, warmth), static_argnums=2)
    for epoch in range(training.posterior_epochs):
        losses = []
        for batch in data.batches(rows, training.batch, rng):
            warmth = min(1.0, (done + 1) / max(training.annealing * number, 1))
            state, value = step(state, _arrays(batch), batch.sizes, warmth)
            losses.append(value)
            done += 1
        if progress:
            mean = np.mean([float(value) for value in losses]) * repeats / len(rows)
            progress(f"evidence bound {-mean:.2f}", (epoch + 1) / training.posterior_epochs)
    key = jax.random.key(training.seed + 2)
    drawn = guide.sample_posterior(key, svi.get_params(state), sample_shape=(training.samples,))
    return _complete(drawn, weights, training.samples)


def _model(
    network: NetworkConfig,
    training: TrainingConfig,
    weights: Weights,
    total: float,
    batch: Batch,
    sizes: Sizes,
    warmth: jax.Array | float,
) -> None:
    module = nnx.merge(structure(network), weights)
    if training.guide in ("last_layer", "laplace"):
        net = _with_random_last_layer(module, training)
    else:
        net = random_nnx_module(_SITE, module, lambda name, shape: _prior(name, shape, training))
    found = jax.vmap(lambda cells, state, seen: net(cells, state, sizes.nodes, sizes.width, seen))(
        batch.cells, batch.material, batch.seen
    )
    with (
        numpyro.handlers.scale(scale=total / batch.weight.sum() / warmth),
        numpyro.handlers.mask(mask=batch.weight > 0),
    ):
        numpyro.sample("log_sigma", noise(found.log_sigma, found.log_sd), obs=batch.target)


def _prior(name: str, shape: tuple[int, ...], training: TrainingConfig) -> dist.Distribution:
    return dist.Normal(jnp.zeros(shape), prior_scale(name, shape, training.prior_scale)).to_event(len(shape))


def _with_random_last_layer(module: Any, training: TrainingConfig) -> Callable[..., Any]:
    for name, value in nnx.to_pure_dict(nnx.state(module.whole)).items():
        drawn = numpyro.sample(f"{_SITE}/{_LAST}.{name}", _prior(name, value.shape, training))
        getattr(module.whole, name).set_value(drawn)
    return module


def _guide(model: Callable[..., None], weights: Weights, training: TrainingConfig) -> AutoGuide:
    start = init_to_value(values={f"{_SITE}/{name}": value for name, value in _flat(weights).items()})
    kind = AutoLowRankMultivariateNormal if training.guide == "low_rank" else AutoNormal
    return kind(model, init_loc_fn=start, init_scale=_INITIAL_SCALE)


def _arrays(batch: Batch) -> Batch:
    return batch._replace(sizes=None)


def _flat(weights: Weights) -> dict[str, Any]:
    return traverse_util.flatten_dict(weights, sep=".")


def _complete(drawn: Any, weights: Weights, number: int) -> Weights:
    """Every weight `number` times, as drawn where it was."""
    flat = {}
    for name, value in _flat(weights).items():
        sample = drawn.get(f"{_SITE}/{name}")
        flat[name] = jnp.broadcast_to(value, (number, *value.shape)) if sample is None else sample
    return traverse_util.unflatten_dict(flat, sep=".")
