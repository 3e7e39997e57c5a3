"""Distribution of what the net leaves unexplained: Student's t, of a scale that it says itself for each graph.

Few structures, such as one whose current squeezes through a pinhole, are far worse explained than the rest. A normal
distribution would widen for all of them.
"""

from __future__ import annotations

import jax
import numpyro.distributions as dist

from ssbi_core.predict.tails import DEGREES


def noise(log_sigma: jax.Array, log_sd: jax.Array) -> dist.Distribution:
    """Of the natural logarithm of the conductivity, given the net's two outputs."""
    return dist.StudentT(DEGREES, log_sigma, jax.numpy.exp(log_sd))
