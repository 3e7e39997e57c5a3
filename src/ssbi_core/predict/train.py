"""Train a predictor: fit, posterior, calibration and scope, each on graphs of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ssbi_core.errors import InputError
from ssbi_core.predict.config import NetworkConfig, TrainingConfig
from ssbi_core.predict.conformal import Conformal
from ssbi_core.predict.data import GraphData
from ssbi_core.predict.fit import Weights, fit
from ssbi_core.predict.laplace import sample_laplace
from ssbi_core.predict.predictor import Predictor
from ssbi_core.predict.scope import Scope
from ssbi_core.predict.variational import infer

_FEWEST = 8  # graphs to learn from
_FIT = 0.7  # of the time


def train(
    data: GraphData,
    learn: np.ndarray,
    calibrate: np.ndarray,
    *,
    system: str,
    repeats: int = 1,
    network: NetworkConfig | None = None,
    training: TrainingConfig | None = None,
    fitted: Weights | None = None,
    kinds: Sequence[str] = (),
    facts: dict[str, Any] | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> Predictor:
    """Train on some rows, and calibrate on others.

    Parameters
    ----------
    data : with targets.
    learn, calibrate : rows; no sample may have some in both, see `split_by_sample`.
    system : name of the material system.
    repeats : how often each graph is among the rows to learn from, cut otherwise; it tells no more for that.
    network, training : settings.
    fitted : maximum a posteriori weights, where `fit` has found them already.
    kinds : chemistry of the reaction layer in each row to calibrate on; intervals then hold for each alone.
    facts : to be kept with the weights.
    progress : called with a message and the share done.

    Raises
    ------
    InputError
        If there are too few graphs, or some are in both parts.
    """
    network = network or NetworkConfig.model_validate({})
    training = training or TrainingConfig.model_validate({})
    if len(learn) < _FEWEST or not len(calibrate):
        came_in = f"{len(learn)} graphs to learn from and {len(calibrate)} to calibrate on"
        raise InputError(came_in, f"at least {_FEWEST} and 1", "simulate a larger study")
    if np.intersect1d(learn, calibrate).size:
        raise InputError("graphs to learn from and to calibrate on that overlap", "none in both", "split by sample")
    report = progress or (lambda message, share: None)
    best = fitted or fit(
        data, learn, network, training, progress=lambda text, share: report(f"fit: {text}", _FIT * share)
    )
    samples = infer(
        data,
        learn,
        best,
        network,
        training,
        repeats=repeats,
        progress=lambda text, share: report(f"posterior: {text}", _FIT + (0.98 - _FIT) * share),
    )
    mean = jax.tree.map(lambda leaf: jnp.mean(leaf, axis=0), samples)
    linear = training.guide == "laplace"
    if linear:
        samples = sample_laplace(data, learn, mean, network, training, repeats)
    described = {
        "training": training.model_dump(mode="json"),
        "training_graphs": len(learn) // repeats,
        **(facts or {}),
    }
    none, scope = Conformal(np.zeros(0)), Scope.of(data, learn)
    trained = Predictor(network, system, mean, samples, none, scope, described, linear)
    found = trained.draw(data, calibrate)
    report("done", 1.0)
    return replace(trained, conformal=Conformal.of(data.target[calibrate], found.mean, found.sd, kinds))
