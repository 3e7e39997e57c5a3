from __future__ import annotations

import pytest

from ssbi_core.errors import InputError
from ssbi_core.materials import INTERFACES, PHASES, Phase, load_system
from ssbi_core.predict.given_values import with_given
from ssbi_core.predict.prior import material_prior

SYSTEM = load_system("llzo_nmc", reaction_layer="Li2ZrO3")
CONDUCTIVITY, RESISTANCE = {"reaction_layer": 3e-9, "llzo": 1e-3}, {"contact": 7.0}


def test_given_numbers_are_those_of_the_system_at_their_temperature():
    found = with_given(SYSTEM, 350.0, CONDUCTIVITY, RESISTANCE)
    assert found.conductivity(Phase.REACTION_LAYER, 350.0) == pytest.approx(3e-9)
    assert found.conductivity(Phase.LLZO, 350.0) == pytest.approx(1e-3)
    assert found.resistance(Phase.CONTACT, 350.0) == pytest.approx(7.0)


def test_the_others_stay():
    found = with_given(SYSTEM, 350.0, CONDUCTIVITY, RESISTANCE)
    assert found.name == SYSTEM.name
    for phase in set(PHASES) - {Phase.REACTION_LAYER, Phase.LLZO, Phase.CONTACT}:
        one, other = (
            each.resistance(phase, 350.0) if phase in INTERFACES else each.conductivity(phase, 350.0)
            for each in (found, SYSTEM)
        )
        assert one == other


def test_a_given_number_is_no_longer_uncertain():
    before, after = (
        set(material_prior(each, 350.0).names) for each in (SYSTEM, with_given(SYSTEM, 350.0, CONDUCTIVITY, RESISTANCE))
    )
    assert before - after == {"reaction_layer", "llzo", "contact"}


def test_nothing_given_changes_nothing():
    assert with_given(SYSTEM, 350.0, {}, {}) == SYSTEM


@pytest.mark.parametrize(
    ("conductivity", "resistance", "named"),
    [
        ({"grain_boundary": 1e-8}, {}, "grain_boundary by its conductivity"),
        ({}, {"coating": 4.0}, "coating by its resistance"),
    ],
)
def test_what_a_graph_knows_the_other_way_is_refused(conductivity, resistance, named):
    with pytest.raises(InputError, match=named):
        with_given(SYSTEM, 298.15, conductivity, resistance)
