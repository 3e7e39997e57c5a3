"""The finer network is solved as the net's own is, and its share comes back whole."""

from __future__ import annotations

import numpy as np
import pytest
from benchmarks.predict.finer_solves import network_log_sigma, offsets

from ssbi_core.graph import build_graph
from ssbi_core.graph.cells import conduction_cells
from ssbi_core.io import PhaseMap
from ssbi_core.materials import Phase, load_system
from ssbi_core.predict import material_values
from ssbi_core.predict.conductance import network_conductivity
from ssbi_core.predict.data import GraphData

SYSTEM = load_system("llzo_nmc", reaction_layer="Li2ZrO3")
MATERIAL = material_values(SYSTEM, 300.0)


@pytest.fixture(scope="module")
def graph():
    """A layer with a gap, and a pore beside it."""
    labels = np.full((48, 48), Phase.LLZO, np.uint8)
    labels[26:] = Phase.NMC
    labels[22:26, :30] = Phase.REACTION_LAYER
    labels[8:16, 20:34] = Phase.PORE
    return build_graph(PhaseMap(labels, 2.0), system=SYSTEM, axis=0)


def test_sparse_solve_is_the_banded_one(graph):
    cells = conduction_cells(graph, 6, 12)
    expected = np.log(network_conductivity(cells, SYSTEM, 300.0))
    assert network_log_sigma(cells, MATERIAL) == pytest.approx(expected, abs=1e-4)


def test_offset_and_own_network_make_the_finer(graph):
    own, finer = conduction_cells(graph, 3, 6), conduction_cells(graph, 12, 24)
    data = GraphData.of_cells([own, finer], [MATERIAL] * 2)
    wanted = network_log_sigma(finer, MATERIAL)
    found = offsets(data, np.full(2, wanted))
    assert found[0] == pytest.approx(wanted - network_log_sigma(own, MATERIAL), abs=1e-4)
    assert found[1] == pytest.approx(0, abs=1e-4)
    assert abs(found[0]) > 1e-3
