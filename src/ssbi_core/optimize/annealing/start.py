"""Where the chains begin: at the points that are given, else anywhere that is feasible."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ssbi_core.errors import InputError
from ssbi_core.optimize.annealing.annealer import Problem

_TRIED = 2**14  # points, before constraints are called infeasible


def start_positions(rng_key: jax.Array, problem: Problem, given: Sequence[Mapping[str, Any]] = ()) -> jax.Array:
    """Points (C, d) of the unit cube, one for each chain; given ones come first.

    Raises
    ------
    InputError
        If a given point is out of bounds or there are more than chains, or no feasible point is found.
    """
    chains, size = problem.config.chains, problem.space.size
    if len(given) > chains:
        raise InputError(f"{len(given)} points to start from", f"at most one per chain, {chains}", "give fewer")
    named = [problem.space.encode(jnp.asarray(problem.space.vector(point))) for point in given]
    drawn = _drawn(rng_key, problem, chains)
    return jnp.concatenate([jnp.asarray(named, drawn.dtype).reshape(-1, size), drawn])[:chains]


def _drawn(rng_key: jax.Array, problem: Problem, chains: int) -> jax.Array:
    if problem.constraint is None:
        return jax.random.uniform(rng_key, (chains, problem.space.size))
    anywhere = jax.random.uniform(rng_key, (max(_TRIED, chains), problem.space.size))
    feasible = np.flatnonzero(jax.vmap(problem.constraint)(problem.space.decode(anywhere)))
    if not len(feasible):
        raise InputError(
            f"constraints that none of {len(anywhere)} points within the bounds meets",
            "bounds and constraints that leave room",
            "loosen the constraints, or move the bounds to where they hold",
        )
    return anywhere[np.resize(feasible, chains)]
