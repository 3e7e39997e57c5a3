"""Effective conductivity of a conductivity field: percolation, potential, both bounds, one record."""

from __future__ import annotations

import math
from collections.abc import Sequence
from copy import copy
from dataclasses import replace
from functools import cached_property
from typing import Literal

import numpy as np

from ssbi_core.errors import InputError
from ssbi_core.transport.concurrency import both, worth_two_threads
from ssbi_core.transport.conduction import Conduction, Promise, Unit, collect, insulating, verify
from ssbi_core.transport.discrete_problem import DiscreteSolution
from ssbi_core.transport.dual import dual_bound
from ssbi_core.transport.flux_bound import flux_bound
from ssbi_core.transport.graded_mesh import GradedMesh
from ssbi_core.transport.linear_solve import SpdSolver
from ssbi_core.transport.percolation import percolates
from ssbi_core.transport.primal import PrimalProblem, PrimalSolution
from ssbi_core.transport.surfaces import Surfaces
from ssbi_core.transport.tensors import check_conductivity, conducting, grid_of, strength

MeshKind = Literal["auto", "graded", "pixels"]

_GRADED_FROM = 100_000  # pixels; a smaller picture takes less than a second as it is
_SMALLEST = 1e-7  # a face with less than this share of a pixel's own resistance is none
_NEARLY_NONE = 1e-5  # resistance left to a face whose interface is taken away, as a share of a pixel's own


def conduct(
    conductivity: np.ndarray,
    voxel_size: float = 1.0,
    axis: int = 0,
    *,
    surfaces: Surfaces | None = None,
    bounds: bool = True,
    tolerance: float = 1e-6,
    throw: bool = True,
    method: str = "auto",
    mesh: MeshKind = "auto",
) -> Conduction:
    """Solve steady conduction through a field of scalars or tensors.

    Parameters
    ----------
    conductivity : (grid) or (grid, d, d) S/cm, d = 2 or 3.
    voxel_size : edge of the pixel or voxel in cm.
    axis : array axis of transport (an index into the shape of the grid).
    surfaces : resistive faces between pixels.
    bounds : also solve for the lower bound.
    tolerance : of the residual and of the flux balance.
    throw : raise SolverError where the tolerance is not met, else mark the result.
    method : linear solver, "auto", "pardiso", "superlu", "amg" or, for scalar pixels and 3D tensors, "multigrid".
    mesh : "pixels" gives every pixel an element of its own; "graded" (2D) larger cells where the field is uniform,
        which costs a part of the work and widens the bounds by some 0.05 %; "auto" grades large pictures.

    Raises
    ------
    InputError
        If the field, the voxel size or the axis is not valid.
    SolverError
        If a solve is not accurate to `tolerance`.
    """
    with ConductionProblem(conductivity, voxel_size, axis, surfaces=surfaces, method=method, mesh=mesh) as problem:
        return problem.solve(bounds=bounds, tolerance=tolerance, throw=throw)


class ConductionProblem:
    """A structure set up once, to be solved as it is and with some of its properties changed.

    Parameters as in `conduct`; `uniform_in` are further fields (grid) whose regions of one value the cells of a
    graded mesh keep to, for conductivities that are to be solved for later. Use as a context manager: a kept
    factorisation can be large.
    """

    def __init__(
        self,
        conductivity: np.ndarray,
        voxel_size: float = 1.0,
        axis: int = 0,
        *,
        surfaces: Surfaces | None = None,
        method: str = "auto",
        mesh: MeshKind = "auto",
        uniform_in: Sequence[np.ndarray] = (),
        primal: type[PrimalProblem] | None = None,
    ) -> None:
        self.field = check_conductivity(conductivity)
        self.shape = checked_grid(self.field, voxel_size, axis)
        self.axis, self.voxel_size = axis, voxel_size
        self.live = conducting(self.field)
        self.reference = float(np.max(self.field)) or 1.0
        surfaces = surfaces or Surfaces.none()
        self.kept = resistive(surfaces, self.live, voxel_size / self.reference)
        self.faces = surfaces.select(self.kept)
        self.solver = SpdSolver(len(self.shape), "auto" if method == "multigrid" else method)
        graded = _is_graded(mesh, self.shape, primal or PrimalProblem)
        self.mesh = GradedMesh.of([self.field, *uniform_in], self.faces) if graded else None
        self._primal_type = primal or self._assembly(method)

    def __enter__(self) -> ConductionProblem:
        return self

    def __exit__(self, *_: object) -> None:
        self.solver.close()

    @cached_property
    def primal(self) -> PrimalProblem:
        """The potential problem, whose sparsity pattern all solves share."""
        return self._primal_type(strength(self.field), self.axis, self.faces, self.solver, mesh=self.mesh)

    def _assembly(self, method: str) -> type[PrimalProblem]:
        """Multigrid where it was asked for, or where a factorisation would be too large; else a sparse matrix."""
        large = method == "auto" and self.solver.choose(math.prod(self.shape)) == "amg"
        if not (large or method == "multigrid"):
            return PrimalProblem
        from ssbi_core.transport.multigrid_primal import MultigridPrimalProblem, multigrid_solves

        plain = self.mesh is None and not len(self.faces) and multigrid_solves(self.field)
        if method == "multigrid" and not plain:
            raise InputError(
                "the multigrid solver for a 2D or insulating tensor field, resistive faces or a graded mesh",
                "a scalar conductivity per pixel, or 3D tensors that conduct everywhere, and mesh 'pixels'",
                "use the auto solver",
            )
        return MultigridPrimalProblem if plain else PrimalProblem

    def solve(self, *, bounds: bool = True, tolerance: float = 1e-6, throw: bool = True) -> Conduction:
        """Solve the structure as it is (see `conduct`)."""
        if not percolates(self.live, self.axis):
            return insulating(self.shape, self.kept.size)
        scaled, resistance = self.field / self.reference, self._scaled(self.faces.resistance)
        primal, (lower, dual) = self._both_problems(scaled, resistance) if bounds else (self.potential(), (0.0, None))
        potentials = [primal]
        if dual is not None and lower > primal.upper * (1 + tolerance):
            potentials.append(self._rigorous_potential(scaled, resistance))
        share = np.zeros(self.kept.size)
        share[self.kept] = primal.face_energy / primal.solution.energy
        unit = Unit(self.reference, self.voxel_size, self.shape, self.axis)
        promise = Promise(tolerance, throw, self.solver.method)
        return collect(potentials, (lower, dual), scaled, share, unit, promise)

    def potential(self) -> PrimalSolution:
        """The potential problem of a percolating structure, in units of `reference`, unverified."""
        return self.primal.solve(self.field / self.reference, self._scaled(self.faces.resistance))

    def _both_problems(
        self, field: np.ndarray, resistance: np.ndarray
    ) -> tuple[PrimalSolution, tuple[float, DiscreteSolution]]:
        if self.parallel:
            return both(self.potential, lambda: self._lower(field, resistance))
        return self.potential(), self._lower(field, resistance)

    @property
    def parallel(self) -> bool:
        """Whether two solves of this problem are best run at once (see `concurrency`)."""
        size = math.prod(self.shape)
        return self._primal_type is PrimalProblem and worth_two_threads(size, self.solver.choose(size))

    def beside(self) -> ConductionProblem:
        """The same structure with a factorisation of its own, for another thread."""
        other = copy(self)
        other.solver = SpdSolver(len(self.shape), self.solver.requested)
        other.__dict__["primal"] = self.primal.beside(other.solver)
        return other

    def with_properties(self, conductivity: np.ndarray, resistance: np.ndarray) -> ConductionProblem:
        """The same structure, unknowns and solver with other conductivities and other resistances of the same faces.

        Units and conditions as in `upper`; results are in units of the largest of the new conductivities.
        """
        other = copy(self)
        other.field = check_conductivity(conductivity)
        other.live, other.reference = conducting(other.field), float(np.max(other.field)) or 1.0
        smallest = _NEARLY_NONE * self.voxel_size / other.reference
        other.faces = replace(self.faces, resistance=np.maximum(resistance[self.kept], smallest))
        other.__dict__["primal"] = self.primal
        return other

    def upper(self, conductivity: np.ndarray, resistance: np.ndarray, *, tolerance: float = 1e-6) -> float:
        """Upper bound in S/cm with other conductivities and other resistances (ohm cm2) of the same faces.

        On a graded mesh, the conductivities are uniform in the regions the problem was given.
        """
        field = check_conductivity(conductivity)
        if not percolates(conducting(field), self.axis):
            return 0.0
        scaled = np.maximum(self._scaled(resistance[self.kept]), _NEARLY_NONE)
        primal = self.primal.solve(field / self.reference, scaled)
        value = primal.effective_conductivity
        verify([primal.solution], None, value, Promise(tolerance, True, self.solver.method))
        return value * self.reference

    def _rigorous_potential(self, field: np.ndarray, resistance: np.ndarray) -> PrimalSolution:
        """The potential problem without the one approximation in it (see `primal`)."""
        with SpdSolver(len(self.shape), self.solver.requested) as solver:
            problem = self._primal_type(strength(field), self.axis, self.faces, solver, mesh=self.mesh, rigorous=True)
            return problem.solve(field, resistance)

    def _scaled(self, resistance: np.ndarray) -> np.ndarray:
        return resistance * self.reference / self.voxel_size

    def _lower(self, field: np.ndarray, resistance: np.ndarray) -> tuple[float, DiscreteSolution]:
        with SpdSolver(len(self.shape), self.solver.requested) as solver:  # apart: the other factorisation is kept
            if len(self.shape) == 2:
                dual = dual_bound(field, self.axis, self.faces, resistance, solver, self.mesh)
                return dual.lower, dual.solution
            return flux_bound(field, self.axis, self.faces, resistance, solver)


def _is_graded(mesh: MeshKind, shape: tuple[int, ...], primal: type[PrimalProblem]) -> bool:
    """Whether to solve on a graded mesh; only the direct discretisation of 2D pictures can."""
    able = len(shape) == 2 and primal is PrimalProblem
    if mesh == "graded" and not able:
        raise InputError(
            f"a graded mesh for a {len(shape)}D grid and {primal.__name__}",
            "a 2D picture and the direct backend",
            "ask for mesh 'pixels'",
        )
    return able and (mesh == "graded" or (mesh == "auto" and math.prod(shape) >= _GRADED_FROM))


def checked_grid(field: np.ndarray, voxel_size: float, axis: int) -> tuple[int, ...]:
    """Shape of the grid under a checked field, after checking voxel size and array axis too."""
    shape = grid_of(field)
    assert shape is not None
    if not np.isfinite(voxel_size) or voxel_size <= 0:
        raise InputError(f"voxel size {voxel_size!r} cm", "a finite size above 0", "give the edge of a pixel in cm")
    if isinstance(axis, bool) or not isinstance(axis, (int, np.integer)) or not 0 <= axis < len(shape):
        raise InputError(f"array axis {axis!r}", f"0 to {len(shape) - 1}", "choose the axis current flows along")
    return shape


def resistive(surfaces: Surfaces, live: np.ndarray, unit: float) -> np.ndarray:
    """Which faces matter: both pixels conduct, and the resistance is not vanishing against `unit` (ohm cm2)."""
    if not np.isfinite(surfaces.resistance).all() or (surfaces.resistance < 0).any():
        raise InputError("a negative or non-finite resistance", "ohm cm2 >= 0", "check the resistances of interfaces")
    flat = live.ravel()
    return flat[surfaces.first] & flat[surfaces.second] & (surfaces.resistance > _SMALLEST * unit)
