from __future__ import annotations

import jax
import jax.numpy as jnp
import pytest

from ssbi_core.optimize.annealing.annealer import Problem
from ssbi_core.optimize.annealing.config import AnnealingConfig
from ssbi_core.optimize.annealing.polish import polish


@pytest.mark.parametrize("constraint", [None, lambda x: x[0] < 0.9])
def test_a_smooth_valley_is_followed_within_bounds_and_constraints(cube, valley, constraint):
    problem = Problem.of(cube, AnnealingConfig(), constraint)
    with jax.enable_x64(True):
        start = cube.encode(jnp.full(10, 0.5))
        value = valley(2)(jnp.full(10, 0.5))
        polished = polish(valley(2), start, value, problem, 100)
        x = cube.decode(polished.position)
    assert polished.value < (1e-10 if constraint is None else value)
    assert constraint is None or x[0] < 0.9


def test_without_a_gradient_the_point_stays(cube):
    problem = Problem.of(cube, AnnealingConfig(), None)
    with jax.enable_x64(True):
        start = jnp.full(10, 0.6)
        polished = polish(jax.tree_util.Partial(lambda x: jnp.sum(jnp.floor(x))), start, jnp.asarray(10.0), problem, 3)
    assert (polished.position == start).all()
