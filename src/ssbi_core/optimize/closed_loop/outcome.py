"""What a process leads to, as far as a search needs to know: microstructure, cost, and how strange it is.

A surrogate does not learn from the process itself but from the microstructure it leads to: the kinetics are known, and
what the conductivity depends on is the thickness of a layer, not the hour and the degree that grew it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from scipy.stats import qmc

from ssbi_core.optimize.annealing.space import Space
from ssbi_core.optimize.closed_loop.config import BOUNDS
from ssbi_core.simulate.process import ProcessValues, traced_statistics

_MILLED_FROM_NM = 1000.0  # assumption: milling costs as the logarithm of how much finer the powder gets
_ROOM_C = 25.0
_REFERENCE = 4096  # processes that stand for the microstructures the net was trained on
_USUAL = 0.99  # of these are as near to their centre as counts as usual


class Outcome(NamedTuple):
    """What a process leads to, each ().

    Attributes
    ----------
    descriptors : (6,) of the microstructure, each 0 to 1 over the default levers.
    cost : price of the process, units of the prices.
    thermal_budget : K h.
    porosity : area fraction.
    strangeness : 0 for a microstructure like those the net was trained on, 1 for one twice as far out as these reach.
    """

    descriptors: jax.Array
    cost: jax.Array
    thermal_budget: jax.Array
    porosity: jax.Array
    strangeness: jax.Array


class Given(NamedTuple):
    """What is the same for all processes of a search; arrays, so that a compiled search serves any start.

    Attributes
    ----------
    start : (7,) the process to be bettered, in the order of `ProcessParameters`.
    corrections : (9,) factors of the statistics, in the order of `MicrostructureStatistics`.
    prices : (7,) of the process parameters; that of the milled grain size is per factor e.
    """

    start: jax.Array | np.ndarray
    corrections: jax.Array | np.ndarray
    prices: jax.Array | np.ndarray


def outcome(space: Space, given: Given, values: jax.Array) -> Outcome:
    """What values (d,) of the levers lead to; may be traced."""
    at = {name: values[index] for index, name in enumerate(space.names)}
    process = ProcessValues(*(at.get(name, given.start[index]) for index, name in enumerate(ProcessValues._fields)))
    statistics = traced_statistics(process, jnp)
    found = {name: value * given.corrections[index] for index, (name, value) in enumerate(statistics.items())}
    descriptors = _described(found, jnp)
    low, high = _range()
    return Outcome(
        (descriptors - low) / (high - low),
        cost(process, given.prices),
        thermal_budget(process),
        found["porosity"],
        _strangeness(descriptors),
    )


@partial(jax.jit, static_argnums=0)
def each_outcome(space: Space, given: Given, values: jax.Array) -> Outcome:
    """Of many processes (n, d)."""
    return jax.vmap(lambda each: outcome(space, given, each))(values)


def thermal_budget(process: ProcessValues) -> Any:
    """Temperature above that of the room times time, K h."""
    return (process.sintering_temperature_C - _ROOM_C) * process.sintering_time_h


def cost(process: ProcessValues, prices: jax.Array | np.ndarray) -> jax.Array:
    """Price of a process: linear in the levers, milling by the logarithm of how fine the powder gets; (7,) prices."""
    finer = jnp.log(jnp.maximum(_MILLED_FROM_NM / process.initial_grain_size_nm, 1.0))
    return jnp.asarray(list(process._replace(initial_grain_size_nm=finer))) @ jnp.asarray(prices)


def _described(statistics: Mapping, xp) -> jax.Array:
    """Sizes by their logarithm, since a tenth more is a tenth more at any size."""
    return xp.stack(
        [
            xp.log(statistics["grain_size_nm"]),
            xp.log(statistics["nmc_grain_size_nm"]),
            xp.sqrt(statistics["porosity"]),
            xp.log(1.0 + statistics["layer_thickness_nm"]),
            xp.sqrt(statistics["contact_loss"]),
            xp.sqrt(statistics["coating_thickness_nm"]),
        ],
        axis=-1,
    )


@cache
def _reference() -> np.ndarray:
    """Descriptors (n, 6) of processes all over the default levers."""
    low, high = (np.array([BOUNDS[name][end] for name in ProcessValues._fields]) for end in (0, 1))
    unit = qmc.Sobol(len(low), rng=np.random.default_rng(0)).random(_REFERENCE)
    return np.asarray(_described(traced_statistics(ProcessValues(*(low + unit * (high - low)).T), np), np))


def _range() -> tuple[np.ndarray, np.ndarray]:
    return _reference().min(0), _reference().max(0)


def _strangeness(descriptors: jax.Array) -> jax.Array:
    centre, spread = _reference().mean(0), _reference().std(0)
    usual = np.quantile((((_reference() - centre) / spread) ** 2).sum(1), _USUAL) ** 0.5
    distance = jnp.sqrt(jnp.sum(((descriptors - centre) / spread) ** 2))
    return jnp.maximum(distance / usual - 1.0, 0.0)
