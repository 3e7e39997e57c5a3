"""What a process promises: the logarithm of its expected improvement, less a penalty for strange microstructures.

In the logarithm since improvements far below the best are too small for floating point, and a search on a plain of
zeros finds nothing (Ament et al., Unexpected improvements to expected improvement, NeurIPS 2023).
"""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp

from ssbi_core.optimize.closed_loop.levers import Levers
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


class Promise:
    """The objective that is annealed: least where most is promised. Hashable, so that it is compiled once."""

    def __init__(self, levers: Levers) -> None:
        self.levers = levers

    def __call__(self, surrogate: Surrogate, best: jax.Array, values: jax.Array) -> jax.Array:
        """Of values (d,) of the levers."""
        found = self.levers.outcome(values)
        mean, variance = surrogate(found.descriptors)
        penalty = self.levers.config.anomaly_penalty * found.strangeness
        return penalty - log_expected_improvement(mean, variance, best)


class Expected:
    """The other objective that is annealed: the conductivity the surrogate expects, the same penalty taken off."""

    def __init__(self, levers: Levers) -> None:
        self.levers = levers

    def __call__(self, surrogate: Surrogate, values: jax.Array) -> jax.Array:
        """Negative, of values (d,) of the levers."""
        found = self.levers.outcome(values)
        mean, _ = surrogate(found.descriptors)
        return self.levers.config.anomaly_penalty * found.strangeness - mean
