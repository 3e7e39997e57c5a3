"""The mission's formulas, number by number."""

from __future__ import annotations

import math

import pytest

from ssbi_core.anomaly.mission_scores import hyperscore, seed_score, seed_scores
from ssbi_core.errors import InputError


def test_seed_score_is_variance_plus_distance_from_the_mean() -> None:
    assert seed_score(3.0, 0.5, 1.0) == pytest.approx((3.0 * 0.5) ** 2 + 2.0)


def test_mean_is_that_of_the_images_with_a_prediction() -> None:
    first, missing, last = seed_scores([(1.0, 0.0), None, (3.0, 0.0)])
    assert (first, missing, last) == (1.0, None, 1.0)
    assert seed_scores([None]) == [None]


def test_hyperscore_has_the_documented_value() -> None:
    assert hyperscore(0.95) == pytest.approx(107.78, abs=0.005)


def test_hyperscore_rises_from_100_with_confidence() -> None:
    scores = [hyperscore(v) for v in (1e-9, 0.1, 0.5, 0.9, 1.0)]
    assert scores == sorted(scores)
    assert scores[0] == pytest.approx(100)
    assert scores[-1] == pytest.approx(100 * (1 + (1 / (1 + 2)) ** 2))


@pytest.mark.parametrize("confidence", [0.0, -1.0, 1.1, math.nan])
def test_confidence_outside_its_range_is_refused(confidence: float) -> None:
    with pytest.raises(InputError, match="confidence"):
        hyperscore(confidence)
