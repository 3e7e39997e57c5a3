"""Spaces and objectives with known optima."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import pytest

from ssbi_core.optimize.annealing.space import Category, Integer, Real, Space


@pytest.fixture(scope="session")
def cube():
    """Ten coordinates in [-5, 5]."""
    return Space(tuple(Real(f"x{at}", -5.0, 5.0) for at in range(10)))


@pytest.fixture(scope="session")
def mixed():
    """One parameter of each kind."""
    return Space(
        (
            Real("temperature", 900.0, 1500.0, unit="K"),
            Real("rate", 1e-4, 1e-1, log=True),
            Integer("layers", 1, 7),
            Category("coating", ("none", "LiNbO3", "Li3BO3")),
        )
    )


@jax.jit
def valleys(which, x):
    """Sphere, Rastrigin and Rosenbrock in one program; all are 0 at their least."""
    waves = jnp.sum(x**2 + 10 * (1 - jnp.cos(2 * jnp.pi * x)))
    banana = jnp.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)
    return jnp.select([which == 0, which == 1], [jnp.sum((x - 1.5) ** 2), waves], banana)


@pytest.fixture(scope="session")
def valley():
    """`valleys`, of which one is chosen by number."""
    return lambda which: jax.tree_util.Partial(valleys, jnp.asarray(which))
