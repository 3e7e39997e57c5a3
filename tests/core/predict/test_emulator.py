from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from ssbi_core.predict.emulator import emulate, fit_emulator


def _series(z: np.ndarray) -> np.ndarray:
    """Logarithm of two resistances in series, and of a third beside them."""
    return np.stack([np.logaddexp(z[:, 0], 1.5 * z[:, 1] - 1), np.logaddexp(z[:, 0] + z[:, 2], 0.3)], axis=1)


POINTS = np.random.default_rng(0).normal(size=(256, 3))
MANY = jax.vmap(emulate, (None, 0))


def test_known_values_are_met():
    emulator = fit_emulator(POINTS, _series(POINTS))
    np.testing.assert_allclose(MANY(emulator, jnp.asarray(POINTS)), _series(POINTS), atol=2e-3)


def test_a_smooth_function_is_met_between_the_points():
    new = np.random.default_rng(1).normal(size=(500, 3))
    error = np.asarray(MANY(fit_emulator(POINTS, _series(POINTS)), jnp.asarray(new))) - _series(new)
    assert np.sqrt((error**2).mean()) < 0.02 * _series(new).std()


def test_a_plane_is_met_everywhere():
    plane = POINTS @ np.array([[1.0], [-2.0], [0.5]]) + 3
    far = np.array([[10.0, -10.0, 10.0]])
    np.testing.assert_allclose(MANY(fit_emulator(POINTS, plane), jnp.asarray(far)), [[38.0]], rtol=1e-4)


def test_room_changes_the_shape_but_not_the_values():
    tight, padded = fit_emulator(POINTS, _series(POINTS)), fit_emulator(POINTS, _series(POINTS), 400)
    assert padded.points.shape == (400, 3)
    z = jnp.array([0.3, -1.0, 2.0])
    np.testing.assert_allclose(emulate(padded, z), emulate(tight, z), rtol=1e-5)


def test_the_gradient_is_that_of_the_function_even_on_a_known_point():
    emulator = fit_emulator(POINTS, _series(POINTS))
    slope = jax.jacrev(lambda z: emulate(emulator, z))(jnp.asarray(POINTS[0]))
    step = 1e-4 * np.eye(3)
    expected = np.stack([(_series(POINTS[:1] + d) - _series(POINTS[:1] - d))[0] / 2e-4 for d in step], axis=1)
    np.testing.assert_allclose(slope, expected, atol=0.05)
