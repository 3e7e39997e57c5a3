"""An image in numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ssbi_core.anomaly.descriptors import structure_descriptors, transport_descriptors
from ssbi_core.anomaly.places.layers import layer_profiles
from ssbi_core.graph import build_graph
from ssbi_core.io import PhaseMap
from ssbi_core.transport import TransportConfig, solve_conduction


@pytest.fixture
def labels() -> np.ndarray:
    """96 x 64, 2 nm pixels: electrolyte in two grains, a layer of 6 pixels, electrode, four pores."""
    labels = np.ones((96, 64), np.uint8)
    labels[:50, 30] = 2
    labels[50:56], labels[56:] = 5, 3
    for row, column in ((10, 10), (10, 45), (30, 10), (30, 45)):
        labels[row : row + 4, column : column + 4] = 6
    return labels


def _described(labels: np.ndarray, pixel: float = 2.0) -> dict[str, float]:
    graph = build_graph(PhaseMap(labels, pixel), axis=0)
    return structure_descriptors(labels, graph, layer_profiles(labels, 0, pixel))


def test_numbers_are_those_of_the_picture(labels: np.ndarray) -> None:
    found = _described(labels)
    assert found["porosity"] ** 2 == pytest.approx(64 / labels.size)
    assert 10 ** found["pore_size"] == pytest.approx(2 * math.sqrt(4 * 16 / math.pi))
    assert 10 ** found["reaction_layer_mean"] - 1 == pytest.approx(12, rel=0.05)
    assert found["reaction_layer_bare"] == 0
    assert found["coating_bare"] == 1
    assert found["electrode_on_llzo"] == 0


def test_pores_side_by_side_are_clustered(labels: np.ndarray) -> None:
    crowded = np.where(labels == 6, 1, labels).astype(np.uint8)
    for row, column in ((10, 10), (10, 16), (16, 10), (16, 16)):
        crowded[row : row + 4, column : column + 4] = 6
    assert _described(crowded)["pore_clustering"] < _described(labels)["pore_clustering"] - 0.5


def test_more_electrode_in_the_picture_changes_little(labels: np.ndarray) -> None:
    longer = np.concatenate([labels, np.full((40, 64), 3, np.uint8)])
    first, second = _described(labels), _described(longer)
    same = [name for name in first if name.startswith(("grain", "reaction_layer", "electrode"))]
    assert len(same) > 8
    assert {n: second[n] for n in same} == pytest.approx({n: first[n] for n in same}, abs=0.02)


def test_without_pores_their_size_is_not_made_up(labels: np.ndarray) -> None:
    found = _described(np.where(labels == 6, 1, labels).astype(np.uint8))
    assert "pore_size" not in found
    assert found["porosity"] == 0


def test_current_is_described_by_its_shares(labels: np.ndarray) -> None:
    config = TransportConfig.model_validate({"bounds": False})
    solved = solve_conduction(PhaseMap(labels, 2.0), axis=0, config=config)
    found = transport_descriptors(solved)
    assert 10 ** found["log_conductivity"] == pytest.approx(solved.effective_conductivity.estimate)
    assert 10 ** found["share_reaction_layer"] == pytest.approx(solved.resistance_share["reaction_layer"])
    assert found["gain_reaction_layer"] == pytest.approx(math.log1p(solved.knockout_gain["reaction_layer"]))
    assert all(math.isfinite(value) for value in found.values())
