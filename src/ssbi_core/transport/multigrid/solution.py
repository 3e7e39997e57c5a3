"""What a multigrid solve returns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class MultigridSolution:
    """Potential of a scalar field, for unit voltage along the first axis on a grid of unit pixels.

    Attributes
    ----------
    potential : value at all nodes, (n + 1, ...).
    gradient_square : (n, ...) mean |grad phi|^2 of every pixel: the derivative of the energy by its conductivity.
    energy : of this potential, in units of the conductivity: an upper bound of the current, whatever the error.
    energy_error : estimate of how much of it, relatively, the iteration has left above the minimum.
    rounding : relative difference between it and what the iteration took it for.
    inlet, outlet : current through the first and the last row.
    iterations : steps taken.
    converged : whether the estimate met the tolerance, and rounding did not belie it.
    """

    potential: np.ndarray
    gradient_square: np.ndarray
    energy: float
    energy_error: float
    rounding: float
    inlet: float
    outlet: float
    iterations: int
    converged: bool

    @property
    def effective_conductivity(self) -> float:
        """Of the whole picture, in the unit of the conductivity passed in; an upper bound."""
        shape = self.gradient_square.shape
        return self.energy * shape[0] ** 2 / float(np.prod(shape))
