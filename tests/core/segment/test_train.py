import jax
import numpy as np
import pytest
from pydantic import ValidationError

from ssbi_core.errors import InputError
from ssbi_core.segment.fitting import class_weights
from ssbi_core.segment.folded_unet import SegmenterConfig
from ssbi_core.segment.train import fit_segmenter
from ssbi_core.segment.training_config import TrainingConfig
from ssbi_core.segment.weights import load_segmenter


def test_the_loss_falls(trained):
    _, losses = trained
    assert np.mean(losses[-3:]) < 0.8 * np.mean(losses[:3])


def test_an_interrupted_training_ends_in_the_very_same_weights(trained, tmp_path, layered_samples, tiny_training):
    asked = iter([False] * 7 + [True])
    fit_segmenter(layered_samples, tmp_path, tiny_training, should_stop=lambda: next(asked))
    steps: list[int] = []
    resumed = fit_segmenter(layered_samples, tmp_path, tiny_training, progress=lambda step, *_: steps.append(step))
    assert steps == [8, 9, 10, 11, 12]
    assert resumed.read_bytes() == trained[0].read_bytes()


def test_a_training_that_starts_from_a_net_goes_on_where_it_was(trained, tmp_path, layered_samples, tiny_training):
    start = load_segmenter(trained[0])
    settings = tiny_training.model_copy(update={"num_steps": 3, "learning_rate": 1e-9, "weight_decay": 0.0})
    refined = load_segmenter(fit_segmenter(layered_samples, tmp_path, settings, start=start))
    assert refined.facts["started_from"] == start.sha256
    for before, after in zip(jax.tree.leaves(start.weights), jax.tree.leaves(refined.weights), strict=True):
        np.testing.assert_allclose(before, after, atol=1e-6)


def test_a_start_of_another_architecture_is_refused(trained, tmp_path, layered_samples):
    with pytest.raises(InputError, match="to start from"):
        fit_segmenter(layered_samples, tmp_path, TrainingConfig(num_steps=1), start=load_segmenter(trained[0]))


def test_class_weights_favour_the_rare_and_average_to_one():
    frequencies = np.array([0.9, 0.09, 0.01])
    weights = np.asarray(class_weights(frequencies, 0.25))
    assert np.all(np.diff(weights) > 0)
    np.testing.assert_allclose(np.sum(weights * frequencies), 1, rtol=1e-5)


def test_one_sample_is_not_enough(tmp_path, layered_samples, tiny_training):
    with pytest.raises(InputError, match="1 training samples"):
        fit_segmenter(layered_samples[:1], tmp_path, tiny_training)


@pytest.mark.parametrize("settings", [{"crop": 100}, {"crop": 64, "window": 32}, {"num_steps": 0}, {"speed": 3}])
def test_settings_that_do_not_fit_are_refused(settings):
    with pytest.raises(ValidationError):
        TrainingConfig.model_validate({"architecture": SegmenterConfig(), **settings})
