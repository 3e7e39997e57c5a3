from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ssbi_core.transport import conduct, effective_conductivity


@pytest.mark.parametrize("shape", [(7, 6), (3, 4, 5), (4, 5, 2, 2)])
def test_gradient_matches_finite_differences_under_jit(shape):
    rng = np.random.default_rng(0)
    field = rng.uniform(0.2, 1, shape)
    if len(shape) == 4:
        field = field @ np.swapaxes(field, -1, -2) + np.eye(2)
    step = rng.standard_normal(shape)
    step = (step + np.swapaxes(step, -1, -2)) / 2 if len(shape) == 4 else step
    with jax.enable_x64(True):
        value, gradient = jax.jit(jax.value_and_grad(effective_conductivity))(jnp.asarray(field))
        ahead, behind = (float(effective_conductivity(jnp.asarray(field + s * step))) for s in (1e-5, -1e-5))
    assert float(value) == pytest.approx(conduct(field).effective_conductivity.upper, rel=1e-12)
    assert float(np.sum(gradient * step)) == pytest.approx((ahead - behind) / 2e-5, rel=1e-6)


def test_single_precision_stays_single():
    assert effective_conductivity(jnp.ones((4, 4), jnp.float32)).dtype == jnp.float32


def test_blocked_field_is_zero_with_zero_gradient():
    value, gradient = jax.value_and_grad(effective_conductivity)(jnp.ones((4, 4)).at[2].set(0.0))
    assert value == 0
    assert not gradient.any()
