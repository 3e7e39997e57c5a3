import numpy as np
import pytest
from benchmarks.predict.polycrystals.cells import graph_cells
from benchmarks.predict.polycrystals.graphs import boundary_material, log_network
from benchmarks.predict.polycrystals.volumes import GRAIN_CONDUCTIVITY, SolvedVolume

from ssbi_core.materials import Phase
from ssbi_core.predict.data import GraphData

RATIO, EDGE = 0.01, 12


def network(labels, tensors, axis):
    """Conductivity relative to a grain's, nothing learned."""
    solved = SolvedVolume(labels, np.asarray(tensors, float), RATIO, np.ones(3))
    data = GraphData.of_cells([graph_cells(solved, axis)], [boundary_material(RATIO)])
    return float(np.exp(log_network(data)[0])) / GRAIN_CONDUCTIVITY


def grain():
    return np.full((EDGE,) * 3, Phase.LLZO, np.uint8)


@pytest.mark.parametrize(("axis", "expected"), [(0, 0.8), (1, 0.5), (2, 1.0)])
def test_a_single_crystal_conducts_as_its_tensor_along_every_axis(axis, expected):
    tensor = np.diag([1.0, 0.8, 0.5])  # slices, rows, columns
    assert network(grain(), [tensor], axis) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("start", [0, 5, 10])
def test_a_boundary_across_the_current_is_in_series_wherever_it_lies(start):
    labels = grain()
    labels[:, start : start + 2] = Phase.GRAIN_BOUNDARY
    tensors = [np.eye(3)] * (2 if start == 5 else 1)
    assert network(labels, tensors, 0) == pytest.approx(EDGE / (EDGE - 2 + 2 / RATIO), rel=1e-4)


def test_two_grains_in_series_resist_as_each_does():
    labels = grain()
    labels[:, 5:7] = Phase.GRAIN_BOUNDARY
    tensors = [np.eye(3), 0.5 * np.eye(3)]
    halves = 6 / 1 + 6 / 0.5  # half of the boundary's width counts for each grain
    assert network(labels, tensors, 0) == pytest.approx(EDGE / (halves + 2 / RATIO - 2), rel=1e-4)


def test_a_boundary_along_the_current_hardly_matters():
    labels = grain()
    labels[:, 5:7] = Phase.GRAIN_BOUNDARY
    assert network(labels, [np.eye(3)] * 2, 1) == pytest.approx(10 / 12 + RATIO * 2 / 12, rel=0.05)
