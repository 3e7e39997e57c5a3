"""Where current crowds and resistance sits."""

from __future__ import annotations

import numpy as np
import pytest

from ssbi_core.anomaly.places.current import boundary_places, hot_spots
from ssbi_core.io import PhaseMap
from ssbi_core.transport import ConductionSolution, TransportConfig, solve_conduction

NO_BOUNDS = TransportConfig.model_validate({"bounds": False, "knockout": False})


@pytest.fixture
def labels() -> np.ndarray:
    """Electrolyte over electrode with a boundary across, and a wall of pore with one gap of 6 columns."""
    labels = np.ones((60, 60), np.uint8)
    labels[40:], labels[40], labels[12] = 3, 4, 2
    labels[24:27] = 6
    labels[24:27, 30:36] = 1
    return labels


@pytest.fixture
def solved(labels: np.ndarray) -> ConductionSolution:
    resistance = {"grain_boundary": 50.0, "contact": 1.0}
    return solve_conduction(PhaseMap(labels, 10.0), axis=0, resistance=resistance, config=NO_BOUNDS)


def test_the_costliest_piece_is_the_boundary(solved: ConductionSolution) -> None:
    worst = max(boundary_places(solved), key=lambda place: place.features["cost_per_length"])
    assert worst.phase == "grain_boundary"
    row, _, end_row, _ = worst.bbox_px
    assert row <= 12 < end_row
    assert "of the resistance" in worst.words["cost_per_length"]


def test_the_hot_spot_is_the_gap(solved: ConductionSolution, labels: np.ndarray) -> None:
    hot = hot_spots(solved, labels)[0]
    row, column, end_row, end_column = hot.bbox_px
    assert row <= 25 < end_row
    assert column <= 33 < end_column
    assert hot.features["crowding"] > np.log10(3)


def test_what_does_not_conduct_has_no_hot_spot(labels: np.ndarray) -> None:
    labels[24:27] = 6
    blocked = solve_conduction(PhaseMap(labels, 10.0), axis=0, config=NO_BOUNDS)
    assert hot_spots(blocked, labels) == []
    assert boundary_places(blocked) == []
