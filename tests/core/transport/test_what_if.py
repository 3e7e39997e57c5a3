"""Every answer is that of a solve from the beginning."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ssbi_core.errors import InputError, SolverError
from ssbi_core.io import PhaseMap
from ssbi_core.materials import Phase
from ssbi_core.transport import TransportConfig, WhatIf, solve_conduction


def picture(size=64, seed=0):
    """Grains with boundaries, a broken layer, pores, a contact line, a dislocation."""
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[:size, :size]
    seeds = rng.uniform(0, size, (9, 2))
    nearest = np.argmin((rows[..., None] - seeds[:, 0]) ** 2 + (columns[..., None] - seeds[:, 1]) ** 2, axis=-1)
    border = (nearest != np.roll(nearest, 1, 0)) | (nearest != np.roll(nearest, 1, 1))
    labels = np.where(border, Phase.GRAIN_BOUNDARY, Phase.LLZO)
    half = size // 2
    labels[half:] = Phase.NMC
    labels[half] = Phase.CONTACT
    labels[half - 4 : half, : size // 3] = Phase.REACTION_LAYER
    labels[half, : size // 3] = Phase.NMC
    labels[np.hypot(rows - size / 4, columns - size / 2) < size / 12] = Phase.PORE
    labels[3 : size // 8, 5] = Phase.DISLOCATION
    return PhaseMap(labels.astype(np.uint8), 2.0)


QUESTIONS = [
    {},
    {"temperature": 350.0},
    {"conductivity": {"reaction_layer": 1e-11}},
    {"conductivity": {"reaction_layer": 0.0}},
    {"conductivity": {"pore": 1e-5}},
    {"conductivity": {"nmc": 1e-3}, "resistance": {"contact": 0.0}},
    {"resistance": {"contact": 500.0}},
    {"resistance": {"grain_boundary": 0.0, "contact": 1e-9}},
    {"resistance": {"reaction_layer": 40.0}},
    {"conductivity": {"grain_boundary": 1e-6}, "temperature": 320.0},
]


@pytest.mark.parametrize(("mesh", "solver"), [("pixels", "auto"), ("graded", "auto"), ("graded", "superlu")])
def test_answers_are_those_of_a_solve_from_the_beginning(mesh, solver):
    config = TransportConfig(bounds=False, knockout=False, bottlenecks=False, mesh=mesh, solver=solver)
    with WhatIf(picture(), config=config) as what_if:
        for question in QUESTIONS + QUESTIONS[::-1]:  # each is asked fresh, and of what is kept
            answer = what_if.answer(**question)
            solved = solve_conduction(picture(), config=config, **question)
            assert answer.effective_conductivity == pytest.approx(solved.effective_conductivity.estimate, rel=1e-6)
            assert answer.area_specific_resistance == pytest.approx(solved.area_specific_resistance, rel=1e-6)
            assert answer.resistance_share == pytest.approx(solved.resistance_share, abs=1e-6)
            assert sum(answer.resistance_share.values()) == pytest.approx(1)


def test_taking_phases_away_gains_what_the_knock_out_says():
    config = TransportConfig(bounds=False, bottlenecks=False)
    solved = solve_conduction(picture(), config=config)
    with WhatIf(picture(), config=config) as what_if:
        for key, gain in solved.knockout_gain_with_contact.items():
            found = what_if.answer(without=(key,)).effective_conductivity
            assert found / solved.effective_conductivity.estimate - 1 == pytest.approx(gain, abs=1e-6)
        both = what_if.answer(without=("grain_boundary", "contact")).effective_conductivity
        assert both > what_if.answer(without=("contact",)).effective_conductivity


def test_an_answer_that_is_not_accurate_is_refused():
    strict = TransportConfig(bounds=False, bottlenecks=False, tolerance=2e-13, solver="amg", mesh="pixels")
    with WhatIf(picture(), config=strict) as what_if, pytest.raises(SolverError, match="potential"):
        what_if.answer()


def test_properties_of_the_config_hold_until_they_are_changed():
    config = TransportConfig(bounds=False, bottlenecks=False, resistance={"contact": 100.0}, temperature=330.0)
    with WhatIf(picture(), config=config) as what_if:
        solved = solve_conduction(picture(), config=config)
        assert what_if.answer().effective_conductivity == pytest.approx(solved.effective_conductivity.estimate)
        changed = what_if.answer(conductivity={"contact": 1e-6})
        fresh = TransportConfig(bounds=False, bottlenecks=False, conductivity={"contact": 1e-6}, temperature=330.0)
        solved = solve_conduction(picture(), config=fresh)
        assert changed.effective_conductivity == pytest.approx(solved.effective_conductivity.estimate)


def test_no_path_is_an_answer():
    with WhatIf(picture()) as what_if:
        answer = what_if.answer(conductivity={"llzo": 0.0})
    assert (answer.effective_conductivity, answer.percolates, answer.resistance_share) == (0.0, False, {})
    assert math.isinf(answer.area_specific_resistance)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ({"without": ("llzo",)}, "without llzo"),
        ({"conductivity": {"nmc": -1.0}}, "conductivity -1.0 of nmc"),
        ({"resistance": {"pore": 1.0}}, "area-specific resistance of pore"),
        ({"conductivity": {"gold": 1.0}}, "phase 'gold'"),
    ],
)
def test_questions_that_make_no_sense_are_refused(question, said):
    with WhatIf(picture()) as what_if, pytest.raises(InputError, match=said):
        what_if.answer(**question)


def test_a_structure_solved_on_all_cores_can_be_asked_by_two_threads_of_one_each():
    """MKL's analysis for two threads once crashed in a factorisation on one."""
    config = TransportConfig(bounds=False, bottlenecks=False, mesh="graded")
    big = PhaseMap(np.kron(picture().labels, np.ones((6, 6), np.uint8)), 1.0)
    assert solve_conduction(big, config=config).knockout_gain
