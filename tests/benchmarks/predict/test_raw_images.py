from __future__ import annotations

import jax
import numpy as np
import pytest
from benchmarks.predict.posterior_scores import COVERED, WIDTHS

from benchmarks.predict import raw_images, segmented
from ssbi_core.io import Micrograph, PhaseMap
from ssbi_core.materials import Phase
from ssbi_core.predict.prediction_config import PredictionConfig

NUMBER = PredictionConfig.model_validate({}).segmentations


def row(image: int, error: float, **other) -> dict:
    errors = dict.fromkeys(raw_images.ERRORS, error)
    state = {"image": image, "reaction_layer": "Li2CO3", "temperature_K": 298.15}
    return state | errors | dict.fromkeys(COVERED, 1.0) | dict.fromkeys(WIDTHS, 0.5) | other


def test_agreement_is_of_the_phases_that_are_there():
    truth, found = (np.full((4, 4), Phase.LLZO, np.uint8) for _ in range(2))
    truth[2:], found[3:] = Phase.NMC, Phase.NMC
    assert raw_images.agreement(truth, found) == {"llzo": pytest.approx(8 / 12), "nmc": pytest.approx(4 / 8)}


def test_an_image_without_prediction_counts_as_error_and_miss():
    missed = row(1, 1.0, failed="nothing conducts") | dict.fromkeys(COVERED, 0.0)
    found = raw_images.summary([row(0, 0.0), {key: missed[key] for key in missed if key not in WIDTHS}])
    assert (found["images"], found["without_prediction"]) == (2, 1)
    assert found["errors"]["ape"]["estimate"] == found["coverage"]["covered_0.9"]["estimate"] == 0.5
    assert found["widths"]["width_decades_0.9"]["estimate"] == 0.5


def test_a_micrograph_is_segmented_and_drawn_from_once(tmp_path, monkeypatch):
    micrograph = Micrograph(np.random.default_rng(0).normal(size=(32, 32)).astype(np.float32), {}, 0.5)
    probabilities = np.zeros((9, 32, 32), np.float32)
    probabilities[Phase.LLZO, :16] = probabilities[Phase.NMC, 16:] = 1
    phases = PhaseMap(probabilities.argmax(0).astype(np.uint8), 0.5, probabilities)
    made, keys = [], []
    monkeypatch.setenv("SSBI_BENCHMARK_STUDIES", str(tmp_path))
    monkeypatch.setattr(segmented, "segmenter_digest", lambda: "0123456789abcdef01")
    monkeypatch.setattr(segmented, "simulate_sample", lambda *_, **__: (micrograph, None, {}))
    monkeypatch.setattr(segmented, "segment", lambda *_, **__: made.append(1) or phases)
    monkeypatch.setattr(segmented, "sample_labels", lambda of, key, number: keys.append(key) or of.labels[None])
    for _ in range(2):
        found, drawn = segmented.segmented(7, 3), segmented.drawn(7, 3)
        np.testing.assert_array_equal(found.labels, phases.labels)
        np.testing.assert_array_equal(found.probabilities, probabilities)
        assert len(drawn) == NUMBER
    assert made == [1]
    assert len({tuple(jax.random.key_data(key).tolist()) for key in keys}) == len(keys) == NUMBER
