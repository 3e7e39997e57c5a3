"""Process parameters as something to search: which may change, between which values, at what price."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from scipy.stats import qmc

from ssbi_core.errors import InputError
from ssbi_core.optimize.annealing.space import Real, Space
from ssbi_core.optimize.closed_loop.config import BOUNDS, ClosedLoopConfig
from ssbi_core.optimize.closed_loop.outcome import Given, Outcome, each_outcome, outcome
from ssbi_core.simulate.process import MicrostructureStatistics, ProcessParameters, ProcessValues, traced_statistics

_LOGARITHMIC = ("sintering_time_h", "initial_grain_size_nm", "nmc_grain_size_nm")


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
        found = traced_statistics(ProcessValues(**process.model_dump()), np)
        return MicrostructureStatistics(
            **{name: float(value) * self.corrections.get(name, 1.0) for name, value in found.items()}
        )

    def nearest(self, process: ProcessParameters) -> np.ndarray:
        """Values (d,) of the levers nearest to a process that may lie outside of their bounds."""
        given = process.model_dump()
        return np.array([np.clip(given[each.name], each.low, each.high) for each in self.space.parameters])

    @property
    def given(self) -> Given:
        """What is the same for all processes of the search."""
        factors = [self.corrections.get(name, 1.0) for name in MicrostructureStatistics.model_fields]
        return Given(
            np.array(list(self.start.model_dump().values())),
            np.array(factors),
            np.array([self.config.price(name) for name in ProcessValues._fields]),
        )

    def feasible(self, values: jax.Array) -> jax.Array:
        """Whether values (d,) meet the constraints; may be traced."""
        found, config = outcome(self.space, self.given, values), self.config
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
            return jax.tree.map(np.asarray, each_outcome(self.space, self.given, jnp.asarray(values)))

    def allows(self, values: np.ndarray) -> bool:
        """As `feasible`, of one process."""
        if not self.constrained:
            return True
        with jax.enable_x64(True):
            return bool(self.feasible(jnp.asarray(values)))

    @property
    def constrained(self) -> bool:
        """Whether some processes within the bounds are not allowed."""
        limits = self.config.max_cost, self.config.max_thermal_budget, self.config.max_porosity
        return any(limit is not None for limit in limits)

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
            kept = values[np.asarray(jax.jit(jax.vmap(self.feasible))(jnp.asarray(values)))]
        if len(kept) < number:
            raise InputError(
                f"constraints that {len(kept)} of {len(values)} processes within the bounds meet",
                f"room for {number}",
                "loosen the constraints, or widen the bounds",
            )
        return kept[:number]


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
