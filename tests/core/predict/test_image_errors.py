"""What predictions from images get wrong, and that an interval of an image knows it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ssbi_core.errors import InputError
from ssbi_core.predict.conformal import Conformal
from ssbi_core.predict.image_errors import ImageCase, ImageErrors, image_errors
from ssbi_core.predict.posterior import ConductivityPosterior
from ssbi_core.predict.prediction import predict
from ssbi_core.predict.predictor import load_predictor, save_predictor

from .conftest import SYSTEM, TEMPERATURE


def test_the_floor_is_what_images_have_on_top_of_what_is_said():
    rng = np.random.default_rng(0)
    said = rng.uniform(0.001, 0.05, 3000)
    error = np.sqrt(said**2 + 0.2**2) * rng.standard_t(4, 3000) / np.sqrt(2)
    found = ImageErrors.of(error, said**2)
    assert found.floor == pytest.approx(0.2, rel=0.15)
    assert found.conformal.stretch == pytest.approx(1, abs=0.1)


def test_intervals_hold_on_other_images():
    rng = np.random.default_rng(1)
    said = rng.uniform(0.01, 0.3, 2000)
    error = 3 * said * rng.standard_t(3, 2000)
    found = ImageErrors.of(error[:1000], said[:1000] ** 2)
    reach = found.conformal.quantile(0.9) * np.sqrt(said[1000:] ** 2 + found.floor**2)
    assert (np.abs(error[1000:]) <= reach).mean() == pytest.approx(0.9, abs=0.03)


def posterior(mean):
    return ConductivityPosterior(mean, {"noise": 1e-4, "weights": 1e-4}, Conformal(np.ones(9)), (), 300.0, 0, "")


def test_images_that_do_not_conduct_once_segmented_are_left_out():
    said = iter([1e-5, None, 2e-5])

    def predict_case(case):
        mean = next(said)
        if mean is None:
            raise InputError("a graph without a path", "one with", "check the labels")
        return posterior(mean)

    cases = [ImageCase(None, SYSTEM, 300.0, 1e-5)] * 3  # type: ignore[arg-type]
    found = image_errors(predict_case, cases, "ab" * 32)
    assert found is not None
    assert len(found.conformal.scores) == 2
    assert found.conformal.scores[0] == 0
    assert found.segmenter == "ab" * 32


def test_no_image_that_conducts_is_no_calibration():
    assert image_errors(lambda case: posterior(1e-5), [], "") is None


def test_a_prediction_from_an_image_is_as_unsure_as_images_are(graphs, untrained):
    errors = ImageErrors(Conformal(np.sort(np.abs(np.random.default_rng(0).standard_t(4, 99)))), 0.3, "")
    options = {"system": SYSTEM, "temperature": TEMPERATURE, "segmentations": graphs[1:4]}
    without = predict(graphs[0], model=untrained, **options)
    found = predict(graphs[0], model=replace(untrained, images=errors), **options)
    assert found.mean_S_per_cm == without.mean_S_per_cm
    assert found.variance["segmentation"] == pytest.approx(without.variance["segmentation"] + 0.09)
    low, high = found.interval(0.8)
    reach = errors.conformal.quantile(0.8) * np.sqrt(sum(found.variance.values()))
    np.testing.assert_allclose(np.log([low, high]), np.log(found.mean_S_per_cm) + np.array([-reach, reach]), atol=1e-6)
    exact = predict(graphs[0], model=replace(untrained, images=errors), system=SYSTEM, temperature=TEMPERATURE)
    assert exact.sd_log10 < 0.5 * found.sd_log10  # labels are labels


def test_what_is_known_of_images_survives_the_disk(tmp_path, untrained):
    errors = ImageErrors(Conformal(np.linspace(0.1, 3, 40)), 0.25, "cd" * 32)
    kinds = ("Li2CO3", "Li2ZrO3") * (len(untrained.conformal.scores) // 2)
    made = replace(untrained, images=errors, conformal=Conformal(untrained.conformal.scores, kinds))
    again = load_predictor(save_predictor(tmp_path, made))
    assert again.images is not None
    assert (again.images.floor, again.images.segmenter) == (0.25, "cd" * 32)
    np.testing.assert_allclose(again.images.conformal.scores, errors.conformal.scores, rtol=1e-6)
    assert again.conformal.kinds == kinds
    without = load_predictor(save_predictor(tmp_path / "without", replace(again, images=None)))
    assert without.images is None
