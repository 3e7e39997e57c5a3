"""Which phase costs most, and what a model without the layer would say."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ssbi_core.anomaly.costs import compare_without_layer, costliest_body, phase_costs
from ssbi_core.io import PhaseMap
from ssbi_core.transport import ConductionSolution, TransportConfig, solve_conduction


def _solved(labels: np.ndarray, **resistance: float) -> ConductionSolution:
    config = TransportConfig.model_validate({"bounds": False})
    given = {"llzo": 1e-3, "nmc": 1e-3}
    return solve_conduction(PhaseMap(labels, 10.0), axis=0, conductivity=given, resistance=resistance, config=config)


@pytest.fixture
def laminate() -> np.ndarray:
    """64 rows: electrolyte, a layer of 4, electrode; a grain boundary across."""
    labels = np.ones((64, 24), np.uint8)
    labels[16], labels[30:34], labels[34:] = 2, 5, 3
    return labels


def test_the_layer_of_a_laminate_is_the_first_cost(laminate: np.ndarray) -> None:
    first, second = phase_costs(_solved(laminate, reaction_layer=5.0, grain_boundary=1.0, contact=0.5))
    assert (first.phase, second.phase) == ("reaction_layer", "grain_boundary")
    bulk = 60 * 10e-7 / 1e-3
    assert first.resistance_share == pytest.approx(5 / (6 + bulk), rel=0.02)
    assert first.knockout_gain == pytest.approx(4.5 / (1.5 + 64 * 10e-7 / 1e-3), rel=0.02)


def test_a_blocking_layer_with_a_hole_costs_although_it_dissipates_nothing(laminate: np.ndarray) -> None:
    laminate[30:34, :3] = 1
    laminate[33, :3] = 4
    costs = phase_costs(_solved(laminate, reaction_layer=1e6, contact=1e-3))
    cost = next(cost for cost in costs if cost.phase == "reaction_layer")
    assert cost.resistance_share < 0.01
    assert cost.knockout_gain > 0.2


def test_ignoring_the_layer_overestimates_by_its_gain(laminate: np.ndarray) -> None:
    solved = _solved(laminate, reaction_layer=5.0, contact=0.5)
    compared = compare_without_layer(solved, measured=solved.effective_conductivity.estimate)
    assert compared is not None
    assert compared.overestimate == pytest.approx(1 + solved.knockout_gain_with_contact["reaction_layer"])
    assert compared.errors_decades is not None
    with_layer, without = compared.errors_decades
    assert with_layer == pytest.approx(0, abs=1e-12)
    assert without == pytest.approx(math.log10(compared.overestimate))


def test_without_a_layer_or_a_path_there_is_nothing_to_compare(laminate: np.ndarray) -> None:
    bare = np.where(laminate == 5, 1, laminate).astype(np.uint8)
    assert compare_without_layer(_solved(bare)) is None
    blocked = np.where(laminate == 2, 6, laminate).astype(np.uint8)
    assert compare_without_layer(_solved(blocked)) is None


def test_a_contact_is_no_body(laminate: np.ndarray) -> None:
    laminate[30:34] = 1
    laminate[34] = 4
    costs = phase_costs(_solved(laminate, contact=50.0, grain_boundary=1.0))
    assert costs[0].phase == "contact"
    body = costliest_body(costs)
    assert body is not None
    assert body.phase == "grain_boundary"
