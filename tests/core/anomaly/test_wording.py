"""Reasons in words and numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.core.anomaly.portraits import normal_portrait

from ssbi_core.anomaly.places.place import Place
from ssbi_core.anomaly.population import Population
from ssbi_core.anomaly.wording import ordinal, reason


@pytest.mark.parametrize(("percent", "text"), [(99.31, "99.3rd"), (50.0, "50.0th"), (12.12, "12.1st"), (100, "99.9th")])
def test_ordinals(percent: float, text: str) -> None:
    assert ordinal(percent) == text


def test_a_layer_is_described_as_the_people_of_the_field_do() -> None:
    words = {"thickness": "14 nm thick, the layer 62% of the resistance"}
    place = Place("layer", "reaction_layer", (0, 0, 1, 1), {"thickness": np.log10(14)}, words, np.zeros(1, np.uint8))
    population = Population.of([normal_portrait(seed) for seed in range(40)], "test")
    said, percentile = reason(place, "thickness", 1.5, population)
    assert said == (
        "reaction layer 14 nm thick, the layer 62% of the resistance, where the population has no stretches of layer; "
        "3% of normal images have such a place"
    )
    assert percentile is None


def test_few_places_have_no_percentile_and_few_images_no_rarity() -> None:
    place = Place("pore", "pore", (0, 0, 1, 1), {"size": 0.0}, {"size": "1 nm across"}, np.zeros(1, np.uint8))
    portraits = [replace(normal_portrait(seed), places=(place,)) for seed in range(5)]
    said, _ = reason(place, "size", 9.0, Population.of(portraits, "test"))
    assert said == "pore 1 nm across, where the population has only 5 pores; no other image has such a place"
