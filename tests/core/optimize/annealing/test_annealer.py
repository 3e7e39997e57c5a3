from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ssbi_core.optimize.annealing import annealer
from ssbi_core.optimize.annealing.annealer import Problem
from ssbi_core.optimize.annealing.config import AnnealingConfig

propose = jax.jit(annealer.propose, static_argnums=1)
accept = jax.jit(annealer.accept, static_argnums=3)


@pytest.fixture(scope="module")
def begun(cube):
    problem = Problem.of(cube, AnnealingConfig(chains=4, proposals=2, descents=2, descent_size=6), None)
    position = jax.random.uniform(jax.random.key(1), (4, 10))
    return problem, jax.jit(annealer.init, static_argnums=2)(jax.random.key(0), position, problem)


def test_shapes(begun):
    problem, state = begun
    state, candidates = propose(state, problem)
    assert candidates.position.shape == candidates.values.shape == (problem.config.batch, 10) == (20, 10)
    assert state.chains.position.shape == state.chains.spread.shape == (4, 10)
    assert state.descents.matrix.shape == (2, 10, 10)
    after, info = accept(state, candidates, jnp.zeros(20), problem)
    assert jax.tree.structure(after) == jax.tree.structure(state)
    assert all(a.shape == b.shape for a, b in zip(jax.tree.leaves(after), jax.tree.leaves(state), strict=True))
    assert info.spread.shape == (10,)


def test_the_first_step_evaluates_where_the_chains_begin(begun):
    problem, state = begun
    _, candidates = propose(state, problem)
    np.testing.assert_array_equal(candidates.position[:8:2], state.chains.position)


def test_step_is_propose_and_accept(begun):
    problem, state = begun
    proposed, candidates = propose(state, problem)
    values = jax.vmap(jnp.sum)(candidates.values)
    apart = accept(proposed, candidates, values, problem)
    together = jax.jit(annealer.step, static_argnums=(0, 2))(jnp.sum, state, problem)
    for a, b in zip(jax.tree.leaves(apart), jax.tree.leaves(together), strict=True):
        if not jnp.issubdtype(a.dtype, jax.dtypes.prng_key):
            np.testing.assert_allclose(a, b, rtol=1e-6)


def test_a_value_that_is_not_a_number_is_counted_and_never_accepted(begun):
    problem, state = begun
    state, candidates = propose(state, problem)
    after, info = accept(state, candidates, jnp.full(20, jnp.nan).at[3].set(-jnp.inf), problem)
    assert int(info.unusable) == int(after.unusable) == 20
    assert np.isinf(after.chains.value).all()
    assert np.isinf(after.best_value)
    np.testing.assert_array_equal(after.chains.position, state.chains.position)
