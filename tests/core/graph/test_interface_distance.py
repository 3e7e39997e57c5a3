import numpy as np
import pytest

from ssbi_core.graph.interface_distance import distance_to_interface
from ssbi_core.materials import Phase

POINTS = np.array([[0.0, 10.0], [39.0, 10.0]])


def _halves(between: list[int]) -> np.ndarray:
    labels = np.full((40, 20), Phase.LLZO, np.uint8)
    labels[20:] = Phase.NMC
    for code, row in zip(between, range(20 - len(between) // 2, 40), strict=False):
        labels[row] = code
    return labels


@pytest.mark.parametrize("code", [Phase.CONTACT, Phase.REACTION_LAYER, Phase.COATING, Phase.PORE, Phase.UNLABELLED])
def test_interface_is_midway_whatever_lies_between(code):
    assert distance_to_interface(_halves([code] * 4), POINTS) == pytest.approx([19.5, 19.5])


def test_bare_interface_is_where_the_colours_meet():
    assert distance_to_interface(_halves([]), POINTS) == pytest.approx([19.5, 19.5])


def test_boundaries_belong_to_the_electrolyte():
    labels = _halves([])
    labels[5:8] = Phase.GRAIN_BOUNDARY
    assert distance_to_interface(labels, POINTS) == pytest.approx([19.5, 19.5])


def test_no_interface_no_distance():
    assert np.isnan(distance_to_interface(np.ones((5, 5), np.uint8), POINTS)).all()
