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

_CLOSE = 1e-13  # reach, in edges of the cube, below which nothing is left to find
_FLAT = 1e-14  # relative spread of the values of a generation, likewise
_INTEGER = 0.3  # least standard deviation of an integer, in its steps


def start_descent(
    position: jax.Array, reach: jax.Array, level: jax.Array, config: AnnealingConfig
) -> DescentState:
    """A round distribution about a point of the cube."""
    size = position.shape[-1]
    largest = config.descent_size * 2 ** (config.descent_levels - 1)
    return DescentState(
        mean=position,
        reach=jnp.asarray(reach, float),
        matrix=jnp.eye(size),
        path=jnp.zeros(size),
        drawn=jnp.zeros((largest, size)),
        values=jnp.full(largest, jnp.inf),
        count=jnp.asarray(0),
        level=jnp.asarray(level, int),
        best_position=fold(position),
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
    learn = [partial(_learn, size=size) for size in sizes]
    return jax.lax.switch(jnp.where(complete, descent.level + 1, 0), [lambda same: same, *learn], descent)


def has_ended(descent: DescentState, config: AnnealingConfig) -> jax.Array:
    """Whether nothing is left to find: the distribution is a point, the values are flat, or progress has stopped."""
    size = descent.mean.shape[0]
    patience = 20 + 10 * size // 2**descent.level
    widest = descent.reach * jnp.max(jnp.abs(descent.matrix))
    broken = ~jnp.isfinite(widest)
    return (descent.count == 0) & ((widest < _CLOSE) | (descent.stalled > patience) | broken)


def _learn(descent: DescentState, size: int) -> DescentState:
    number = descent.mean.shape[0]
    weights, effective = _weights(size)
    path_rate = (effective + 2) / (number + effective + 5)
    one = 2 / ((number + 1.3) ** 2 + effective)
    many = min(1 - one, 2 * (effective - 2 + 1 / effective) / ((number + 2) ** 2 + effective))
    damping = 1 + path_rate + 2 * max(0.0, ((effective - 1) / (number + 1)) ** 0.5 - 1)
    expected = number**0.5 * (1 - 1 / (4 * number) + 1 / (21 * number**2))

    order = jnp.argsort(descent.values[:size])[: len(weights)]
    better = descent.drawn[order]
    centre = weights @ better
    path = (1 - path_rate) * descent.path + (path_rate * (2 - path_rate) * effective) ** 0.5 * centre
    shape = one / 2 * jnp.outer(path, path) + many / 2 * (better.T * weights) @ better
    matrix = descent.matrix @ (shape + (1 - (one + many) / 2) * jnp.eye(number))
    change = jnp.exp(path_rate / damping * (jnp.linalg.norm(path) / expected - 1))
    return descent._replace(
        mean=descent.mean + descent.reach * descent.matrix @ centre,
        reach=descent.reach * jnp.minimum(change, 2.0),
        matrix=matrix,
        path=path,
        count=jnp.zeros_like(descent.count),
        stalled=descent.stalled + 1,
    )


def _weights(size: int) -> tuple[np.ndarray, float]:
    """Of the better half, falling with the logarithm of the rank; and their effective number."""
    kept = size // 2
    weights = np.log(kept + 0.5) - np.log(np.arange(1, kept + 1))
    weights /= weights.sum()
    return weights, float(1 / np.sum(weights**2))
