"""The potential problem of plain pixels solved by multigrid, for where a factorisation is too large.

Scalar fields without resistive faces; all else, and whatever the iteration does not converge on, goes to the sparse
matrix. The energy converges twice as fast as the fluxes, hence the tight tolerance here.
"""

from __future__ import annotations

import math

import numpy as np

from ssbi_core.errors import SolverError
from ssbi_core.transport.discrete_problem import DiscreteSolution
from ssbi_core.transport.elements import pixel_corners
from ssbi_core.transport.multigrid import solve_on_pixels
from ssbi_core.transport.primal import PrimalProblem, PrimalSolution
from ssbi_core.transport.tensors import is_tensor

_ENERGY_TOLERANCE = 1e-13  # hence 3e-7 of the fluxes


class MultigridPrimalProblem(PrimalProblem):
    """Potential problem on pixels, matrix-free where it can be."""

    def solve(self, conductivity: np.ndarray, resistance: np.ndarray) -> PrimalSolution:
        """As `PrimalProblem.solve`."""
        if is_tensor(conductivity) or resistance.size or self.shape[self.axis] < 2:
            return super().solve(conductivity, resistance)
        try:
            found = solve_on_pixels(np.moveaxis(conductivity, self.axis, 0), tolerance=_ENERGY_TOLERANCE)
        except SolverError:  # the coarsest grid was not positive to rounding; the sparse matrix may be
            return super().solve(conductivity, resistance)
        if not found.converged:
            return super().solve(conductivity, resistance)
        self._solver.method = "multigrid"
        values = np.moveaxis(found.potential, 0, self.axis).ravel()
        energy = np.moveaxis(found.gradient_square, 0, self.axis).ravel() * conductivity.ravel()
        solution = DiscreteSolution(
            values=values,
            parts=(values, np.zeros_like(values)),
            energies=[energy, np.zeros(0)],
            inlet=found.inlet,
            outlet=found.outlet,
            residual=math.sqrt(found.energy_error),
        )
        scale = self.shape[self.axis] ** 2 / np.prod(self.shape)
        return PrimalSolution(values[pixel_corners(self.shape)], energy, np.zeros(0), float(scale), solution)
