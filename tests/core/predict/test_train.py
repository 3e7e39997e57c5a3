"""Training lowers the loss, the posterior says how sure it is, and the record survives the disk."""

from __future__ import annotations

from dataclasses import replace

import jax
import numpy as np
import pytest

from ssbi_core.errors import InputError, ReadError
from ssbi_core.predict.averaging import draw, draw_linear
from ssbi_core.predict.fit import _step, fit, new_weights, predict_rows
from ssbi_core.predict.laplace import sample_laplace
from ssbi_core.predict.predictor import load_predictor, save_predictor
from ssbi_core.predict.train import train
from ssbi_core.predict.variational import infer

from .conftest import NETWORK, TRAINING


def error(data, weights):
    rows = np.arange(9)
    return np.mean((predict_rows(data, rows, NETWORK, weights)[0] - data.target[rows]) ** 2)


def test_fit_lowers_the_error(data):
    longer = TRAINING.model_copy(update={"epochs": 25})
    fitted = fit(data, np.arange(9), NETWORK, longer)
    assert error(data, fitted) < 0.6 * error(data, new_weights(NETWORK, TRAINING.seed))


def test_other_settings_of_the_training_need_no_other_program(data):
    fit(data, np.arange(9), NETWORK, TRAINING)
    programs = _step(NETWORK)._cache_size()
    others = {"epochs": 2, "learning_rate": 1e-3, "penalty": 0.1, "seed": 4}
    fit(data, np.arange(9), NETWORK, TRAINING.model_copy(update=others))
    assert _step(NETWORK)._cache_size() == programs > 0


def test_same_seed_same_weights(data, predictor):
    again = train(data, np.arange(9), np.arange(9, 12), system="llzo_nmc", network=NETWORK, training=TRAINING)
    for one, other in zip(jax.tree.leaves(again.samples), jax.tree.leaves(predictor.samples), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    "guide", [*(pytest.param(each, marks=pytest.mark.slow) for each in ("normal", "low_rank")), "last_layer"]
)
def test_every_guide_leaves_samples_of_all_weights(data, guide):
    settings = TRAINING.model_copy(update={"guide": guide, "posterior_epochs": 1})
    weights = new_weights(NETWORK, 0)
    samples = infer(data, np.arange(9), weights, NETWORK, settings)
    assert jax.tree.structure(samples) == jax.tree.structure(weights)
    for sample, leaf in zip(jax.tree.leaves(samples), jax.tree.leaves(weights), strict=True):
        assert sample.shape == (TRAINING.samples, *leaf.shape)
    spread = samples["gates"]["kernel"].std(0).max()
    assert (spread < 1e-6) == (guide == "last_layer")
    assert samples["whole"]["kernel"].std(0).min() > 0


def test_laplace_knows_the_training_graphs_better_than_others(data):
    """Directions that no graph tells of stay as wide as the prior."""
    settings = TRAINING.model_copy(update={"samples": 64, "prior_scale": 0.3})
    weights = new_weights(NETWORK, 0)
    samples = sample_laplace(data, np.arange(6), weights, NETWORK, settings)
    found = draw_linear(data, np.arange(12), NETWORK, weights, samples)
    noise = found.noise_variance[:6]
    assert (found.weights_variance[:6] < noise).all()
    assert found.weights_variance[6:].mean() > found.weights_variance[:6].mean()
    spread = np.concatenate([np.ravel(leaf.std(0)) for leaf in jax.tree.leaves(samples)])
    assert np.median(spread) > 0.05


def test_linear_net_is_the_net_near_its_weights(data, predictor):
    near = jax.tree.map(lambda mean, sample: mean + 0.05 * (sample - mean), predictor.weights, predictor.samples)
    exact = draw(data, np.arange(5), NETWORK, near)
    linear = draw_linear(data, np.arange(5), NETWORK, predictor.weights, near)
    np.testing.assert_allclose(linear.log_sigma, exact.log_sigma, atol=2e-4)


def test_laplace_is_kept_as_linear(tmp_path, data):
    settings = TRAINING.model_copy(update={"guide": "laplace"})
    predictor = train(data, np.arange(9), np.arange(9, 12), system="llzo_nmc", network=NETWORK, training=settings)
    assert predictor.linear
    assert load_predictor(save_predictor(tmp_path, predictor)).linear


def test_variance_is_of_noise_and_weights(data, predictor):
    found = draw(data, np.arange(12), NETWORK, predictor.samples)
    assert found.log_sigma.shape == (TRAINING.samples, 12)
    np.testing.assert_allclose(found.sd**2, found.noise_variance + found.weights_variance)
    assert (found.weights_variance > 0).all()


def test_record_survives_the_disk(tmp_path, data, predictor):
    path = save_predictor(tmp_path, replace(predictor, learned_stretch=1.25))
    again = load_predictor(path)
    assert again.learned_stretch == 1.25
    assert again.network == NETWORK
    assert again.facts["training_graphs"] == 9
    assert len(again.sha256) == 64
    np.testing.assert_array_equal(
        draw(data, np.arange(3), NETWORK, again.samples).log_sigma,
        draw(data, np.arange(3), NETWORK, predictor.samples).log_sigma,
    )
    np.testing.assert_allclose(again.conformal.scores, predictor.conformal.scores, rtol=1e-6)


def test_changed_weights_are_noticed(tmp_path, predictor):
    path = save_predictor(tmp_path, predictor)
    raw = bytearray(path.read_bytes())
    raw[-8] ^= 1
    path.write_bytes(raw)
    with pytest.raises(ReadError, match="SHA-256"):
        load_predictor(tmp_path)


def test_missing_weights_are_named(tmp_path):
    with pytest.raises(ReadError, match=r"predictor\.json"):
        load_predictor(tmp_path)


def test_overlapping_parts_are_refused(data):
    with pytest.raises(InputError, match="overlap"):
        train(data, np.arange(9), np.arange(8, 12), system="llzo_nmc", network=NETWORK, training=TRAINING)


def test_too_few_graphs_are_refused(data):
    with pytest.raises(InputError, match="7 graphs to learn from"):
        train(data, np.arange(7), np.arange(8, 12), system="llzo_nmc", network=NETWORK, training=TRAINING)
