"""Small interfaces with known conductivity of their network, and a net trained on them in seconds."""

from __future__ import annotations

import jax
import numpy as np
import pytest

from ssbi_core.graph import build_graph
from ssbi_core.graph.cells import conduction_cells
from ssbi_core.io import PhaseMap
from ssbi_core.materials import load_system
from ssbi_core.predict.conductance import material_values, network_conductivity
from ssbi_core.predict.config import NetworkConfig, TrainingConfig
from ssbi_core.predict.data import GraphData
from ssbi_core.predict.train import train
from ssbi_core.simulate import microstructure_statistics, simulate_microstructure
from ssbi_core.simulate.scenes import generator
from ssbi_core.simulate.study import random_process, realize

SYSTEM = load_system("llzo_nmc", reaction_layer="Li2ZrO3")
NETWORK = NetworkConfig(hidden=6, steps=2, across=3, layer_across=6)
TRAINING = TrainingConfig(epochs=6, posterior_epochs=3, samples=8, guide="last_layer", batch=8)
TEMPERATURE = 323.15


def _labels(index):
    keys = jax.random.split(jax.random.fold_in(jax.random.key(9), index))
    rng = generator(keys[0])
    statistics = microstructure_statistics(random_process(rng, 2.0), SYSTEM)
    return simulate_microstructure(keys[1], realize(rng, statistics, (128, 128), 2.0)).labels


@pytest.fixture(scope="session")
def phases():
    """Twelve interfaces."""
    return [PhaseMap(_labels(index), 2.0) for index in range(12)]


@pytest.fixture(scope="session")
def graphs(phases):
    """Their graphs."""
    return [build_graph(each, system=SYSTEM, temperature=TEMPERATURE) for each in phases]


@pytest.fixture(scope="session")
def data(graphs):
    """Their cells, with the conductivity of finer cells as truth."""
    cells = [conduction_cells(graph, NETWORK.across, NETWORK.layer_across) for graph in graphs]
    fine = [conduction_cells(graph, 8, 16) for graph in graphs]
    truth = [network_conductivity(each, SYSTEM, TEMPERATURE) for each in fine]
    return GraphData.of_cells(cells, [material_values(SYSTEM, TEMPERATURE)] * len(cells), truth)


@pytest.fixture(scope="session")
def predictor(data):
    """A net that learned from nine of them and is calibrated on three."""
    return train(data, np.arange(9), np.arange(9, 12), system=SYSTEM.name, network=NETWORK, training=TRAINING)
