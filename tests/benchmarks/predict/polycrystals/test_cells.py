import numpy as np
import pytest
from benchmarks.predict.own_network import log_network
from benchmarks.predict.polycrystals.cells import graph_cells
from benchmarks.predict.polycrystals.graphs import boundary_material
from benchmarks.predict.polycrystals.volumes import effective_conductivity

from ssbi_core.materials import Phase
from ssbi_core.predict.data import GraphData

RATIO, EDGE = 0.01, 12


def network(labels, axis, ratio=RATIO):
    """Conductivity relative to a grain's, nothing learned."""
    data = GraphData.of_cells([graph_cells(labels, axis)], [boundary_material(ratio)])
    return float(np.exp(log_network(data)[0]))


def grain():
    return np.full((EDGE,) * 3, Phase.LLZO, np.uint8)


@pytest.mark.parametrize("axis", range(3))
def test_a_single_grain_conducts_as_its_material(axis):
    assert network(grain(), axis) == pytest.approx(1.0, rel=1e-5)


@pytest.mark.parametrize("start", [0, 1, 5, 10])
def test_a_boundary_across_the_current_is_in_series_wherever_it_lies(start):
    labels = grain()
    labels[:, start : start + 2] = Phase.GRAIN_BOUNDARY
    assert network(labels, 0) == pytest.approx(EDGE / (EDGE - 2 + 2 / RATIO), rel=1e-5)


@pytest.mark.parametrize("axis", [1, 2])
@pytest.mark.parametrize("start", [2, 5])
def test_a_boundary_along_the_current_takes_its_area_away(start, axis):
    """What it conducts itself is left out: 2 of 12 voxels of 1 % conductivity, 0.2 % of the whole."""
    labels = grain()
    labels[:, start : start + 2] = Phase.GRAIN_BOUNDARY
    found = network(labels, axis)
    assert found == pytest.approx(10 / 12, rel=1e-5)
    assert found == pytest.approx(10 / 12 + RATIO * 2 / 12, rel=0.0025)


@pytest.mark.parametrize("ratio", [1e-3, 0.01, 0.1])
def test_boundaries_that_cross_conduct_within_a_few_percent_of_the_solver(ratio):
    labels = grain()
    labels[:, 2:4] = labels[:, 8:10] = labels[5:7] = Phase.GRAIN_BOUNDARY
    solved = effective_conductivity(labels, ratio, [0])[0]
    assert network(labels, 0, ratio) == pytest.approx(solved, rel=0.05)
