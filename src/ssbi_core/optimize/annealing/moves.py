"""How a chain proposes: four kinds of moves in the unit cube, all made at once, one picked for each candidate.

- plain: x + T N(0, I), T the geometric mean of the chain's move temperatures.
- Ingber: along a few dimensions, each with its temperature T_i, y = sgn(u - 1/2) T_i [(1 + 1/T_i)^|2u - 1| - 1]
  (Ingber, Very fast simulated re-annealing, 1989): all scales between T_i and the whole edge are equally likely.
- coordinate: a Cauchy step along one dimension, the heavy tail of fast annealing (Szu and Hartley 1987; q = 2 of the
  Tsallis distributions of generalised annealing).
- differential: a few coordinates replaced by those of x_a + F (x_b - x_c) of other chains (Storn and Price 1997).

Moves beyond the cube are folded back, which keeps the first three symmetric: the Metropolis test is then exact.
Integers move by at least one step, categories to another choice.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from ssbi_core.optimize.annealing.config import AnnealingConfig
from ssbi_core.optimize.annealing.space import Space
from ssbi_core.optimize.annealing.state import ChainState

_LONGEST = 1e6  # edges, that a Cauchy step is cut at before it is folded


class Moves(NamedTuple):
    """Candidates of the chains.

    Attributes
    ----------
    position : (C P, d).
    moved : (C P, d) dimensions whose reach is learned from whether the candidate is accepted.
    """

    position: jax.Array
    moved: jax.Array


def randomness(space: Space) -> int:
    """Uniform numbers that a candidate of a chain takes."""
    return 2 * space.size + 6


def fold(position: jax.Array) -> jax.Array:
    """Reflect at the faces of the unit cube until inside."""
    rest = position - 2.0 * jnp.floor(position / 2.0)
    return jnp.clip(jnp.where(rest > 1.0, 2.0 - rest, rest), 0.0, 1.0)


def propose_moves(
    normal: jax.Array, uniform: jax.Array, chains: ChainState, space: Space, config: AnnealingConfig
) -> Moves:
    """P candidates for each chain, from standard normal numbers (C P, d) and uniform ones (C P, `randomness`)."""
    size = space.size
    along, chosen = uniform[:, :size], uniform[:, size : 2 * size]
    pick, scalars = uniform[:, -6], uniform[:, -5:]
    position, spread = (jnp.repeat(each, config.proposals, axis=0) for each in (chains.position, chains.spread))

    first = jnp.arange(size) == jnp.floor(scalars[:, :1] * size)
    few = first | (chosen < 0.5 / size)
    plain = jnp.exp(jnp.mean(jnp.log(spread), axis=1, keepdims=True)) * normal
    ingber = jnp.where(few, _ingber(along, spread), 0.0)
    coordinate = jnp.where(first, spread * jnp.tan(jnp.pi * (along - 0.5)), 0.0)
    differential = _differential(position, chains.position, scalars[:, 1:], first, chosen, config)

    bounds = np.cumsum(config.shares)[:-1] / sum(config.shares)
    kind = jnp.sum(pick[:, None] >= bounds, axis=1, keepdims=True)
    step = jnp.select([kind == 0, kind == 1, kind == 2], [plain, ingber, coordinate], differential)
    step = jnp.clip(step, -_LONGEST, _LONGEST)
    moved = jnp.select([kind == 0, kind == 1, kind == 2], [jnp.ones_like(few), few, first], jnp.zeros_like(few))
    return Moves(_take_discrete(position, step, along, space), moved)


def _ingber(uniform: jax.Array, spread: jax.Array) -> jax.Array:
    size = jnp.abs(2 * uniform - 1)
    return jnp.sign(uniform - 0.5) * spread * jnp.expm1(size * jnp.log1p(1 / spread))


def _differential(
    position: jax.Array,
    others: jax.Array,
    scalars: jax.Array,
    first: jax.Array,
    chosen: jax.Array,
    config: AnnealingConfig,
) -> jax.Array:
    """From a chain towards (or away from) others, along few coordinates or all of them."""
    chains = config.chains
    if chains < 4:
        return jnp.zeros_like(position)
    own = jnp.repeat(jnp.arange(chains), config.proposals)
    shift = 1 + jnp.floor(scalars[:, 0] * (chains - 1)).astype(int)
    gap = 1 + jnp.floor(scalars[:, 1] * (chains - 2)).astype(int)
    one, two = (own + shift) % chains, (own + shift + gap) % chains
    factor = 0.3 + 0.7 * scalars[:, 2:3]
    # Half of the moves take few coordinates over, which separable functions ask for; half all, which rotated ones do.
    crossing = jnp.where(scalars[:, 3:] < 0.7, 0.1, 0.9)
    swap = others[one] - position
    step = jnp.where(scalars[:, 3:] < 0.5, swap, factor * (others[one] - others[two]))
    return jnp.where(first | (chosen < crossing), step, 0.0)


def _take_discrete(position: jax.Array, step: jax.Array, uniform: jax.Array, space: Space) -> jax.Array:
    """Add steps: whole ones for integers, any other choice for categories."""
    if not (space.levels > 0).any():
        return fold(position + step)
    levels = np.maximum(space.levels, 1)
    whole = jnp.sign(step) * jnp.ceil(jnp.abs(step) * levels) / levels
    other = (position + (1 + jnp.floor(uniform * (levels - 1))) / levels) % 1.0
    other = jnp.where(step != 0, other, position)
    moved = jnp.where(space.levels > 0, fold(position + whole), fold(position + step))
    return jnp.where(space.ordered, moved, other)
