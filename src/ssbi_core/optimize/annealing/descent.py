"""The local search that polishes without gradients: a normal distribution that learns the shape of a valley.

A generation of candidates is drawn from N(mean, (reach M)(reach M)'), ranked, and the mean moved to the weighted mean
of its better half. M is multiplied by what the better half looked like in its own coordinates, and the reach follows
the length of the path of the means: matrix adaptation (Beyer and Sendhoff, Simplify your covariance matrix adaptation
evolution strategy, IEEE Trans. Evol. Comput. 21, 2017), an evolution strategy that uses ranks alone, so any monotonic
change of the objective, and any rotation and scaling of its variables, leaves it as good.

A generation may take several steps: its candidates are collected until it is complete. Its size is a power of two
times that of a step, so each size is a program of fixed shape.
"""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from ssbi_core.optimize.annealing.config import AnnealingConfig
from ssbi_core.optimize.annealing.moves import fold
from ssbi_core.optimize.annealing.space import Space
from ssbi_core.optimize.annealing.state import DescentState

_Shape = tuple[jax.Array, jax.Array, jax.Array, jax.Array]
_CLOSE = 1e-13  # reach, in edges of the cube, below which nothing is left to find
_FLAT = 1e-14  # relative spread of the values of a generation, likewise
_INTEGER = 0.3  # least standard deviation of an integer, in its steps


def empty_descent(size: int, config: AnnealingConfig) -> DescentState:
    """One that is yet to start, with room for its largest generation."""
    largest = config.descent_size * 2 ** (config.descent_levels - 1)
    room = jnp.zeros((largest, size)), jnp.full(largest, jnp.inf)
    zero = jnp.asarray(0)
    nowhere = jnp.zeros(size)
    return DescentState(nowhere, jnp.asarray(0.0), jnp.eye(size), nowhere, *room, zero, zero, nowhere, jnp.asarray(jnp.inf), zero)


def start_descent(descent: DescentState, position: jax.Array, reach: jax.Array, level: jax.Array) -> DescentState:
    """A round distribution about a point of the cube; what was collected before is overwritten as it goes."""
    return descent._replace(
        mean=position,
        reach=jnp.asarray(reach, float),
        matrix=jnp.eye(position.size),
        path=jnp.zeros(position.size),
        count=jnp.asarray(0),
        level=jnp.asarray(level, int),
        best_position=position,
        best_value=jnp.asarray(jnp.inf, float),
        stalled=jnp.asarray(0),
    )


def draw_candidates(descent: DescentState, drawn: jax.Array, space: Space) -> jax.Array:
    """Points (L, d) of the cube from standard normal vectors (L, d); a category stays what it was at the start."""
    move = descent.reach * drawn @ descent.matrix.T
    if (space.levels > 0).any():
        steps = _INTEGER / np.maximum(space.levels, 1)
        move = jnp.where(space.levels > 0, move + steps * drawn, move) * space.ordered
    return fold(descent.mean + move)


def update_descent(
    descent: DescentState, position: jax.Array, drawn: jax.Array, values: jax.Array, config: AnnealingConfig
) -> DescentState:
    """Collect the candidates of a step, and learn where the generation is complete."""
    best = jnp.argmin(values)
    better = values[best] < descent.best_value
    descent = descent._replace(
        drawn=jax.lax.dynamic_update_slice(descent.drawn, drawn, (descent.count, 0)),
        values=jax.lax.dynamic_update_slice(descent.values, values, (descent.count,)),
        count=descent.count + config.descent_size,
        best_position=jnp.where(better, position[best], descent.best_position),
        best_value=jnp.where(better, values[best], descent.best_value),
        stalled=jnp.where(better, 0, descent.stalled),
    )
    complete = descent.count >= config.descent_size * 2**descent.level
    sizes = [config.descent_size * 2**level for level in range(config.descent_levels)]
    learn = [lambda shape, drawn, values: shape, *(partial(_learn, size=size) for size in sizes)]
    which = jnp.where(complete, descent.level + 1, 0)
    shape = descent.mean, descent.reach, descent.matrix, descent.path
    mean, reach, matrix, path = jax.lax.switch(which, learn, shape, descent.drawn, descent.values)
    return descent._replace(
        mean=mean,
        reach=reach,
        matrix=matrix,
        path=path,
        count=jnp.where(complete, 0, descent.count),
        stalled=descent.stalled + complete,
    )


def has_ended(descent: DescentState, config: AnnealingConfig) -> jax.Array:
    """Whether nothing is left to find: the distribution is a point, the values are flat, or progress has stopped."""
    size = descent.mean.shape[0]
    patience = 20 + 10 * size // 2**descent.level
    widest = descent.reach * jnp.max(jnp.abs(descent.matrix))
    broken = ~jnp.isfinite(widest)
    return (descent.count == 0) & ((widest < _CLOSE) | (descent.stalled > patience) | broken)


def _learn(shape: _Shape, drawn: jax.Array, values: jax.Array, size: int) -> _Shape:
    """Mean, reach, matrix and path after a generation."""
    mean, reach, matrix, path = shape
    number = mean.size
    weights, effective = _weights(size)
    path_rate = (effective + 2) / (number + effective + 5)
    one = 2 / ((number + 1.3) ** 2 + effective)
    many = min(1 - one, 2 * (effective - 2 + 1 / effective) / ((number + 2) ** 2 + effective))
    damping = 1 + path_rate + 2 * max(0.0, ((effective - 1) / (number + 1)) ** 0.5 - 1)
    expected = number**0.5 * (1 - 1 / (4 * number) + 1 / (21 * number**2))

    order = jnp.argsort(values[:size])[: len(weights)]
    better = drawn[order]
    centre = weights @ better
    mean = mean + reach * matrix @ centre
    path = (1 - path_rate) * path + (path_rate * (2 - path_rate) * effective) ** 0.5 * centre
    growth = one / 2 * jnp.outer(path, path) + many / 2 * (better.T * weights) @ better
    matrix = matrix @ (growth + (1 - (one + many) / 2) * jnp.eye(number))
    change = jnp.exp(path_rate / damping * (jnp.linalg.norm(path) / expected - 1))
    return mean, reach * jnp.minimum(change, 2.0), matrix, path


def _weights(size: int) -> tuple[np.ndarray, float]:
    """Of the better half, falling with the logarithm of the rank; and their effective number."""
    kept = size // 2
    weights = np.log(kept + 0.5) - np.log(np.arange(1, kept + 1))
    weights /= weights.sum()
    return weights, float(1 / np.sum(weights**2))
