from __future__ import annotations

import numpy as np
import pytest

from ssbi_core.materials import Phase
from ssbi_core.segment.adaptation import adapted
from ssbi_core.segment.channels import ROLES
from ssbi_core.segment.unet import CLASSES

LLZO, NMC, LAYER, PORE = (CLASSES.index(p) for p in (Phase.LLZO, Phase.NMC, Phase.REACTION_LAYER, Phase.PORE))


def _scene(*, bright: float, ratio: float, seed: int = 0):
    """Truth, channels, presence, and probabilities of a net that is barely better than chance about the layer."""
    rng = np.random.default_rng(seed)
    truth = np.full((120, 160), LLZO)
    truth[60:72, :90] = LAYER
    truth[72:] = NMC
    channels = np.zeros((*truth.shape, len(ROLES)), np.float32)
    level = np.select([truth == LLZO, truth == LAYER], [0.3, 0.3 + bright], -0.6)
    channels[..., 0] = level + 0.1 * rng.standard_normal(truth.shape)
    counts = np.where(truth == NMC, 0.05, 1.0)
    channels[..., 1] = np.sqrt(counts * rng.uniform(0.8, 1.2, truth.shape))
    channels[..., 2] = np.sqrt(counts * np.where(truth == LAYER, ratio, 1.0) * rng.uniform(0.8, 1.2, truth.shape))
    presence = np.array([1, 1, 1, 0, 0, 0, 0], np.float32)
    probabilities = np.full((len(CLASSES), *truth.shape), 0.01, np.float32)
    probabilities[NMC] = np.where(truth == NMC, 0.94, 0.01)
    share = np.where(truth == LAYER, 0.6, 0.25) + 0.2 * rng.standard_normal(truth.shape)
    share[:40] = 0.02
    solid = np.where(truth == NMC, 0.01, 0.93)
    probabilities[LAYER] = solid * share.clip(0.02, 0.98)
    probabilities[LLZO] = solid - probabilities[LAYER]
    return truth, channels, presence, probabilities


def _overlap(truth, probabilities):
    found = probabilities.argmax(0) == LAYER
    return (found & (truth == LAYER)).sum() / (found | (truth == LAYER)).sum()


@pytest.mark.parametrize(("bright", "ratio"), [(0.3, 1.0), (0.0, 1.6), (0.3, 1.6), (-0.3, 1.0)])
def test_a_layer_that_differs_in_this_image_is_found_to_its_ends(bright, ratio):
    truth, channels, presence, probabilities = _scene(bright=bright, ratio=ratio)
    assert _overlap(truth, probabilities) < 0.6
    assert _overlap(truth, adapted(probabilities, channels, presence)) > 0.85


def test_only_electrolyte_and_layer_change_and_their_sum_does_not():
    _, channels, presence, probabilities = _scene(bright=0.3, ratio=1.6)
    result = adapted(probabilities, channels, presence)
    rest = [k for k in range(len(CLASSES)) if k not in (LLZO, LAYER)]
    np.testing.assert_array_equal(result[rest], probabilities[rest])
    np.testing.assert_allclose(result.sum(0), probabilities.sum(0), rtol=1e-5)


def test_without_a_layer_nothing_changes():
    _, channels, presence, probabilities = _scene(bright=0.3, ratio=1.6)
    probabilities[LLZO] += probabilities[LAYER]
    probabilities[LAYER] = 0
    np.testing.assert_array_equal(adapted(probabilities, channels, presence), probabilities)


def test_an_image_of_one_phase_is_left_alone():
    probabilities = np.zeros((len(CLASSES), 40, 40), np.float32)
    probabilities[PORE] = 1
    channels = np.zeros((40, 40, len(ROLES)), np.float32)
    result = adapted(probabilities, channels, np.ones(len(ROLES), np.float32))
    np.testing.assert_array_equal(result, probabilities)
