from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from benchmarks.predict.hidden_cases import (
    GROUPS,
    IMAGES,
    OF_GROUP,
    ROUNDS,
    hidden_system,
    planned_groups,
    planned_loners,
)
from scipy.stats import norm

from ssbi_core.materials import load_system
from ssbi_core.predict import material_values
from ssbi_core.predict.prior import material_prior


def test_each_interface_comes_equally_often_and_once_in_a_group():
    for cases, number in ((planned_groups(), GROUPS * OF_GROUP), (planned_loners(), ROUNDS * IMAGES)):
        assert len(cases) == number
        assert set(Counter(case.image for case in cases).values()) == {number // IMAGES}
        assert len({(case.group, case.image) for case in cases}) == number


def test_a_group_is_of_one_material_and_groups_are_of_different_ones():
    cases = [*planned_groups(), *planned_loners()]
    states = {(case.group, case.reaction_layer, case.temperature_K, *case.z.tolist()) for case in cases}
    assert len(states) == len({state[3:] for state in states}) == GROUPS + ROUNDS * IMAGES


def test_chemistries_come_equally_often():
    for cases in (planned_groups(), planned_loners()):
        assert len(set(Counter(case.reaction_layer for case in cases).values())) == 1


def test_every_hidden_number_has_the_priors_spread():
    for cases, number in ((planned_groups()[::OF_GROUP], GROUPS), (planned_loners()[:IMAGES], IMAGES)):
        z = np.array([case.z for case in cases])
        strata = np.sort(np.floor(norm.cdf(z) * number), axis=0)
        np.testing.assert_array_equal(strata, np.tile(np.arange(number)[:, None], z.shape[1]))


@pytest.mark.parametrize("layer", sorted(load_system("llzo_nmc").reaction_layers))
@pytest.mark.parametrize("temperature", [298.15, 373.15])
def test_finite_elements_get_the_material_that_the_deviations_stand_for(layer, temperature):
    prior = material_prior(load_system("llzo_nmc", reaction_layer=layer), temperature)
    z = np.linspace(-2, 2, len(prior))
    found, expected = material_values(hidden_system(prior, z), temperature), prior.values(z)
    np.testing.assert_allclose(found.conductivity, expected.conductivity, rtol=1e-5)
    np.testing.assert_allclose(found.resistance, expected.resistance, rtol=1e-5)
