"""The local search that polishes without gradients: a normal distribution that learns the shape of a valley.

A generation of candidates is drawn from N(mean, (reach M)(reach M)'), ranked, and the mean moved to the weighted mean
of its better half. M is multiplied by what the better half looked like in its own coordinates, and the reach follows
the length of the path of the means: matrix adaptation (Beyer and Sendhoff, Simplify your covariance matrix adaptation
evolution strategy, IEEE Trans. Evol. Comput. 21, 2017), an evolution strategy that uses ranks alone, so any monotonic
change of the objective, and any rotation and scaling of its variables, leaves it as good.

A generation may take several steps: its candidates are collected until it is complete, in room for the largest, so
one compiled program serves generations of all sizes.
"""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from ssbi_core.optimize.annealing.config import AnnealingConfig
from ssbi_core.optimize.annealing.moves import fold
from ssbi_core.optimize.annealing.space import Space
from ssbi_core.optimize.annealing.state import DescentState, Room

_Shape = tuple[jax.Array, jax.Array, jax.Array, jax.Array, jax.Array]
_CLOSE = 1e-13  # reach, in edges of the cube, below which nothing is left to find
_FLAT = 1e-14  # relative spread of the values of a generation, likewise
_FLAT_FOR = 10  # generations
_BEHIND = 0.03  # share of what is missing to the best of all, that the values of a generation differ by at least
_FEW = 64  # values that are ranked faster by comparing all pairs than by sorting
_INTEGER = 0.3  # least standard deviation of an integer, in its steps


def empty_room(size: int, config: AnnealingConfig) -> Room:
    """For the largest generation of every descent."""
    largest = config.descent_size * 2 ** (config.descent_levels - 1)
    return Room(jnp.zeros((config.descents, largest, size)), jnp.full((config.descents, largest), jnp.inf))


def start_descent(position: jax.Array, reach: jax.Array | float, level: jax.Array | int) -> DescentState:
    """A round distribution about a point of the cube."""
    size = position.size
    return DescentState(
        mean=position,
        reach=jnp.asarray(reach, float),
        matrix=jnp.eye(size),
        path=jnp.zeros(size),
        count=jnp.asarray(0),
        level=jnp.asarray(level, int),
        best_position=position,
        best_value=jnp.asarray(jnp.inf, float),
        stalled=jnp.asarray(0),
        spread=jnp.asarray(jnp.inf, float),
    )


def draw_candidates(descent: DescentState, drawn: jax.Array, space: Space) -> jax.Array:
    """Points (L, d) of the cube from standard normal vectors (L, d); a category stays what it was at the start."""
    move = descent.reach * drawn @ descent.matrix.T
    if (space.levels > 0).any():
        steps = _INTEGER / np.maximum(space.levels, 1)
        move = jnp.where(space.levels > 0, move + steps * drawn, move) * space.ordered
    return fold(descent.mean + move)


def update_descent(
    descent: DescentState,
    room: Room,
    at: jax.Array,
    position: jax.Array,
    drawn: jax.Array,
    values: jax.Array,
    config: AnnealingConfig,
) -> tuple[DescentState, Room]:
    """Collect the candidates of a step in the room of this descent, and learn where the generation is complete."""
    best = jnp.argmin(values)
    better = values[best] < descent.best_value
    room = Room(
        jax.lax.dynamic_update_slice(room.drawn, drawn[None], (at, descent.count, 0)),
        jax.lax.dynamic_update_slice(room.values, values[None], (at, descent.count)),
    )
    count = descent.count + config.descent_size
    complete = count >= config.descent_size * 2**descent.level
    # Small generations, the most frequent ones, are not to pay for sorting the room of the largest.
    sizes = [config.descent_size, room.values.shape[1]]
    learn = [lambda descent, *_: _shape_of(descent), *(partial(_learn, size=size) for size in sizes)]
    which = jnp.where(complete, jnp.where(descent.level == 0, 1, 2), 0)
    mean, reach, matrix, path, spread = jax.lax.switch(which, learn, descent, room, at, count)
    return descent._replace(
        mean=mean,
        reach=reach,
        matrix=matrix,
        path=path,
        spread=spread,
        count=jnp.where(complete, 0, count),
        stalled=jnp.where(better, 0, descent.stalled) + complete,
        best_position=jnp.where(better, position[best], descent.best_position),
        best_value=jnp.where(better, values[best], descent.best_value),
    ), room


def has_ended(descent: DescentState) -> jax.Array:
    """Whether nothing is left to find: the distribution is a point, the values are flat, or progress has stopped."""
    size = descent.mean.shape[0]
    patience = 20 + 10 * size // 2**descent.level
    widest = descent.reach * jnp.max(jnp.abs(descent.matrix))
    broken = ~jnp.isfinite(widest)
    flat = (descent.spread <= _FLAT * jnp.abs(descent.best_value)) & (descent.stalled > _FLAT_FOR)
    return (descent.count == 0) & ((widest < _CLOSE) | (descent.stalled > patience) | flat | broken)


def is_hopeless(descent: DescentState, best_value: jax.Array) -> jax.Array:
    """Whether a descent is far behind the best of all, compared with the spread of its last generation."""
    return (descent.count == 0) & (descent.spread < _BEHIND * (descent.best_value - best_value))


def _shape_of(descent: DescentState) -> _Shape:
    return descent.mean, descent.reach, descent.matrix, descent.path, descent.spread


def _learn(descent: DescentState, room: Room, at: jax.Array, count: jax.Array, size: int) -> _Shape:
    """Mean, reach, matrix, path and spread after a generation, which is in the first ``size`` places or fewer."""
    mean, reach, matrix, path, _ = _shape_of(descent)
    number, kept = mean.size, count // 2
    values = jnp.where(jnp.arange(size) < count, room.values[at, :size], jnp.inf)
    drawn, rank = room.drawn[at, :size], _ranks(values)
    weights = jnp.where(rank < kept, jnp.log(kept + 0.5) - jnp.log(rank + 1.0), 0.0)
    weights /= jnp.sum(weights)
    effective = 1 / jnp.sum(weights**2)
    path_rate = (effective + 2) / (number + effective + 5)
    one = 2 / ((number + 1.3) ** 2 + effective)
    many = jnp.minimum(1 - one, 2 * (effective - 2 + 1 / effective) / ((number + 2) ** 2 + effective))
    damping = 1 + path_rate + 2 * jnp.maximum(0.0, jnp.sqrt((effective - 1) / (number + 1)) - 1)
    expected = number**0.5 * (1 - 1 / (4 * number) + 1 / (21 * number**2))

    centre = weights @ drawn
    mean = mean + reach * matrix @ centre
    path = (1 - path_rate) * path + jnp.sqrt(path_rate * (2 - path_rate) * effective) * centre
    growth = one / 2 * jnp.outer(path, path) + many / 2 * (drawn.T * weights) @ drawn
    matrix = matrix @ (growth + (1 - (one + many) / 2) * jnp.eye(number))
    change = jnp.exp(path_rate / damping * (jnp.linalg.norm(path) / expected - 1))
    spread = jnp.max(jnp.where(rank < kept, values, -jnp.inf)) - jnp.min(values)
    return mean, reach * jnp.minimum(change, 2.0), matrix, path, jnp.where(jnp.isnan(spread), jnp.inf, spread)


def _ranks(values: jax.Array) -> jax.Array:
    """Place of each value in their order, from 0; of equal ones the first comes first."""
    if values.size > _FEW:
        return jnp.argsort(jnp.argsort(values))
    at = jnp.arange(values.size)
    before = (values[None] < values[:, None]) | ((values[None] == values[:, None]) & (at[None] < at[:, None]))
    return jnp.sum(before, axis=1)
