"""What the optimum gains, by finite elements on fields of view that the search never saw.

Start and optimum are compared in the same fields of view, pair by pair: what chance has put into a field is in both.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from ssbi_core.io import PhaseMap
from ssbi_core.optimize.closed_loop.fields import Fields
from ssbi_core.simulate.process import ProcessParameters

_FIRST_VIEW = 1_000_000  # no search gets there


@dataclass(frozen=True, eq=False)
class Verification:
    """Solved pairs.

    Attributes
    ----------
    before, after : (n,) natural logarithm of the conductivity in S/cm.
    """

    before: np.ndarray
    after: np.ndarray

    @property
    def realizations(self) -> int:
        """Number of fields of view of each."""
        return len(self.before)

    @property
    def baseline(self) -> float:
        """Of a typical field of view of the start, S/cm: the geometric mean."""
        return float(np.exp(self.before.mean()))

    @property
    def optimized(self) -> float:
        """The same of the optimum."""
        return float(np.exp(self.after.mean()))

    @property
    def gain(self) -> float:
        """Optimum over start, less 1."""
        return float(np.expm1((self.after - self.before).mean()))

    @property
    def gain_interval_90(self) -> tuple[float, float]:
        """Of the gain of a typical field, by Student's t on the differences of the logarithms."""
        low, high = student.interval(0.9, self.realizations - 1)
        ratio = self.after - self.before
        error = ratio.std(ddof=1) / math.sqrt(self.realizations)
        return float(np.expm1(ratio.mean() + low * error)), float(np.expm1(ratio.mean() + high * error))

    @property
    def share_better(self) -> float:
        """Share of the fields of view in which the optimum conducts better."""
        return float(np.mean(self.after > self.before))


def verify(
    fields: Fields,
    start: ProcessParameters,
    optimum: ProcessParameters,
    number: int,
    progress: Callable[[str, float], None],
) -> Verification:
    """Solve both in `number` new fields of view; raises SolverError where one does not converge."""
    before, after = [], []
    for index in range(number):
        progress(f"verifying, field of view {index + 1} of {number}", index / number)
        before.append(fields.solved(start, _FIRST_VIEW + index).log_conductivity)
        after.append(fields.solved(optimum, _FIRST_VIEW + index).log_conductivity)
        fields.keep()
    return Verification(np.array(before), np.array(after))


def example(fields: Fields, process: ProcessParameters) -> PhaseMap:
    """The first field of view that a process was verified in, to be looked at."""
    return fields.view(process, _FIRST_VIEW).phases
