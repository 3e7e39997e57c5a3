from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ssbi_core.errors import ReadError
from ssbi_core.materials import Phase
from ssbi_core.segment import segment
from ssbi_core.segment.adaptation import adapted
from ssbi_core.segment.inference import class_probabilities
from ssbi_core.segment.samples import Sample
from ssbi_core.segment.second_look.image_scale import log_probabilities, on_image_scale
from ssbi_core.segment.second_look.net import SecondLook
from ssbi_core.segment.second_look.train import fit_second_look, turned
from ssbi_core.segment.segmentation_config import SegmentationConfig
from ssbi_core.segment.trained_net import apply, new_weights
from ssbi_core.segment.weights import SECOND_FILE_NAME, load_segmenter, save_segmenter

CONFIG = SegmentationConfig(tile=64)


@pytest.fixture(scope="module")
def seen(trained, layered_samples) -> list[Sample]:
    net, found = load_segmenter(trained[0]), []
    for sample in layered_samples:
        channels = sample.channels.astype(np.float32)
        first = class_probabilities(net, channels, sample.presence, CONFIG)
        again = on_image_scale(first, adapted(first, channels, sample.presence), channels, sample.presence)
        found.append(Sample(again.astype(np.float16), sample.presence, sample.target))
    return found


@pytest.fixture(scope="module")
def looked(trained, seen, tiny_training, tmp_path_factory):
    """A first look, and a second that has learned for sixty steps, as the files of one net."""
    config = tiny_training.model_copy(update={"window": 32, "num_steps": 60, "focal_gamma": 0.0})
    learned, folder = tmp_path_factory.mktemp("learned"), tmp_path_factory.mktemp("looked")
    first = load_segmenter(trained[0])
    path = fit_second_look(seen, learned, config, first.sha256)
    save_segmenter(folder, first.config, first.weights, first.temperature, first.further_facts)
    for end in (".safetensors", ".json"):
        target = folder / SECOND_FILE_NAME
        target.with_suffix(end).write_bytes(path.with_suffix(end).read_bytes())
    return load_segmenter(folder)


def test_before_it_learns_it_says_what_was_found(seen, tiny_training):
    graph, weights = new_weights(tiny_training.architecture, 0, SecondLook)
    channels = jnp.asarray(seen[0].channels[None], jnp.float32)
    scores = apply(graph, weights, channels, jnp.asarray(seen[0].presence)[None])
    np.testing.assert_allclose(scores, log_probabilities(channels), atol=1e-6)


def test_it_learns_to_see_more_than_the_first_look(looked, layered):
    micrograph, labels = layered(seed=11)
    of_first = segment(micrograph, model=replace(looked, second=None), config=CONFIG)
    of_both = segment(micrograph, model=looked, config=CONFIG)
    right = [np.mean(_without_contact(each.labels) == labels) for each in (of_first, of_both)]
    assert right[1] > right[0]
    assert of_both.probabilities is not None
    np.testing.assert_allclose(of_both.probabilities.sum(0), 1, atol=1e-4)


def test_without_cleaning_labels_are_what_the_second_look_says_of_every_pixel(looked, layered):
    micrograph, _ = layered(seed=12)
    config = CONFIG.model_copy(update={"clean": False})
    nets = replace(looked, second=None), looked
    of_first, of_both = (segment(micrograph, model=net, config=config) for net in nets)
    assert of_both.probabilities is not None
    np.testing.assert_array_equal(of_both.labels, of_both.probabilities.argmax(0))
    assert (of_both.labels != of_first.labels).any()


def test_progress_runs_through_both_looks(looked, layered):
    shares: list[float] = []
    segment(layered(seed=13)[0], model=looked, config=CONFIG, progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert 0.5 in shares


def test_painted_pixels_stay_through_a_second_look(looked, layered):
    micrograph, labels = layered(seed=14)
    strokes = np.zeros_like(labels)
    strokes[20:24, 40:50] = Phase.PORE
    assert (segment(micrograph, model=looked, config=CONFIG, strokes=strokes).labels[20:24, 40:50] == Phase.PORE).all()


def test_both_looks_are_saved_and_a_first_look_alone_takes_an_older_second_away(looked, tmp_path):
    arguments = (looked.config, looked.weights, looked.temperature, looked.further_facts)
    path = save_segmenter(tmp_path, *arguments, looked.second)
    again = load_segmenter(path)
    assert again.digest == looked.digest != looked.sha256
    assert again.second is not None
    assert again.second.facts["first_look"] == looked.sha256
    assert load_segmenter(save_segmenter(tmp_path, *arguments)).second is None


def test_a_damaged_second_look_is_refused(looked, tmp_path):
    save_segmenter(tmp_path, looked.config, looked.weights, looked.temperature, {}, looked.second)
    weights = tmp_path / SECOND_FILE_NAME
    weights.write_bytes(weights.read_bytes()[:-1] + b"\x01")
    with pytest.raises(ReadError, match="SHA-256"):
        load_segmenter(tmp_path)


def test_crops_and_targets_are_turned_alike():
    targets = jnp.arange(2 * 8 * 8).reshape(2, 8, 8)
    for seed in range(8):
        channels, _, turned_targets = turned(
            jax.random.key(seed), targets[..., None].astype(jnp.float32), jnp.zeros((2, 7)), targets, 4
        )
        assert channels.shape == (2, 4, 4, 1)
        np.testing.assert_array_equal(channels[..., 0], turned_targets)
        assert set(np.asarray(turned_targets[0]).ravel().tolist()) == set(
            np.asarray(targets[0, 2:6, 2:6]).ravel().tolist()
        )


def _without_contact(labels):
    return np.where(labels == Phase.CONTACT, np.uint8(Phase.NMC), labels)
