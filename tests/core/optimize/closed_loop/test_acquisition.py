import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from ssbi_core.optimize.closed_loop.acquisition import log_expected_improvement


@pytest.mark.parametrize("mean", [-3.0, -1.2, -0.9, 0.0, 0.7, 3.0])
@pytest.mark.parametrize("sd", [0.3, 1.0])
def test_it_is_the_logarithm_of_the_integral(mean, sd):
    wanted, _ = quad(lambda f: f * norm.pdf(f, mean, sd), 0, mean + 12 * sd, epsabs=1e-14)
    with jax.enable_x64(True):
        found = log_expected_improvement(jnp.asarray(mean), jnp.asarray(sd**2), jnp.asarray(0.0))
    assert float(found) == pytest.approx(np.log(wanted), abs=1e-5 if mean > -4 * sd else 1e-2)


def test_far_below_the_best_it_still_rises_and_has_a_gradient():
    with jax.enable_x64(True):
        means = jnp.linspace(-200.0, -2.0, 60)
        values, slopes = jax.vmap(
            jax.value_and_grad(lambda mean: log_expected_improvement(mean, jnp.asarray(1.0), jnp.asarray(0.0)))
        )(means)
    assert np.all(np.isfinite(values))
    assert np.all(np.diff(values) > 0)
    assert np.all(np.asarray(slopes) > 0)
