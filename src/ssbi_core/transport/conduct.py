"""Effective conductivity of a conductivity field: percolation, potential, both bounds, one record."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ssbi_core.errors import InputError, SolverError
from ssbi_core.transport.concurrency import both, worth_two_threads
from ssbi_core.transport.discrete_problem import DiscreteSolution, check
from ssbi_core.transport.dual import dual_bound
from ssbi_core.transport.elements import gradient_products, laplacian, mean_gradient
from ssbi_core.transport.flux_bound import flux_bound
from ssbi_core.transport.linear_solve import SpdSolver
from ssbi_core.transport.percolation import percolates
from ssbi_core.transport.primal import PrimalProblem, PrimalSolution
from ssbi_core.transport.solution import Bounded
from ssbi_core.transport.surfaces import Surfaces
from ssbi_core.transport.tensors import check_conductivity, conducting, grid_of, is_tensor, strength

_SMALLEST = 1e-7  # a face with less than this share of a pixel's own resistance is none
_NEARLY_NONE = 1e-5  # resistance left to a face whose interface is taken away, as a share of a pixel's own
_CROSSING = 0.1  # by which bounds may cross where resistive lines end at weak pixels (see primal); beyond, a new bound
_ROUNDING = 200 * np.finfo(float).eps


@dataclass(frozen=True, eq=False)
class Conduction:
    """Steady conduction through a field, for unit voltage between the two outer faces of the axis.

    Attributes
    ----------
    effective_conductivity : S/cm with bounds; `lower` is 0 where bounds were not asked for.
    potential : V at pixel centres; NaN where no conducting path leads to either face.
    current_density : (d, grid) components in A/cm2 for 1 V over the field of view.
    sensitivity : d sigma_eff / d sigma per pixel; zero in insulators.
    dissipation : share of the dissipated power per pixel (resistive faces not counted).
    face_dissipation : share of the dissipated power per resistive face passed in.
    percolates, method, flux_imbalance : as in `ConductionSolution`.
    converged : whether every solve met its tolerance.
    from_potential : S/cm of the potential problem alone, for comparison with other solves of it.
    """

    effective_conductivity: Bounded
    potential: np.ndarray
    current_density: np.ndarray
    sensitivity: np.ndarray
    dissipation: np.ndarray
    face_dissipation: np.ndarray
    percolates: bool
    method: str
    flux_imbalance: float
    converged: bool = True
    from_potential: float = 0.0


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
    method : linear solver, "auto", "pardiso", "superlu" or "amg".

    Raises
    ------
    InputError
        If the field, the voxel size or the axis is not valid.
    SolverError
        If a solve is not accurate to `tolerance`.
    """
    with ConductionProblem(conductivity, voxel_size, axis, surfaces=surfaces, method=method) as problem:
        return problem.solve(bounds=bounds, tolerance=tolerance, throw=throw)


class ConductionProblem:
    """A structure set up once, to be solved as it is and with some of its properties changed.

    Parameters as in `conduct`. Use as a context manager: a kept factorisation can be large.
    """

    def __init__(
        self,
        conductivity: np.ndarray,
        voxel_size: float = 1.0,
        axis: int = 0,
        *,
        surfaces: Surfaces | None = None,
        method: str = "auto",
        primal: type[PrimalProblem] = PrimalProblem,
    ) -> None:
        self.field = check_conductivity(conductivity)
        self.shape = checked_grid(self.field, voxel_size, axis)
        self.axis, self.voxel_size, self._primal_type = axis, voxel_size, primal
        self.live = conducting(self.field)
        self.reference = float(np.max(self.field)) or 1.0
        surfaces = surfaces or Surfaces.none()
        self.kept = resistive(surfaces, self.live, voxel_size / self.reference)
        self.faces = surfaces.select(self.kept)
        self.solver = SpdSolver(len(self.shape), method)

    def __enter__(self) -> ConductionProblem:
        return self

    def __exit__(self, *_: object) -> None:
        self.solver.close()

    @cached_property
    def primal(self) -> PrimalProblem:
        """The potential problem, whose sparsity pattern all solves share."""
        return self._primal_type(strength(self.field), self.axis, self.faces, self.solver)

    def solve(self, *, bounds: bool = True, tolerance: float = 1e-6, throw: bool = True) -> Conduction:
        """Solve the structure as it is (see `conduct`)."""
        if not percolates(self.live, self.axis):
            return _insulating(self.shape, self.kept.size)
        scaled, resistance = self.field / self.reference, self._scaled(self.faces.resistance)
        primal, (lower, dual) = self._both_problems(scaled, resistance) if bounds else (self.potential(), (0.0, None))
        upper = primal.effective_conductivity
        if dual is not None and lower > upper * (1 + _CROSSING):
            upper = self._rigorous_upper(scaled, resistance)
        share = np.zeros(self.kept.size)
        share[self.kept] = primal.face_energy / primal.solution.energy
        unit = _Unit(self.reference, self.voxel_size, self.shape, self.axis)
        promise = _Promise(tolerance, throw, self.solver.method)
        return _collect(primal, (lower, upper), dual, scaled, share, unit, promise)

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
        size = int(np.prod(self.shape))
        return self._primal_type is PrimalProblem and worth_two_threads(size, self.solver.choose(size))

    def beside(self) -> ConductionProblem:
        """The same structure with a factorisation of its own, for another thread."""
        other = copy(self)
        other.solver = SpdSolver(len(self.shape), self.solver.requested)
        other.__dict__["primal"] = self.primal.beside(other.solver)
        return other

    def upper(self, conductivity: np.ndarray, resistance: np.ndarray, *, tolerance: float = 1e-6) -> float:
        """Upper bound in S/cm with other conductivities and other resistances (ohm cm2) of the same faces."""
        field = check_conductivity(conductivity)
        if not percolates(conducting(field), self.axis):
            return 0.0
        scaled = np.maximum(self._scaled(resistance[self.kept]), _NEARLY_NONE)
        primal = self.primal.solve(field / self.reference, scaled)
        value = primal.effective_conductivity
        _verify([primal.solution], value, _Promise(tolerance, True, self.solver.method))
        return value * self.reference

    def _rigorous_upper(self, field: np.ndarray, resistance: np.ndarray) -> float:
        """Upper bound without the one approximation in the potential problem (see `primal`)."""
        with SpdSolver(len(self.shape), self.solver.requested) as solver:
            problem = self._primal_type(strength(field), self.axis, self.faces, solver, rigorous=True)
            return problem.solve(field, resistance).effective_conductivity

    def _scaled(self, resistance: np.ndarray) -> np.ndarray:
        return resistance * self.reference / self.voxel_size

    def _lower(self, field: np.ndarray, resistance: np.ndarray) -> tuple[float, DiscreteSolution]:
        bound = dual_bound if len(self.shape) == 2 else flux_bound
        with SpdSolver(len(self.shape), self.solver.requested) as solver:  # apart: the other factorisation is kept
            return bound(field, self.axis, self.faces, resistance, solver)


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


@dataclass(frozen=True)
class _Unit:
    conductivity: float
    length: float
    shape: tuple[int, ...]
    axis: int


@dataclass(frozen=True)
class _Promise:
    tolerance: float
    throw: bool
    method: str


def _insulating(shape: tuple[int, ...], faces: int) -> Conduction:
    zero = np.zeros(shape)
    return Conduction(
        effective_conductivity=Bounded(0.0, 0.0, 0.0),
        potential=np.full(shape, np.nan),
        current_density=np.zeros((len(shape), *shape)),
        sensitivity=zero,
        dissipation=zero.copy(),
        face_dissipation=np.zeros(faces),
        percolates=False,
        method="none",
        flux_imbalance=0.0,
    )


def _collect(
    primal: PrimalSolution,
    bounds: tuple[float, float],
    dual: DiscreteSolution | None,
    field: np.ndarray,
    face_share: np.ndarray,
    unit: _Unit,
    promise: _Promise,
) -> Conduction:
    (lower, upper), from_potential = bounds, primal.effective_conductivity
    converged = _verify([primal.solution, dual], from_potential, promise)
    estimate = from_potential
    if dual is not None:
        crossing = _CROSSING if face_share.size else promise.tolerance
        lower, upper = _ordered(lower, upper, crossing=crossing, throw=promise.throw)
        # Where a rigorous upper bound had to be found apart, the potential itself stays the better estimate.
        estimate = float(np.clip(np.sqrt(lower * from_potential), lower, upper))
    corners = primal.corner_potential
    return Conduction(
        effective_conductivity=Bounded(*(float(v * unit.conductivity) for v in (estimate, lower, upper))),
        potential=corners.mean(axis=1).reshape(unit.shape),
        current_density=_current(corners, field, unit) * (unit.conductivity / unit.length),
        sensitivity=gradient_square(corners, len(unit.shape)).reshape(unit.shape) * primal.scale,
        dissipation=(primal.pixel_energy / primal.solution.energy).reshape(unit.shape),
        face_dissipation=face_share,
        percolates=True,
        method=promise.method,
        flux_imbalance=primal.solution.flux_imbalance,
        converged=converged,
        from_potential=from_potential * unit.conductivity,
    )


def _verify(solutions: list[DiscreteSolution | None], upper: float, promise: _Promise) -> bool:
    """Residual and flux balance; in a wide range of conductances rounding of the potential alone unbalances fluxes."""
    allowed = max(promise.tolerance, min(1e-3, _ROUNDING / min(upper, _SMALLEST)))
    try:
        for solution, what in zip(solutions, ("potential", "lower bound"), strict=False):
            if solution is not None:
                check(solution, tolerance=allowed, what=what)
    except SolverError:
        if promise.throw:
            raise
        return False
    return True


def _ordered(lower: float, upper: float, *, crossing: float, throw: bool) -> tuple[float, float]:
    """The bounds in order. They may cross by rounding, or by the weak pixels at the ends of resistive lines."""
    if lower > upper * (1 + crossing) and throw:
        raise SolverError(
            f"a lower bound {lower:g} above the upper one {upper:g}",
            "bounds in order",
            "check the conductivities for extreme values, or install napari-ssbi[pardiso]",
        )
    return min(lower, upper), max(lower, upper)


def _current(corners: np.ndarray, field: np.ndarray, unit: _Unit) -> np.ndarray:
    ndim = len(unit.shape)
    gradient = np.nan_to_num(corners @ mean_gradient(ndim).T)
    if is_tensor(field):
        flow = -np.einsum("pij,pj->pi", field.reshape(-1, ndim, ndim), gradient)
    else:
        flow = -field.reshape(-1, 1) * gradient
    return flow.T.reshape(ndim, *unit.shape)


def gradient_square(corners: np.ndarray, ndim: int) -> np.ndarray:
    """Mean of |grad phi|^2 over every pixel from its corner potentials (pixels, 2^d); 0 where they are NaN."""
    local = np.nan_to_num(corners - corners[:, :1])
    return np.sum((local @ laplacian(ndim)) * local, axis=1)


def gradient_outer(corners: np.ndarray, ndim: int) -> np.ndarray:
    """Mean of grad phi (x) grad phi over every pixel, (pixels, d, d)."""
    local = np.nan_to_num(corners - corners[:, :1])
    return np.einsum("pa,ijab,pb->pij", local, gradient_products(ndim), local, optimize=True)
