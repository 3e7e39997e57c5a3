from __future__ import annotations

import json

import numpy as np
import pytest
from benchmarks.predict.solves import Solved, solved

from ssbi_core.io import PhaseMap
from ssbi_core.materials import Phase, load_system

SYSTEM = load_system("llzo_nmc")


def layers_in_series() -> PhaseMap:
    labels = np.full((24, 24), Phase.LLZO, np.uint8)
    labels[12:] = Phase.REACTION_LAYER
    return PhaseMap(labels, 0.5)


def test_layers_in_series_are_exact_and_kept(tmp_path):
    path = tmp_path / "solved" / "one.json"
    found = solved(path, layers_in_series(), SYSTEM, 323.15, axis=0)
    exact = 2 / sum(1 / SYSTEM.conductivity(phase, 323.15) for phase in (Phase.LLZO, Phase.REACTION_LAYER))
    assert found.estimate == pytest.approx(exact, rel=1e-6)
    assert found.trustworthy
    assert solved(path, PhaseMap(np.zeros((2, 2), np.uint8), 0.5), SYSTEM, 298.15) == found


def test_what_does_not_conduct_is_no_reference(tmp_path):
    phases = layers_in_series()
    phases.labels[12:] = Phase.PORE
    assert not solved(tmp_path / "pore.json", phases, SYSTEM, 298.15, axis=0).trustworthy


def test_a_failure_is_kept_with_its_reason(tmp_path):
    path = tmp_path / "failed.json"
    assert solved(path, PhaseMap(np.full((8, 8), Phase.PORE, np.uint8), 0.5), SYSTEM, 298.15) == Solved(0, 0, 0)
    assert json.loads(path.read_text())["failed"]


@pytest.mark.parametrize(("upper", "close"), [(1.06, True), (1.07, False)])
def test_bounds_that_are_too_far_apart_are_no_reference(upper, close):
    assert Solved(1.0, 1.0, upper).trustworthy is close
