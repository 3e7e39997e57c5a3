"""What a closed loop found, as a record."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ssbi_core.io import PhaseMap
from ssbi_core.optimize.annealing.space import Parameter
from ssbi_core.optimize.closed_loop.config import ClosedLoopConfig
from ssbi_core.optimize.closed_loop.pareto import ParetoPoint
from ssbi_core.optimize.closed_loop.sensitivity import LeverSensitivity
from ssbi_core.optimize.closed_loop.trials import Design
from ssbi_core.optimize.closed_loop.verification import Verification
from ssbi_core.simulate.process import MicrostructureStatistics, ProcessParameters


@dataclass(frozen=True, eq=False)
class OptimizationResult:
    """An optimum, what it gains, and how sure that is.

    Attributes
    ----------
    name : of the image, or of the material system.
    system, reaction_layer, temperature : of the conductivity, K.
    start, optimum : process parameters.
    microstructure_before, microstructure_after : that these lead to.
    verification : by finite elements, on fields of view that the search never saw.
    expected_S_per_cm, expected_interval_90_S_per_cm : of the optimum, by the surrogate, before it was verified.
    sensitivity : of each lever, the most important first.
    pareto : front of conductivity, cost and thermal budget.
    levers : whose values `designs` have.
    designs : processes tried, in order.
    best_by_round : (rounds + 1,) best conductivity in S/cm by finite elements after each round of the search.
    ended : why the search ended.
    evaluations : of the conductivity, by method ("fem", "net"), and of the surrogate ("surrogate").
    before, after : a field of view of start and optimum.
    image_S_per_cm, edited_S_per_cm : of the user's own image, and of the same changed as the optimum would change it.
    edited : labels of the latter.
    config : settings.
    notes : what else a reader of the numbers has to know.
    """

    name: str
    system: str
    reaction_layer: str
    temperature: float
    start: ProcessParameters
    optimum: ProcessParameters
    microstructure_before: MicrostructureStatistics
    microstructure_after: MicrostructureStatistics
    verification: Verification
    expected_S_per_cm: float
    expected_interval_90_S_per_cm: tuple[float, float]
    sensitivity: tuple[LeverSensitivity, ...]
    pareto: tuple[ParetoPoint, ...]
    levers: tuple[Parameter, ...]
    designs: tuple[Design, ...]
    best_by_round: np.ndarray
    ended: str
    evaluations: dict[str, int]
    before: PhaseMap
    after: PhaseMap
    config: ClosedLoopConfig
    image_S_per_cm: float | None = None
    edited_S_per_cm: float | None = None
    edited: PhaseMap | None = None
    notes: tuple[str, ...] = ()

    def lever_position(self, name: str) -> Callable[[float], float]:
        """Where values of a lever lie between its bounds, 0 to 1; sizes and times by their logarithm."""
        (lever,) = (each for each in self.levers if each.name == name)
        low, high = ((math.log(end) if lever.log else end) for end in (lever.low, lever.high))
        return lambda value: ((math.log(value) if lever.log else value) - low) / (high - low)

    @property
    def agrees(self) -> bool:
        """Whether what was verified lies in the interval that the surrogate gave before."""
        low, high = self.expected_interval_90_S_per_cm
        return low <= self.verification.optimized <= high

    def parameters(self) -> dict[str, dict[str, Any]]:
        """Initial and optimised value of each process parameter, with its unit."""
        units = {
            name: str(field.json_schema_extra["unit"])  # type: ignore[index]
            for name, field in ProcessParameters.model_fields.items()
        }
        before, after = self.start.model_dump(), self.optimum.model_dump()
        return {name: {"initial": before[name], "optimized": after[name], "unit": units[name]} for name in units}
