from __future__ import annotations

from pathlib import Path

import npe2
import numpy as np
import pytest


@pytest.fixture(scope="session", autouse=True)
def plugins() -> None:
    """Let napari find its plugins as it does when it starts."""
    npe2.PluginManager.instance().discover()


@pytest.fixture(scope="session")
def net_folder(tmp_path_factory) -> Path:
    """A net that predicts, small and untrained: what it says is the resistor network's answer, about."""
    import jax

    from ssbi_core.predict.config import NetworkConfig
    from ssbi_core.predict.conformal import Conformal
    from ssbi_core.predict.fit import new_weights
    from ssbi_core.predict.predictor import Predictor, save_predictor
    from ssbi_core.predict.scope import NAMES, Scope

    network, rng = NetworkConfig(hidden=4, steps=1, across=3, layer_across=6), np.random.default_rng(0)
    weights = new_weights(network, seed=0)
    samples = jax.tree.map(lambda leaf: (leaf + 0.03 * rng.normal(size=(8, *leaf.shape))).astype(np.float32), weights)
    scope = Scope(np.full(len(NAMES), -100.0), np.full(len(NAMES), 100.0))
    net = Predictor(network, "llzo_nmc", weights, samples, Conformal(np.linspace(0.05, 2, 40)), scope)
    folder = tmp_path_factory.mktemp("net")
    save_predictor(folder, net)
    return folder
