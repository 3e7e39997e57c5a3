"""What is searched: named parameters, each mapped from an edge of the unit cube to its own values.

The search knows nothing but the cube: a real parameter is scaled (in its logarithm where it spans decades), an integer
is a staircase of equal steps, a category the same without an order. Values are vectors of floats in the order of the
parameters, a category its index; `Space.named` gives them back under their names and as people write them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ssbi_core.errors import InputError


@dataclass(frozen=True)
class Real:
    """A real number in [low, high]; with ``log``, equal ratios are equally far apart."""

    name: str
    low: float
    high: float
    log: bool = False
    unit: str = "1"
    levels = 0
    ordered = True

    def __post_init__(self) -> None:
        _check_bounds(self)
        if self.log and self.low <= 0:
            raise InputError(
                f"{self.name}: low = {self.low} on a logarithmic scale", "low > 0", "raise it, or log=False"
            )

    def named(self, value: float) -> float:
        """As people write it."""
        return float(value)

    def number(self, value: Any) -> float:
        """The other way."""
        return float(value)


@dataclass(frozen=True)
class Integer:
    """A whole number from low to high, both included."""

    name: str
    low: int
    high: int
    unit: str = "1"
    log = False
    ordered = True

    def __post_init__(self) -> None:
        _check_bounds(self)
        if self.low != int(self.low) or self.high != int(self.high):
            raise InputError(
                f"{self.name}: bounds {self.low} to {self.high}", "whole numbers", "round them, or use Real"
            )

    @property
    def levels(self) -> int:
        """Number of values."""
        return int(self.high - self.low + 1)

    def named(self, value: float) -> int:
        """As people write it."""
        return round(float(value))

    def number(self, value: Any) -> float:
        """The other way."""
        return float(value)


@dataclass(frozen=True)
class Category:
    """One of several choices without an order."""

    name: str
    choices: tuple[str, ...]
    unit: str = "1"
    log = False
    ordered = False
    low = 0

    def __post_init__(self) -> None:
        if len(self.choices) < 2 or len(set(self.choices)) != len(self.choices):
            raise InputError(
                f"{self.name}: choices {list(self.choices)}", "two or more different ones", "correct or leave it out"
            )

    @property
    def levels(self) -> int:
        """Number of choices."""
        return len(self.choices)

    @property
    def high(self) -> int:
        """Index of the last."""
        return self.levels - 1

    def named(self, value: float) -> str:
        """The choice with this index."""
        return self.choices[round(float(value))]

    def number(self, value: Any) -> float:
        """The other way."""
        if value not in self.choices:
            raise InputError(f"{self.name} = {value!r}", f"one of {list(self.choices)}", "choose one of them")
        return float(self.choices.index(value))


Parameter = Real | Integer | Category


@dataclass(frozen=True)
class Space:
    """Parameters in their order; hashable, so that a compiled search knows it.

    Raises
    ------
    InputError
        If there is no parameter, or two have the same name.
    """

    parameters: tuple[Parameter, ...]
    _low: np.ndarray = field(init=False, repr=False, compare=False)
    _high: np.ndarray = field(init=False, repr=False, compare=False)
    _log: np.ndarray = field(init=False, repr=False, compare=False)
    levels: np.ndarray = field(init=False, repr=False, compare=False)
    ordered: np.ndarray = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        names = [each.name for each in self.parameters]
        if not names or len(set(names)) != len(names):
            raise InputError(f"parameters {names}", "at least one, each with a name of its own", "name them apart")
        scaled = [_scaled_bounds(each) for each in self.parameters]
        arrays = {
            "_low": [low for low, _ in scaled],
            "_high": [high for _, high in scaled],
            "_log": [each.log for each in self.parameters],
            "levels": [each.levels for each in self.parameters],
            "ordered": [each.ordered for each in self.parameters],
        }
        for name, values in arrays.items():
            object.__setattr__(self, name, np.array(values))

    @property
    def names(self) -> tuple[str, ...]:
        """Of the parameters, in order."""
        return tuple(each.name for each in self.parameters)

    @property
    def size(self) -> int:
        """Number of parameters, the dimension of the cube."""
        return len(self.parameters)

    def decode(self, unit: jax.Array) -> jax.Array:
        """Points of the cube (..., d) to values (..., d); inside the bounds whatever rounding does."""
        levels, (low, high) = np.maximum(self.levels, 1), self._ends()
        whole = low + jnp.minimum(jnp.floor(unit * levels), levels - 1)
        scaled = jnp.clip(low + unit * (high - low), low, high)
        if self._log.any():
            # As given: the exponential of the logarithm of 60 is 59.999999999999986.
            bounds = np.array([(float(each.low), float(each.high)) for each in self.parameters]).T
            scaled = jnp.where(self._log, jnp.clip(jnp.exp(jnp.where(self._log, scaled, 0.0)), *bounds), scaled)
        return jnp.where(self.levels > 0, whole, scaled)

    def encode(self, values: jax.Array) -> jax.Array:
        """Values (..., d) to points of the cube, a whole number to the middle of its step."""
        scaled = jnp.where(self._log, jnp.log(jnp.where(self._log, values, 1.0)), values)
        low, high = self._ends()
        real = (scaled - low) / (high - low)
        whole = (values - low + 0.5) / np.maximum(self.levels, 1)
        return jnp.clip(jnp.where(self.levels > 0, whole, real), 0.0, 1.0)

    def _ends(self) -> tuple[np.ndarray, np.ndarray]:
        """Lower and upper, copied: JAX knows a constant by its identity, and gives one it has met with 64-bit numbers
        enabled to a program compiled without them."""
        return self._low.copy(), self._high.copy()

    def named(self, values: np.ndarray) -> dict[str, Any]:
        """One vector of values under its names: numbers, and choices as they were given."""
        return {each.name: each.named(value) for each, value in zip(self.parameters, values, strict=True)}

    def vector(self, named: Mapping[str, Any]) -> np.ndarray:
        """The vector of named values.

        Raises
        ------
        InputError
            If a name is missing or unknown, or a value is outside the bounds.
        """
        if set(named) != set(self.names):
            raise InputError(f"values of {sorted(named)}", f"one for each of {list(self.names)}", "name each once")
        for each in self.parameters:
            if not each.low <= each.number(named[each.name]) <= each.high:
                raise InputError(
                    f"{each.name} = {named[each.name]}", f"{each.low} to {each.high} {each.unit}", "stay within"
                )
        return np.array([each.number(named[each.name]) for each in self.parameters])


def _check_bounds(parameter: Real | Integer) -> None:
    low, high = parameter.low, parameter.high
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise InputError(
            f"{parameter.name}: bounds from {low} to {high} {parameter.unit}",
            "finite ones, the lower below the upper",
            "swap or widen them, or leave the parameter out",
        )


def _scaled_bounds(parameter: Parameter) -> tuple[float, float]:
    if parameter.log:
        return math.log(parameter.low), math.log(parameter.high)
    return float(parameter.low), float(parameter.high)
