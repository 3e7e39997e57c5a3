from __future__ import annotations

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ssbi_core.optimize.annealing.chains import init_chains
from ssbi_core.optimize.annealing.config import AnnealingConfig
from ssbi_core.optimize.annealing.moves import fold, propose_moves, randomness

COMPILED = jax.jit(propose_moves, static_argnums=(3, 4))
KINDS = ("plain", "ingber", "coordinate", "differential")


def proposed(kind, space, spread=0.2, seed=0):
    """Positions of chains, and 8 candidates of each by one kind of move."""
    config = AnnealingConfig(chains=32, proposals=8, **{each: float(each == kind) for each in KINDS})
    keys = jax.random.split(jax.random.key(seed), 3)
    position = jax.random.uniform(keys[0], (32, space.size))
    chains = init_chains(position, config)._replace(spread=np.full(position.shape, spread))
    normal = jax.random.normal(keys[1], (256, space.size))
    uniform = jax.random.uniform(keys[2], (256, randomness(space)))
    moves = COMPILED(normal, uniform, chains, space, config)
    return np.repeat(np.asarray(position), 8, axis=0), np.asarray(moves.position)


@given(x=st.floats(-1e6, 1e6))
@settings(deadline=None)
def test_folding_ends_in_the_cube(x):
    assert 0 <= fold(np.float32(x)) <= 1


@given(seed=st.integers(0, 2**31), spread=st.floats(1e-9, 1.0), kind=st.sampled_from(KINDS))
@settings(max_examples=15, deadline=None)
def test_bounds_are_never_left(cube, seed, spread, kind):
    _, there = proposed(kind, cube, spread, seed)
    assert ((there >= 0) & (there <= 1)).all()


@pytest.mark.parametrize("kind", ["coordinate", "ingber", "differential"])
def test_some_moves_leave_most_coordinates_alone(cube, kind):
    here, there = proposed(kind, cube)
    assert np.median((here != there).sum(axis=1)) < 4


def test_plain_moves_have_the_reach_they_are_told(cube):
    here, there = proposed("plain", cube, 0.01)
    assert np.std(there - here) == pytest.approx(0.01, rel=0.05)


def test_moves_of_integers_and_categories_change_the_value(mixed):
    here, there = proposed("coordinate", mixed, 1e-3)
    before, after = np.asarray(mixed.decode(here)), np.asarray(mixed.decode(there))
    for column in (2, 3):
        moved = here[:, column] != there[:, column]
        assert moved.any()
        changed = before[moved, column] != after[moved, column]
        assert changed.mean() > 0.7  # at an edge an integer may be folded back onto itself
