"""Process parameters as something to search: which may change, what they cost, what microstructure they lead to.

A surrogate does not learn from the process itself but from the microstructure it leads to: the kinetics are known, and
what the conductivity depends on is the thickness of a layer, not the hour and the degree that grew it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from scipy.stats import qmc

from ssbi_core.errors import InputError
from ssbi_core.optimize.annealing.space import Real, Space
from ssbi_core.optimize.closed_loop.config import BOUNDS, PRICES, ClosedLoopConfig
from ssbi_core.simulate.process import MicrostructureStatistics, ProcessParameters, ProcessValues, traced_statistics

_LOGARITHMIC = ("sintering_time_h", "initial_grain_size_nm", "nmc_grain_size_nm")
_MILLED_FROM_NM = 1000.0  # assumption: milling costs as the logarithm of how much finer the powder gets
_ROOM_C = 25.0
_REFERENCE = 4096  # processes that stand for the microstructures the net was trained on
_USUAL = 0.99  # of these are as near to their centre as counts as usual

DESCRIPTORS = ("grain size", "NMC grain size", "porosity", "layer thickness", "contact loss", "coating thickness")
"""Of a microstructure, what the surrogate learns from."""


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


@dataclass(frozen=True, eq=False)
class Levers:
    """The levers of one search.

    Attributes
    ----------
    space : of the levers that may change.
    start : the process to be bettered.
    corrections : statistic of the microstructure -> factor by which the user's material differs from the kinetics.
    config : settings.
    """

    space: Space
    start: ProcessParameters
    corrections: Mapping[str, float]
    config: ClosedLoopConfig

    @classmethod
    def of(
        cls, start: ProcessParameters, config: ClosedLoopConfig, corrections: Mapping[str, float] | None = None
    ) -> Levers:
        """All levers but the fixed ones.

        Raises
        ------
        InputError
            If a lever is unknown, none is left, bounds are crossed, or they leave what a process can be.
        """
        known = list(ProcessParameters.model_fields)
        unknown = sorted({*config.bounds, *config.fixed, *config.prices} - set(known))
        if unknown:
            raise InputError(f"lever {', '.join(unknown)}", f"among {', '.join(known)}", "correct the name")
        free = [name for name in known if name not in config.fixed]
        space = Space(tuple(_parameter(name, *(config.bounds.get(name) or BOUNDS[name])) for name in free))
        return cls(space, start, dict(corrections or {}), config)

    def process(self, values: np.ndarray) -> ProcessParameters:
        """The process at values (d,) of the levers."""
        return self.start.model_copy(update={name: float(value) for name, value in self.space.named(values).items()})

    def statistics(self, process: ProcessParameters) -> MicrostructureStatistics:
        """The microstructure that a process leads to in the user's material."""
        found = _corrected(ProcessValues(**process.model_dump()), self.corrections, np)
        return MicrostructureStatistics(**{name: float(value) for name, value in found.items()})

    def nearest(self, process: ProcessParameters) -> np.ndarray:
        """Values (d,) of the levers nearest to a process that may lie outside of their bounds."""
        given = process.model_dump()
        return np.array([np.clip(given[each.name], each.low, each.high) for each in self.space.parameters])

    def outcome(self, values: jax.Array) -> Outcome:
        """What values (d,) of the levers lead to; may be traced."""
        at = {name: values[index] for index, name in enumerate(self.space.names)}
        full = {name: at.get(name, value) for name, value in self.start.model_dump().items()}
        process = ProcessValues(**full)
        found = _corrected(process, self.corrections, jnp)
        descriptors = _described(found, jnp)
        low, high = _range()
        return Outcome(
            (descriptors - low) / (high - low),
            jnp.asarray(cost(process, self.config, jnp)),
            jnp.asarray(thermal_budget(process)),
            jnp.asarray(found["porosity"]),
            _strangeness(descriptors),
        )

    def feasible(self, values: jax.Array) -> jax.Array:
        """Whether values (d,) meet the constraints; may be traced."""
        found, config = self.outcome(values), self.config
        limits = (
            (found.cost, config.max_cost),
            (found.thermal_budget, config.max_thermal_budget),
            (found.porosity, config.max_porosity),
        )
        holds = jnp.asarray(True)
        for value, limit in limits:
            if limit is not None:
                holds = holds & (value <= limit)
        return holds

    def outcomes(self, values: np.ndarray) -> Outcome:
        """As `outcome`, of many processes (n, d), as NumPy arrays."""
        with jax.enable_x64(True):
            return jax.tree.map(np.asarray, _each_outcome(self, jnp.asarray(values)))

    def allows(self, values: np.ndarray) -> bool:
        """As `feasible`, of one process."""
        with jax.enable_x64(True):
            return bool(self.feasible(jnp.asarray(values)))

    def spread_out(self, number: int) -> np.ndarray:
        """Feasible values (number, d) that fill the space evenly (Sobol).

        Raises
        ------
        InputError
            If the constraints leave too few.
        """
        sobol = qmc.Sobol(self.space.size, rng=np.random.default_rng(self.config.seed))
        with jax.enable_x64(True):
            values = np.asarray(self.space.decode(jnp.asarray(sobol.random_base2(_considered(number)))))
            kept = values[np.asarray(jax.vmap(self.feasible)(jnp.asarray(values)))]
        if len(kept) < number:
            raise InputError(
                f"constraints that {len(kept)} of {len(values)} processes within the bounds meet",
                f"room for {number}",
                "loosen the constraints, or widen the bounds",
            )
        return kept[:number]


@partial(jax.jit, static_argnums=0)
def _each_outcome(levers: Levers, values: jax.Array) -> Outcome:
    return jax.vmap(levers.outcome)(values)


def cost(process: ProcessValues, config: ClosedLoopConfig, xp) -> jax.Array | float:
    """Price of a process: linear in the levers, milling by the logarithm of how fine the powder gets."""
    prices = {**PRICES, **config.prices}
    milling = prices.pop("initial_grain_size_nm") * xp.log(
        xp.maximum(_MILLED_FROM_NM / process.initial_grain_size_nm, 1.0)
    )
    return milling + sum(price * getattr(process, name) for name, price in prices.items())


def thermal_budget(process: ProcessValues) -> jax.Array | float:
    """Temperature above that of the room times time, K h."""
    return (process.sintering_temperature_C - _ROOM_C) * process.sintering_time_h


def _considered(number: int) -> int:
    """Logarithm to base 2 of the processes among which so many feasible ones are looked for."""
    return max(10, math.ceil(math.log2(64 * number)))


def _parameter(name: str, low: float, high: float) -> Real:
    field = ProcessParameters.model_fields[name]
    unit = str((field.json_schema_extra or {})["unit"])  # type: ignore[index]
    ends = {
        kind: float(getattr(bound, kind)) for bound in field.metadata for kind in ("ge", "le") if hasattr(bound, kind)
    }
    if low < ends["ge"] or high > ends["le"]:
        raise InputError(
            f"{name}: bounds from {low:g} to {high:g} {unit}",
            f"within {ends['ge']:g} to {ends['le']:g} {unit}",
            "move the bounds",
        )
    return Real(name, float(low), float(high), log=name in _LOGARITHMIC and low > 0, unit=unit)


def _corrected(process: ProcessValues, corrections: Mapping[str, float], xp) -> dict:
    found = traced_statistics(process, xp)
    return {name: value * corrections.get(name, 1.0) for name, value in found.items()}


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
    return _described(traced_statistics(ProcessValues(*(low + unit * (high - low)).T), np), np)


def _range() -> tuple[np.ndarray, np.ndarray]:
    return _reference().min(0), _reference().max(0)


def _strangeness(descriptors: jax.Array) -> jax.Array:
    centre, spread = _reference().mean(0), _reference().std(0)
    usual = np.quantile((((_reference() - centre) / spread) ** 2).sum(1), _USUAL) ** 0.5
    distance = jnp.sqrt(jnp.sum(((descriptors - centre) / spread) ** 2))
    return jnp.maximum(distance / usual - 1.0, 0.0)
