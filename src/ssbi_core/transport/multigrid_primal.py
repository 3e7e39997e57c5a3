"""The potential problem of plain pixels solved by multigrid, for where a factorisation is too large.

Scalar fields, and volumes of tensors that conduct everywhere, without resistive faces; all else, and whatever the
iteration does not converge on, goes to the sparse matrix. The energy converges twice as fast as the fluxes, hence the
tight tolerance here.
"""

from __future__ import annotations

import math

import numpy as np

from ssbi_core.errors import SolverError
from ssbi_core.transport.discrete_problem import DiscreteSolution
from ssbi_core.transport.elements import pixel_corners
from ssbi_core.transport.multigrid import solve_on_pixels, solve_tensors
from ssbi_core.transport.primal import PrimalProblem, PrimalSolution
from ssbi_core.transport.tensors import conducting, is_tensor

_ENERGY_TOLERANCE = 1e-13  # hence 3e-7 of the fluxes


def multigrid_solves(conductivity: np.ndarray) -> bool:
    """Whether multigrid takes fields like this one, given that nothing else is in its way."""
    return not is_tensor(conductivity) or (conductivity.ndim == 5 and bool(conducting(conductivity).all()))


class MultigridPrimalProblem(PrimalProblem):
    """Potential problem on pixels, matrix-free where it can be."""

    def solve(self, conductivity: np.ndarray, resistance: np.ndarray) -> PrimalSolution:
        """As `PrimalProblem.solve`."""
        if not multigrid_solves(conductivity) or resistance.size or self.shape[self.axis] < 2:
            return super().solve(conductivity, resistance)
        solved = self._of_tensors if is_tensor(conductivity) else self._of_scalars
        try:
            found = solved(conductivity)
        except SolverError:  # the coarsest grid was not positive to rounding; the sparse matrix may be
            found = None
        if found is None:
            return super().solve(conductivity, resistance)
        self._solver.method = "multigrid"
        values, energy = found.values, found.energies[0]
        scale = self.shape[self.axis] ** 2 / np.prod(self.shape)
        return PrimalSolution(values[pixel_corners(self.shape)], energy, np.zeros(0), float(scale), found)

    def _of_scalars(self, conductivity: np.ndarray) -> DiscreteSolution | None:
        found = solve_on_pixels(np.moveaxis(conductivity, self.axis, 0), tolerance=_ENERGY_TOLERANCE)
        if not found.converged:
            return None
        energy = np.moveaxis(found.gradient_square, 0, self.axis) * conductivity
        return self._solution(found.potential, energy, (found.inlet, found.outlet), found.energy_error)

    def _of_tensors(self, conductivity: np.ndarray) -> DiscreteSolution | None:
        order = [self.axis, *(axis for axis in range(3) if axis != self.axis)]
        turned = np.moveaxis(conductivity, self.axis, 0)[..., order, :][..., order]
        found = solve_tensors(turned, tolerance=_ENERGY_TOLERANCE)
        if not found.converged:
            return None
        energy = np.moveaxis(found.energy, 0, self.axis)
        return self._solution(found.potential, energy, (found.inlet, found.outlet), found.energy_error)

    def _solution(
        self, potential: np.ndarray, energy: np.ndarray, faces: tuple[float, float], error: float
    ) -> DiscreteSolution:
        values = np.moveaxis(potential, 0, self.axis).ravel()
        return DiscreteSolution(
            values=values,
            parts=(values, np.zeros_like(values)),
            energies=[energy.ravel(), np.zeros(0)],
            inlet=faces[0],
            outlet=faces[1],
            residual=math.sqrt(error),
        )
