from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from ssbi_core.optimize.annealing.config import AnnealingConfig
from ssbi_core.optimize.annealing.descent import draw_candidates, start_descent
from ssbi_core.optimize.annealing.run import anneal


def test_a_descent_holds_categories_and_moves_integers(mixed):
    descent = start_descent(jnp.full(4, 0.5), 0.1, 0)
    drawn = jax.random.normal(jax.random.key(0), (200, 4))
    values = np.asarray(mixed.decode(draw_candidates(descent, drawn, mixed)))
    assert len(set(values[:, 3])) == 1
    assert len(set(values[:, 2])) > 1


def test_a_rotated_ill_conditioned_valley_is_followed_to_its_end(cube):
    axes = np.linalg.qr(np.random.default_rng(0).normal(size=(10, 10)))[0]
    scales = 10.0 ** np.linspace(0, 6, 10)
    ellipsoid = jax.tree_util.Partial(lambda axes, x: jnp.sum(scales * (axes @ (x - 1)) ** 2), axes)
    assert anneal(ellipsoid, cube, 20_000, AnnealingConfig()).best_value < 1e-8
