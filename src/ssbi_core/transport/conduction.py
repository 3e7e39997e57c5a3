"""The record of one solved structure: checks, bounds in order, fields in physical units."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ssbi_core.errors import SolverError
from ssbi_core.transport.discrete_problem import DiscreteSolution, check
from ssbi_core.transport.pixel_fields import current_density, gradient_square
from ssbi_core.transport.primal import PrimalSolution
from ssbi_core.transport.solution import Bounded

_SMALLEST = 1e-7  # effective conductivity, as a share of the largest in the field, below which rounding counts
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
    corner_potential : (pixels, 2^d) V at the corners of every pixel, as in `potential`; None where nothing conducts.
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
    corner_potential: np.ndarray | None = None


@dataclass(frozen=True)
class Unit:
    """What dimensionless results are multiplied by: S/cm, cm per pixel; and the grid they live on."""

    conductivity: float
    length: float
    shape: tuple[int, ...]
    axis: int


@dataclass(frozen=True)
class Promise:
    """Accuracy asked for, whether missing it is an error, and the linear solver that should reach it."""

    tolerance: float
    throw: bool
    method: str


def insulating(shape: tuple[int, ...], faces: int) -> Conduction:
    """The record of a structure that no path leads through."""
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


def collect(
    potentials: list[PrimalSolution],
    from_below: tuple[float, DiscreteSolution | None],
    field: np.ndarray,
    face_share: np.ndarray,
    unit: Unit,
    promise: Promise,
) -> Conduction:
    """Check the solves and put their results together.

    Parameters
    ----------
    potentials : the potential problem, and where that gave no bound (see `primal`), one that does.
    from_below : lower bound with the solution behind it; (0, None) where it was not asked for.
    field : dimensionless conductivity, scalars or tensors.
    face_share : share of the dissipated power per resistive face.

    Raises
    ------
    SolverError
        If a solve misses what is promised, and that is to be raised.
    """
    primal, (lower, dual) = potentials[0], from_below
    from_potential, upper = primal.effective_conductivity, potentials[-1].upper
    converged = verify([p.solution for p in potentials], dual, from_potential, promise)
    estimate = from_potential
    if dual is not None:
        lower, upper = ordered(lower, upper, crossing=promise.tolerance, throw=promise.throw)
        # Torn at the tips of resistive lines, the first potential is no bound but the better estimate.
        estimate = float(np.clip(np.sqrt(lower * from_potential), lower, upper))
    corners = primal.corner_potential
    return Conduction(
        effective_conductivity=Bounded(*(float(v * unit.conductivity) for v in (estimate, lower, upper))),
        potential=corners.mean(axis=1).reshape(unit.shape),
        current_density=current_density(corners, field, unit.shape) * (unit.conductivity / unit.length),
        sensitivity=gradient_square(corners, len(unit.shape)).reshape(unit.shape) * primal.scale,
        dissipation=(primal.pixel_energy / primal.solution.energy).reshape(unit.shape),
        face_dissipation=face_share,
        percolates=True,
        method=promise.method,
        flux_imbalance=primal.solution.flux_imbalance,
        converged=converged,
        from_potential=from_potential * unit.conductivity,
        corner_potential=corners,
    )


def verify(potentials: list[DiscreteSolution], dual: DiscreteSolution | None, upper: float, promise: Promise) -> bool:
    """Residual and flux balance; in a wide range of conductances rounding of the potential alone unbalances fluxes."""
    allowed = max(promise.tolerance, min(1e-3, _ROUNDING / min(upper, _SMALLEST)))
    try:
        for solution in potentials:
            check(solution, tolerance=allowed, what="potential")
        if dual is not None:
            check(dual, tolerance=allowed, what="lower bound")
    except SolverError:
        if promise.throw:
            raise
        return False
    return True


def ordered(lower: float, upper: float, *, crossing: float, throw: bool) -> tuple[float, float]:
    """The bounds in order; they may cross by rounding."""
    if lower > upper * (1 + crossing) and throw:
        raise SolverError(
            f"a lower bound {lower:g} above the upper one {upper:g}",
            "bounds in order",
            "check the conductivities for extreme values, or install napari-ssbi[pardiso]",
        )
    return min(lower, upper), max(lower, upper)
