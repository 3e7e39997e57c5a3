"""The potential problem as JAX sees it: solved in NumPy, and saying how the potential answers to currents fed in.

The potential is handed over as the differences that dissipate power, taken before any rounding to single precision: at
the corners of every pixel against its first corner, and across every resistive face. Their number depends on the
shapes alone, whichever nodes are doubled.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import jax
import numpy as np

from ssbi_core.errors import SolverError
from ssbi_core.transport.conduct import ConductionProblem
from ssbi_core.transport.conduction import Promise, verify
from ssbi_core.transport.percolation import percolates
from ssbi_core.transport.primal import PrimalProblem
from ssbi_core.transport.surfaces import Surfaces
from ssbi_core.transport.tensors import conducting

_TOLERANCE = 1e-6  # of residuals and of the flux balance, as in `conduct`

Differences = tuple[np.ndarray, np.ndarray]
"""Of corner potentials to that of a pixel's first corner, (pixels, 2^d), and across faces, (faces, 2^(d-1))."""


@jax.tree_util.register_static
@dataclass(frozen=True)
class Geometry:
    """What is not differentiated: array axis of transport, pixel edge in cm, where the resistive faces are."""

    axis: int
    voxel_size: float
    surfaces: Surfaces | None


class SolvedPotential:
    """The potential of one structure for unit voltage; zero where no conducting path joins the two faces.

    Parameters
    ----------
    conductivity : (grid) or (grid, d, d).
    resistance : (faces,) voxel size over conductivity, in their units.
    primal : assembly; None where JAX may be called, so that large structures can go to multigrid.

    Raises
    ------
    InputError, SolverError
        As `conduct`.
    """

    def __init__(
        self,
        geometry: Geometry,
        conductivity: np.ndarray,
        resistance: np.ndarray,
        primal: type[PrimalProblem] | None = PrimalProblem,
    ) -> None:
        surfaces = replace(geometry.surfaces or Surfaces.none(), resistance=resistance.astype(np.float64))
        self.geometry, self.conductivity, self.resistance = geometry, conductivity, resistance
        self._problem = problem = ConductionProblem(
            conductivity, geometry.voxel_size, geometry.axis, surfaces=surfaces, mesh="pixels", primal=primal
        )
        weakref.finalize(self, problem.solver.close)
        self.effective_conductivity, self._potential = 0.0, None
        if percolates(problem.live, geometry.axis):
            self._potential = problem.potential()
            value = self._potential.effective_conductivity
            verify([self._potential.solution], None, value, Promise(_TOLERANCE, True, problem.solver.method))
            self.effective_conductivity = value * problem.reference

    def differences(self) -> Differences:
        """Of the potential; 0 where no electrode is in touch, and at faces that are none (see `conduct`)."""
        if self._potential is None:
            return self._all_zero()
        return self._spread(self._potential.solution.values)

    def response(self, at_corners: np.ndarray, at_faces: np.ndarray) -> Differences:
        """How the differences change under currents fed into the corners of pixels and through faces.

        A symmetric linear map. Currents (pixels, 2^d) leave again by the first corner of the pixel; those through
        faces, (faces, 2^(d-1)), enter before the face and leave behind it.

        Raises
        ------
        SolverError
            If the solve is not accurate.
        """
        if self._potential is None:
            return self._all_zero()
        corners, faces = self._connectivity
        half = faces.shape[1] // 2
        fed = np.where(self._held, at_corners, 0.0)
        fed[:, 0] -= fed.sum(axis=1)
        through = at_faces[self._problem.kept]
        size = self._problem.primal.fixed.size
        current = np.bincount(corners.ravel(), fed.ravel(), size)
        current += np.bincount(faces[:, :half].ravel(), through.ravel(), size)
        current -= np.bincount(faces[:, half:].ravel(), through.ravel(), size)
        change, residual = self._respond(current / self._problem.reference)
        if residual > _TOLERANCE:
            raise SolverError(
                f"derivative of the potential: residual {residual:.1e}",
                f"below {_TOLERANCE:.0e}",
                "use the direct solver (install napari-ssbi[pardiso]), or check the conductivities for extreme values",
            )
        return self._spread(change)

    def is_of(self, geometry: Geometry, conductivity: np.ndarray, resistance: np.ndarray) -> bool:
        """Whether this is what was solved for."""
        same = geometry == self.geometry and np.array_equal(conductivity, self.conductivity)
        return same and np.array_equal(resistance, self.resistance)

    def _spread(self, values: np.ndarray) -> Differences:
        """Differences of the values of all unknowns."""
        corners, faces = self._connectivity
        half = faces.shape[1] // 2
        pixels, jumps = self._all_zero()
        np.subtract(values[corners], values[corners[:, :1]], out=pixels, where=self._held)
        jumps[self._problem.kept] = np.nan_to_num(values[faces[:, :half]] - values[faces[:, half:]])
        return pixels, jumps

    def _all_zero(self) -> Differences:
        problem, size = self._problem, 2 ** len(self._problem.shape)
        return np.zeros((problem.live.size, size)), np.zeros((problem.kept.size, size // 2))

    @cached_property
    def _held(self) -> np.ndarray:
        """(pixels, 2^d) corners whose potential, and that of their pixel's first corner, an electrode holds."""
        assert self._potential is not None
        known = np.isfinite(self._potential.corner_potential)
        return known & known[:, :1]

    @cached_property
    def _connectivity(self) -> tuple[np.ndarray, np.ndarray]:
        """Unknowns at the corners of all pixels, and at those of the faces that count, before and behind."""
        problem = self._problem
        corners = problem.primal.corners
        if not len(problem.faces):
            return corners, corners[:0]
        return corners, problem.primal.discrete(problem.field).blocks[-1].connectivity

    @cached_property
    def _respond(self) -> Callable[[np.ndarray], tuple[np.ndarray, float]]:
        problem = self._problem
        scaled = problem.field / problem.reference
        conductance = problem.voxel_size / (problem.faces.resistance * problem.reference)
        coefficients = [problem.primal.pixel_coefficients(scaled), conductance[None]]
        return problem.primal.discrete(scaled).response(coefficients, may_float=not conducting(scaled).all())
