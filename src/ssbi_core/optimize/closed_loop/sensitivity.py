"""Which lever makes the gain, and how exactly it has to be kept."""

from __future__ import annotations

import math
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np

from ssbi_core.optimize.closed_loop.levers import Levers
from ssbi_core.optimize.closed_loop.surrogate import Surrogate, posterior

_GRID = 65
_LOSS = 0.1  # of the conductivity, that ends the range in which a lever may lie


@dataclass(frozen=True)
class LeverSensitivity:
    """One lever of the optimum.

    Attributes
    ----------
    name, unit : of the lever.
    initial, optimized : its values.
    loss_if_put_back : share of the optimum's conductivity lost with this lever alone back at the start.
    low, high : between which, with the other levers at the optimum, less than a tenth of the conductivity is lost.
    """

    name: str
    unit: str
    initial: float
    optimized: float
    loss_if_put_back: float
    low: float
    high: float


def sensitivity(levers: Levers, surrogate: Surrogate, optimum: np.ndarray) -> tuple[LeverSensitivity, ...]:
    """Of all levers, by the surrogate, the most important first."""
    start, space = levers.nearest(levers.start), levers.space
    expected = _expected(levers, surrogate, optimum[None])[0]
    found = []
    for index, each in enumerate(space.parameters):
        grid = np.repeat(optimum[None], _GRID + 1, axis=0)
        unit = np.linspace(0.0, 1.0, _GRID)
        with jax.enable_x64(True):
            along = np.asarray(space.decode(jnp.asarray(np.repeat(unit[:, None], space.size, axis=1))))[:, index]
        grid[:, index] = [*along, start[index]]
        heights = _expected(levers, surrogate, grid)
        holds = heights[:-1] >= expected + math.log1p(-_LOSS)
        low, high = _stretch(holds, along, optimum[index])
        loss = float(-np.expm1(heights[-1] - expected))
        found.append(
            LeverSensitivity(each.name, each.unit, float(start[index]), float(optimum[index]), loss, low, high)
        )
    return tuple(sorted(found, key=lambda lever: -lever.loss_if_put_back))


def _expected(levers: Levers, surrogate: Surrogate, values: np.ndarray) -> np.ndarray:
    return posterior(surrogate, np.asarray(levers.outcomes(values).descriptors))[0]


def _stretch(holds: np.ndarray, along: np.ndarray, value: float) -> tuple[float, float]:
    """The stretch of the grid about a value on which it holds."""
    nearest = int(np.argmin(np.abs(along - value)))
    low = high = nearest
    while low > 0 and holds[low - 1]:
        low -= 1
    while high < len(along) - 1 and holds[high + 1]:
        high += 1
    return min(float(along[low]), value), max(float(along[high]), value)
