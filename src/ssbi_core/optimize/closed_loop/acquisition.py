"""What a process promises: the logarithm of its expected improvement, less a penalty for strange microstructures.

In the logarithm since improvements far below the best are too small for floating point, and a search on a plain of
zeros finds nothing (Ament et al., Unexpected improvements to expected improvement, NeurIPS 2023).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

import jax
import jax.numpy as jnp

from ssbi_core.optimize.annealing.space import Space
from ssbi_core.optimize.closed_loop.outcome import Given, outcome
from ssbi_core.optimize.closed_loop.surrogate import Surrogate

_HALF_LOG_2PI = 0.5 * math.log(2 * math.pi)
_TAIL = -1.0  # of the standardised improvement, below which the logarithm is taken term by term


def log_expected_improvement(mean: jax.Array, variance: jax.Array, best: jax.Array) -> jax.Array:
    """ln E[max(f - best, 0)] of a normal f."""
    sd = jnp.sqrt(variance)
    z = (mean - best) / sd
    near = jnp.maximum(z, _TAIL)
    density = jnp.exp(-0.5 * near**2 - _HALF_LOG_2PI)
    above = jnp.log(density + near * jax.scipy.special.ndtr(near))
    far = jnp.minimum(z, _TAIL)
    log_density = -0.5 * far**2 - _HALF_LOG_2PI
    ratio = jnp.log(-far) + jax.scipy.special.log_ndtr(far) - log_density  # of the two terms, negative
    below = log_density + jnp.log(-jnp.expm1(jnp.minimum(ratio, -1e-12)))
    return jnp.log(sd) + jnp.where(z > _TAIL, above, below)


@cache
def promise(space: Space) -> Callable[..., jax.Array]:
    """The objective that is annealed, of (given, penalty, surrogate, best, values): least where most is promised.

    The same function for the same space each time, so that it is compiled once.
    """

    def height(given: Given, penalty: jax.Array, surrogate: Surrogate, best: jax.Array, values: jax.Array) -> jax.Array:
        found = outcome(space, given, values)
        mean, variance = surrogate(found.descriptors)
        return penalty * found.strangeness - log_expected_improvement(mean, variance, best)

    return height


@cache
def expectation(space: Space) -> Callable[..., jax.Array]:
    """The other objective, of (given, penalty, surrogate, values): least where the surrogate expects most."""

    def height(given: Given, penalty: jax.Array, surrogate: Surrogate, values: jax.Array) -> jax.Array:
        found = outcome(space, given, values)
        return penalty * found.strangeness - surrogate(found.descriptors)[0]

    return height
