from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpyro.diagnostics import split_gelman_rubin
from scipy.stats import norm, t

from ssbi_core.predict.emulator import fit_emulator
from ssbi_core.predict.sampler import draw_samples, measurement_errors

MEASURED = jnp.array([0.7, -0.4])


def _drawn(log_sigma, sd, key=0, measured=MEASURED, robust=False):
    """Samples for log conductivities (m, 2) known at 256 draws of the prior."""
    points = np.random.default_rng(0).normal(size=(256, 2))
    values = np.concatenate([log_sigma(points), np.full((256, 2), np.log(sd))], axis=1)
    return draw_samples(jax.random.key(key), fit_emulator(points, values), measured, 0.9, robust, 250, 200)


def test_a_linear_prediction_has_its_normal_posterior():
    slopes, sd = np.array([[1.0, 0.6], [-0.5, 0.8]]), 0.1
    z = np.asarray(_drawn(lambda points: points @ slopes.T, sd)[0]).reshape(-1, 2)
    precision = np.eye(2) + slopes.T @ slopes / sd**2
    np.testing.assert_allclose(np.cov(z.T), np.linalg.inv(precision), atol=0.15 * np.linalg.inv(precision).max())
    np.testing.assert_allclose(z.mean(0), np.linalg.solve(precision, slopes.T @ MEASURED / sd**2), atol=0.02)


def test_a_narrow_valley_far_out_is_reached_from_everywhere():
    z, _, diverging = _drawn(lambda points: points @ np.array([[30.0, 29.0], [1.0, -1.0]]).T, 0.01)
    assert np.max(split_gelman_rubin(np.asarray(z))) < 1.05
    np.testing.assert_allclose(z @ jnp.array([30.0, 29.0]), MEASURED[0], atol=0.06)
    assert diverging.sum() <= 5


def test_two_modes_are_told_by_r_hat():
    """The square of a deviation cannot tell its sign."""
    z = _drawn(lambda points: np.stack([points[:, 0] ** 2, points[:, 1]], 1), 0.03, measured=jnp.array([1.5, 0.0]))[0]
    sides = np.sign(np.asarray(z)[:, :, 0])
    assert (sides == sides[:, :1]).all()
    assert len(set(sides[:, 0])) == 2
    assert split_gelman_rubin(np.asarray(z))[0] > 1.5


def test_shapes_and_the_emulated_values_of_each_sample():
    z, values, diverging = _drawn(lambda points: points, 0.2)
    assert z.shape == (4, 250, 2)
    assert diverging.shape == (4, 250)
    np.testing.assert_allclose(values[..., :2], z, atol=1e-3)
    np.testing.assert_allclose(values[..., 2:], np.log(0.2), atol=1e-3)


@pytest.mark.parametrize(("robust", "expected"), [(False, norm(0.3, 0.2)), (True, t(4, 0.3, 0.2 * 0.5**0.5))])
def test_errors_are_normal_or_student(robust, expected):
    errors = measurement_errors(jnp.array([[0.3], [jnp.log(0.2)]]), robust)
    for log_measured in (0.3, 0.9):
        np.testing.assert_allclose(errors.log_prob(log_measured), [expected.logpdf(log_measured)], rtol=1e-5)
