"""Scores of a study: calibration, the places, and what is refused."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from tests.core.anomaly.portraits import grain

from ssbi_core.anomaly.config import AnomalyConfig
from ssbi_core.anomaly.population import Population
from ssbi_core.anomaly.portrait import Portrait
from ssbi_core.anomaly.score import score_anomalies
from ssbi_core.errors import InputError

Make = Callable[..., Portrait]


@pytest.fixture
def reference(normal_portrait: Make) -> Population:
    return Population.of([normal_portrait(seed) for seed in range(99)], "99 normal images")


def test_p_values_of_normal_images_are_uniform(normal_portrait: Make) -> None:
    p_values: list[float] = []
    for study in range(6):
        start = 1000 * study
        reference = Population.of([normal_portrait(start + i) for i in range(60)], "normal")
        report = score_anomalies([normal_portrait(start + 500 + i) for i in range(60)], reference=reference)
        p_values += [image.p_value for image in report.images]
    found = np.sort(p_values)
    expected = (np.arange(len(found)) + 0.5) / len(found)
    assert np.abs(found - expected).max() < 0.09


def test_the_false_alarm_rate_sets_what_is_flagged(normal_portrait: Make, reference: Population) -> None:
    images = [normal_portrait(seed) for seed in range(500, 560)]
    few, many = (
        score_anomalies(images, reference=reference, config=AnomalyConfig.of(false_alarm_rate=rate))
        for rate in (0.05, 0.3)
    )
    assert len(few.flagged) < len(many.flagged)
    assert all(image.p_value <= 0.3 for image in many.flagged)
    assert all(image.p_value > 0.3 for image in many.images if not image.flagged)


def test_a_huge_grain_flags_its_image_and_is_listed_with_a_reason(normal_portrait: Make, reference: Population) -> None:
    usual = normal_portrait(500)
    odd = normal_portrait(501, places=(*usual.places, grain(300.0, (20, 20))))
    report = score_anomalies([usual, odd], reference=reference)
    assert report.images[0].name == "image_501"
    assert report.images[0].flagged
    worst = report.images[0].regions[0]
    assert worst.bbox_px == (20, 20, 25, 25)
    assert worst.phase == "llzo"
    assert worst.reason.startswith("grain 300 nm across, beyond all 1188 grains of the population; no other image")


def test_the_map_shows_the_worst_place_at_every_pixel(normal_portrait: Make, reference: Population) -> None:
    odd = normal_portrait(501, places=(grain(20.0, (20, 20)), grain(300.0, (22, 20))))
    image = score_anomalies([odd], reference=reference).images[0]
    scores = image.pixel_map()
    assert scores.shape == (32, 32)
    assert scores[23, 22] == pytest.approx(image.regions[0].score, rel=1e-6)
    assert scores[20, 22] < scores[23, 22]
    assert scores[0, 0] == 0
    assert image.table()["score"].is_monotonic_decreasing


def test_places_that_nearly_coincide_are_listed_once(normal_portrait: Make, reference: Population) -> None:
    odd = normal_portrait(501, places=(grain(300.0, (20, 20)), grain(290.0, (20, 21)), grain(280.0, (4, 4))))
    regions = score_anomalies([odd], reference=reference).images[0].regions
    assert [region.bbox_px[:2] for region in regions] == [(20, 20), (4, 4)]


def test_a_study_is_its_own_population(normal_portrait: Make) -> None:
    odd = normal_portrait(50, residual=40.0)
    report = score_anomalies([*(normal_portrait(seed) for seed in range(40)), odd])
    assert report.images[0].name == "image_50"
    assert report.images[0].flagged


def test_several_anomalies_of_one_study_do_not_hide_each_other(normal_portrait: Make) -> None:
    odd = [normal_portrait(seed, residual=40.0 + seed) for seed in range(50, 56)]
    report = score_anomalies([*(normal_portrait(seed) for seed in range(44)), *odd])
    assert set(report.set_aside) == {image.name for image in odd}
    assert {image.name for image in odd} <= {image.name for image in report.flagged}


def test_seed_score_takes_the_mean_of_the_study(normal_portrait: Make, reference: Population) -> None:
    images = [normal_portrait(500, prediction=1.0, spread=0.1), normal_portrait(501, prediction=3.0, spread=0.0)]
    report = score_anomalies(images, reference=reference)
    assert report["image_500"].seed_score == pytest.approx(1.0 + 0.01)
    assert report["image_501"].seed_score == pytest.approx(1.0)


def test_another_net_leaves_residual_and_spread_out(normal_portrait: Make, reference: Population) -> None:
    report = score_anomalies([normal_portrait(500, residual=90.0, model="other")], reference=reference)
    assert "residual" not in report.images[0].channels
    assert "another net" in report.notes[0]


@pytest.mark.parametrize("number", [1, 2])
def test_a_study_of_one_or_two_images_says_that_there_is_no_population(number: int, normal_portrait: Make) -> None:
    with pytest.raises(InputError, match="no population"):
        score_anomalies([normal_portrait(seed) for seed in range(number)])


def test_a_small_population_says_what_it_cannot_do(normal_portrait: Make) -> None:
    report = score_anomalies([normal_portrait(seed) for seed in range(6)])
    assert not report.flagged
    assert "it takes 19" in report.notes[0]


@pytest.mark.parametrize("rate", [0.0, 1.0, float("nan"), -0.1])
def test_a_false_alarm_rate_that_is_none_is_refused(rate: float) -> None:
    with pytest.raises(InputError, match="false_alarm_rate"):
        AnomalyConfig.of(false_alarm_rate=rate)
