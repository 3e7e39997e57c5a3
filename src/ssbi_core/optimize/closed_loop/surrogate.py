"""Gaussian process of the conductivity over microstructures, learned from finite elements and the net together.

ln sigma of process z in field of view r is

    f(z) + g_r + e            by finite elements,
    f(z) + d(z) + g_r + e'    by the net,

with f and the net's error d Gaussian processes (Matern 5/2, a length per descriptor; two fidelities as in Kennedy and
O'Hagan, Biometrika 87, 1, 2000), g_r what a field of view has by chance, the same for all processes, and e what is
left. f is what is sought: the mean over fields of view. Lengths and variances are the most likely ones under weak
priors (Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006, chapter 5).

Arrays have room for all observations of a search, so that everything is compiled once.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.flatten_util import ravel_pytree
from scipy.optimize import minimize

_SPREAD = 0.7  # of the priors of the logarithms
_LEVEL = 3.0  # standard deviation of the mean of f, in those of the observations
_JITTER = 1e-6
_LEVEL_90 = 1.6448536269514722  # standard deviations
_STEPS = 60


class Observation(NamedTuple):
    """One field of view of one process.

    Attributes
    ----------
    descriptors : (D,) of the microstructure aimed at.
    view : number of the field of view.
    net : whether the net says so; finite elements otherwise.
    log_conductivity : natural logarithm of S/cm.
    """

    descriptors: np.ndarray
    view: int
    net: bool
    log_conductivity: float


class Data(NamedTuple):
    """N observations in room for more; `live` tells which are there."""

    x: jax.Array
    view: jax.Array
    net: jax.Array
    y: jax.Array
    live: jax.Array


class Scales(NamedTuple):
    """Logarithms of the lengths (D,) and of the standard deviations () of the parts, in units of the observations'."""

    length: jax.Array
    signal: jax.Array
    offset: jax.Array
    bias: jax.Array
    view: jax.Array
    fem: jax.Array
    net: jax.Array


class Surrogate(NamedTuple):
    """The posterior of f, a pytree of arrays.

    Attributes
    ----------
    data, scales : learned from, and as learned.
    weights : (N,) of the observations.
    whitener : (N, N) inverse of the Cholesky factor of their covariance.
    centre, unit : () mean and standard deviation of the observations, natural logarithm.
    """

    data: Data
    scales: Scales
    weights: jax.Array
    whitener: jax.Array
    centre: jax.Array
    unit: jax.Array

    def __call__(self, x: jax.Array) -> tuple[jax.Array, jax.Array]:
        """Mean and variance of f, natural logarithm, at descriptors (D,)."""
        across = _signal(x, self.data.x, self.scales) * self.data.live
        white = self.whitener @ across
        variance = jnp.exp(2 * self.scales.signal) + _LEVEL**2 - white @ white
        return self.centre + self.unit * (across @ self.weights), self.unit**2 * jnp.maximum(variance, 1e-10)


def prior_scales(number: int) -> Scales:
    """Where the search for `number` lengths begins, and the centre of their priors."""
    start = (np.full(number, 0.7), 1.0, 0.1, 0.1, 0.3, 0.15, 0.15)
    return Scales(*(jnp.log(jnp.asarray(value, float)) for value in start))


def learn(observations: Sequence[Observation], room: int, scales: Scales | None = None) -> Surrogate:
    """The surrogate of some observations; `scales` of an earlier one are where the search for new ones begins."""
    with jax.enable_x64(True):
        data, centre, unit = _data(observations, room)
        begin = scales or prior_scales(data.x.shape[1])
        flat, unravel = ravel_pytree(begin)

        def height(at: np.ndarray) -> tuple[float, np.ndarray]:
            value, slope = _unlikely(unravel(jnp.asarray(at)), data)
            return float(value), np.asarray(ravel_pytree(slope)[0])

        found = minimize(height, np.asarray(flat), jac=True, method="L-BFGS-B", options={"maxiter": _STEPS})
        return _posterior(data, unravel(jnp.asarray(found.x)), centre, unit)


def given(surrogate: Surrogate, observations: Sequence[Observation]) -> Surrogate:
    """The same scales with other observations."""
    with jax.enable_x64(True):
        data, centre, unit = _data(observations, len(surrogate.data.y))
        return _posterior(data, surrogate.scales, centre, unit)


def _data(observations: Sequence[Observation], room: int) -> tuple[Data, jax.Array, jax.Array]:
    number = len(observations)
    y = np.array([each.log_conductivity for each in observations])
    centre, unit = float(y.mean()), max(float(y.std()), 1e-3)

    def padded(values: list, kind: type) -> jax.Array:
        array = np.asarray(values, kind)
        return jnp.asarray(np.concatenate([array, np.zeros((room - number, *array.shape[1:]), kind)]))

    data = Data(
        padded([each.descriptors for each in observations], float),
        padded([each.view for each in observations], int),
        padded([each.net for each in observations], float),
        padded(((y - centre) / unit).tolist(), float),
        jnp.asarray(np.arange(room) < number, float),
    )
    return data, jnp.asarray(centre), jnp.asarray(unit)


def _matern(x: jax.Array, other: jax.Array, length: jax.Array) -> jax.Array:
    squared = jnp.sum(((x - other) / jnp.exp(length)) ** 2, axis=-1)
    scaled = jnp.sqrt(5.0 * squared + 1e-12)
    return (1 + scaled + scaled**2 / 3) * jnp.exp(-scaled)


def _signal(x: jax.Array, other: jax.Array, scales: Scales) -> jax.Array:
    return jnp.exp(2 * scales.signal) * _matern(x, other, scales.length) + _LEVEL**2


def _covariance(data: Data, scales: Scales) -> jax.Array:
    x, other = data.x[:, None], data.x[None]
    both = data.net[:, None] * data.net[None]
    bias = jnp.exp(2 * scales.offset) + jnp.exp(2 * scales.bias) * _matern(x, other, scales.length)
    same_view = data.view[:, None] == data.view[None]
    noise = jnp.where(data.net > 0, jnp.exp(2 * scales.net), jnp.exp(2 * scales.fem)) + _JITTER
    full = _signal(x, other, scales) + both * bias + jnp.exp(2 * scales.view) * same_view
    alive = data.live[:, None] * data.live[None]
    return alive * full + jnp.diag(jnp.where(data.live > 0, noise, 1.0))


@jax.jit
@jax.value_and_grad
def _unlikely(scales: Scales, data: Data) -> jax.Array:
    """Negative logarithm of likelihood and prior."""
    factor = jnp.linalg.cholesky(_covariance(data, scales))
    white = jax.scipy.linalg.solve_triangular(factor, data.y, lower=True)
    likelihood = 0.5 * white @ white + jnp.sum(jnp.log(jnp.diag(factor)))
    away = jnp.concatenate([jnp.ravel(a - b) for a, b in zip(scales, prior_scales(data.x.shape[1]), strict=True)])
    return likelihood + 0.5 * jnp.sum((away / _SPREAD) ** 2)


@jax.jit
def _posterior(data: Data, scales: Scales, centre: jax.Array, unit: jax.Array) -> Surrogate:
    factor = jnp.linalg.cholesky(_covariance(data, scales))
    whitener = jax.scipy.linalg.solve_triangular(factor, jnp.eye(len(data.y)), lower=True)
    return Surrogate(data, scales, whitener.T @ (whitener @ data.y), whitener, centre, unit)


def posterior(surrogate: Surrogate, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance of f, natural logarithm, both (n,), at descriptors (n, D)."""
    with jax.enable_x64(True):
        mean, variance = _many(surrogate, jnp.asarray(x))
        return np.asarray(mean), np.asarray(variance)


def interval_90(mean: float, variance: float) -> tuple[float, float]:
    """Of a conductivity in S/cm whose natural logarithm is normal."""
    reach = _LEVEL_90 * math.sqrt(variance)
    return math.exp(mean - reach), math.exp(mean + reach)


_many = jax.jit(lambda surrogate, x: jax.vmap(surrogate)(x))
