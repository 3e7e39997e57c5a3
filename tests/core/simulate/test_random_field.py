import jax
import jax.numpy as jnp
import numpy as np

from ssbi_core.simulate.random_field import direction, gaussian_fields, hash_cells, variate, variate_pair


def test_fields_have_zero_mean_and_unit_variance():
    fields = np.asarray(gaussian_fields(jax.random.key(0), (96, 96), jnp.full(40, 6.0), jnp.full(40, 0.35)))
    assert abs(fields.mean()) < 0.05
    assert abs(fields.std() - 1) < 0.05


def test_longer_correlation_length_gives_smoother_fields_in_2d_and_3d():
    for shape in ((64, 64), (32, 32, 32)):
        fields = np.asarray(gaussian_fields(jax.random.key(1), shape, jnp.array([4.0, 16.0]), jnp.full(2, 0.2)))
        rough, smooth = (np.abs(np.diff(f, axis=0)).mean() for f in fields)
        assert 2.5 < rough / smooth < 6


def test_hash_variates_are_uniform_and_uncorrelated():
    i, j = jnp.meshgrid(jnp.arange(-100, 100), jnp.arange(-100, 100), indexing="ij")
    h = hash_cells(jnp.uint32(5), i, j)
    draws = [np.asarray(u).ravel() for u in (variate(h, 1), variate(h, 2), *variate_pair(h, 3))]
    for u in draws:
        assert abs(u.mean() - 0.5) < 0.01
        assert abs(u.var() - 1 / 12) < 0.003
    assert np.abs(np.corrcoef(draws) - np.eye(4)).max() < 0.03
    assert (
        abs(np.corrcoef(draws[0].reshape(200, 200)[1:].ravel(), draws[0].reshape(200, 200)[:-1].ravel())[0, 1]) < 0.03
    )


def test_directions_are_unit_vectors_of_all_axes():
    c, s = direction(jnp.linspace(0, 1, 1001))
    np.testing.assert_allclose(c**2 + s**2, 1, atol=1e-6)
    angle = np.arctan2(s, c)
    assert angle.min() < -1.5
    assert angle.max() > 1.5
    counts = np.histogram(angle, 6)[0]
    assert counts.min() > 0.7 * counts.mean()
