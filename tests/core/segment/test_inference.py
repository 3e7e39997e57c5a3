from importlib import import_module

import jax
import numpy as np
import pytest

from ssbi_core.errors import SsbiError
from ssbi_core.io import Micrograph
from ssbi_core.materials import Phase
from ssbi_core.segment.inference import SegmentationConfig, normalised_entropy, segment

SMALL = SegmentationConfig(tile=64, overlap=24)


@pytest.fixture(scope="module")
def phases(trained, layered):
    return segment(layered(9)[0], model=trained[0], config=SMALL)


def test_a_phase_map_has_calibrated_looking_probabilities_and_uncertainty(phases):
    assert phases.labels.dtype == np.uint8
    assert phases.probabilities.shape == (9, *phases.labels.shape)
    assert phases.probabilities.dtype == phases.uncertainty.dtype == np.float32
    np.testing.assert_allclose(phases.probabilities.sum(0), 1, atol=1e-4)
    assert not phases.probabilities[[Phase.UNLABELLED, Phase.CONTACT]].any()
    assert 0 <= phases.uncertainty.min() <= phases.uncertainty.max() <= 1


def test_name_and_scale_come_from_the_micrograph(phases):
    assert (phases.name, phases.pixel_size_nm) == ("layered_9", 0.5)


def test_the_same_image_gives_the_same_labels(trained, layered, phases):
    again = segment(layered(9)[0], model=trained[0], config=SMALL)
    np.testing.assert_array_equal(again.labels, phases.labels)


@pytest.mark.parametrize("shape", [(16, 16), (50, 130)])
def test_any_size_will_do_and_maps_may_be_missing(trained, shape):
    image = np.random.default_rng(0).random(shape).astype(np.float32)
    assert segment(Micrograph(image, {}, 1.0), model=trained[0], config=SMALL).labels.shape == shape


def test_tiles_agree_with_one_shot(trained, layered):
    image, _ = layered(3, 128)
    tiled = segment(image, model=trained[0], config=SegmentationConfig(tile=96, overlap=64, clean=False))
    whole = segment(image, model=trained[0], config=SegmentationConfig(tile=128, clean=False))
    assert (tiled.labels == whole.labels).mean() > 0.9  # GroupNorm sees a tile's own statistics


def test_x64_changes_nothing(trained, layered, phases):
    with jax.enable_x64(True):
        wide = segment(layered(9)[0], model=trained[0], config=SegmentationConfig(tile=64, overlap=24))
    np.testing.assert_allclose(wide.probabilities, phases.probabilities, atol=1e-5)


def test_flips_average_to_a_mirror_symmetric_prediction(trained, layered, monkeypatch):
    # Every fourth pixel is another set of pixels in the mirror: read the scale of the maps from all of them.
    monkeypatch.setattr(import_module("ssbi_core.segment.channels"), "_SUBSAMPLE", 1)
    image, _ = layered(4)
    config = SegmentationConfig(tile=64, flips=True, clean=False)
    mirrored = Micrograph(image.haadf[:, ::-1], {e: m[:, ::-1] for e, m in image.elements.items()}, 0.5)
    a, b = (segment(m, model=trained[0], config=config).probabilities for m in (image, mirrored))
    np.testing.assert_allclose(a, b[..., ::-1], atol=1e-4)


def test_progress_reaches_one_and_stopping_is_an_error(trained, layered):
    shares: list[float] = []
    segment(layered(5, 100)[0], model=trained[0], config=SMALL, progress=shares.append)
    assert shares[-1] == 1
    with pytest.raises(SsbiError, match="stop"):
        segment(layered(5, 100)[0], model=trained[0], config=SMALL, should_stop=lambda: True)


def test_entropy_is_zero_for_certainty_and_one_for_ignorance():
    p = np.zeros((4, 1, 2), np.float32)
    p[0, 0, 0], p[:, 0, 1] = 1, 0.25
    np.testing.assert_allclose(normalised_entropy(p), [[0, 1]], atol=1e-6)
