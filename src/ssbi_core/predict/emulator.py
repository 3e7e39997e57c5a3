"""A cheap stand-in for a costly smooth function of a few standardised numbers.

Universal kriging (Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006, section 2.7): a plane through
the known values by least squares, and a Gaussian process with a Matern 5/2 kernel through what the plane leaves. The
logarithm of a conductivity is smooth in the logarithms of its material's, flat where another part takes over, and bends
over a few standard deviations of the prior; so the correlation length needs no fit. Away from the known points the
plane is left, and nothing runs off.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

_LENGTH = 5.0
"""Correlation length in standard deviations of the prior; 3 to 8 do equally well on simulated interfaces."""

_NUGGET = 1e-6  # of the variance: the values are exact but for float32


class Emulator(NamedTuple):
    """A pytree of arrays.

    Attributes
    ----------
    points : (m, k) where the function is known.
    weights : (m, n) of the kernel about each, 0 in the padding.
    plane : (k + 1, n) offset, then slopes.
    """

    points: jax.Array
    weights: jax.Array
    plane: jax.Array


def fit_emulator(points: np.ndarray, values: np.ndarray, room: int = 0) -> Emulator:
    """Interpolate a function.

    Parameters
    ----------
    points : (m, k) standardised.
    values : (m, n) of the function there, all finite.
    room : rows to pad to, so that emulators of different m share one shape.
    """
    design = np.concatenate([np.ones((len(points), 1)), points], axis=1)
    plane = np.linalg.lstsq(design, values, rcond=None)[0]
    distance = np.linalg.norm(points[:, None] - points, axis=-1)
    covariance = np.asarray(_matern(distance, np)) + _NUGGET * np.eye(len(points))
    weights = np.linalg.solve(covariance, values - design @ plane)
    padding = [(0, max(room - len(points), 0)), (0, 0)]
    return Emulator(
        *(jnp.asarray(part, jnp.float32) for part in (np.pad(points, padding), np.pad(weights, padding), plane))
    )


def emulate(emulator: Emulator, z: jax.Array) -> jax.Array:
    """The function (n,) at a point (k,)."""
    points = emulator.points
    squared = jnp.sum(points**2, axis=1) - 2 * points @ z + z @ z  # half the time of the sum of squared differences
    distance = jnp.sqrt(jnp.maximum(squared, 1e-6))  # a gradient exists on the points too
    return emulator.plane[0] + z @ emulator.plane[1:] + _matern(distance, jnp) @ emulator.weights


def _matern(distance, xp):
    scaled = np.sqrt(5.0).item() / _LENGTH * distance
    return (1 + scaled + scaled**2 / 3) * xp.exp(-scaled)
