"""A net without training, for what lies behind the net: it predicts the resistor network as it stands."""

from __future__ import annotations

from pathlib import Path

import jax
import numpy as np
import pytest

from ssbi_core.predict.config import NetworkConfig
from ssbi_core.predict.conformal import Conformal
from ssbi_core.predict.fit import new_weights
from ssbi_core.predict.predictor import Predictor, load_predictor, save_predictor
from ssbi_core.predict.scope import NAMES, Scope

_NETWORK = NetworkConfig(hidden=4, steps=1, across=3, layer_across=6)


@pytest.fixture(scope="session")
def untrained_folder(tmp_path_factory) -> Path:
    """Folder of the net, with an error of 5 %, for LLZO | NMC."""
    weights, rng = new_weights(_NETWORK, seed=0), np.random.default_rng(0)
    samples = jax.tree.map(lambda leaf: leaf + 1e-3 * rng.standard_normal((8, *leaf.shape)).astype(np.float32), weights)
    scores = np.sort(np.abs(rng.standard_t(4, 200)) / np.sqrt(2))
    everything = Scope(np.full(len(NAMES), -100.0), np.full(len(NAMES), 100.0))
    made = Predictor(_NETWORK, "llzo_nmc", weights, samples, Conformal(scores), everything, linear=True)
    folder = tmp_path_factory.mktemp("predictor")
    save_predictor(folder, made)
    return folder


@pytest.fixture(scope="session")
def untrained(untrained_folder) -> Predictor:
    """The net."""
    return load_predictor(untrained_folder)
