"""Polarisation curve of an interface: current against voltage with full Butler-Volmer kinetics at the contact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from ssbi_core.errors import InputError
from ssbi_core.io.phase_map import PhaseMap
from ssbi_core.materials import MaterialSystem
from ssbi_core.transport.conduct import MeshKind
from ssbi_core.transport.contact_kinetics.contact_conduction import ContactConduction
from ssbi_core.transport.solve import primal_type
from ssbi_core.transport.structure import Structure

_LARGEST_VOLTAGE = 10.0  # V; beyond, the exponentials mean nothing


@dataclass(frozen=True, eq=False)
class PolarisationCurve:
    """Current through the field of view against applied voltage, the equilibrium potential difference taken out.

    Attributes
    ----------
    voltage : (n,) V, potential of the first face of the axis less that of the last.
    current_density : (n,) A/cm2, positive from the first face to the last.
    area_specific_resistance : (n,) ohm cm2, voltage / current; at 0 V its limit.
    differential_conductance : (n,) d current / d voltage, S/cm2.
    contact_share : (n,) share of the dissipated power that falls to charge transfer.
    newton_iterations : (n,) Newton steps since the voltage solved before it, continuation included.
    converged : (n,) whether Newton's method and the flux balance met their tolerances.
    flux_imbalance : (n,) |inlet - outlet| / mean flux.
    conductivity_gradient : (n, grid) or (n, grid, d, d) d current / d conductivity of each pixel, (A/cm2)/(S/cm),
        None where it was not asked for.
    linear_resistance : ohm cm2 for a small voltage.
    temperature : K.
    reason : why there is no current, or why points are not converged; empty otherwise.
    settings : how the curve was made.
    """

    voltage: np.ndarray
    current_density: np.ndarray
    area_specific_resistance: np.ndarray
    differential_conductance: np.ndarray
    contact_share: np.ndarray
    newton_iterations: np.ndarray
    converged: np.ndarray
    flux_imbalance: np.ndarray
    conductivity_gradient: np.ndarray | None
    linear_resistance: float
    temperature: float
    reason: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)


def polarisation_curve(
    phases: PhaseMap,
    voltages: Sequence[float] | np.ndarray,
    *,
    system: str | MaterialSystem = "llzo_nmc",
    temperature: float = 298.15,
    axis: int | None = None,
    conductivity: Mapping[str, float] | None = None,
    resistance: Mapping[str, float] | None = None,
    anodic_transfer: float = 0.5,
    gradients: bool = False,
    tolerance: float = 1e-9,
    throw: bool = True,
    backend: Literal["direct", "jax-fem"] = "direct",
    solver: str = "auto",
    mesh: MeshKind = "auto",
) -> PolarisationCurve:
    """Current against voltage, with i = i0 [exp(a F eta / RT) - exp(-(1 - a) F eta / RT)] at the contact.

    eta is the potential of the electrode side less that of the electrolyte side (towards the last face where the
    picture does not tell), i0 = RT / (F R) from the contact's area-specific resistance R. All else is linear.

    Parameters
    ----------
    phases, system, temperature, axis, conductivity, resistance, backend : as in `solve_conduction`.
    voltages : (n,) V, in any order.
    anodic_transfer : a, above 0 and below 1.
    gradients : also return the derivative of each current by the conductivity of every pixel.
    tolerance : of the potential in the energy norm, relative, before the last Newton step (which squares it).
    throw : raise SolverError where a voltage does not converge; otherwise mark it.
    solver, mesh : as in `conduct`.

    Raises
    ------
    InputError, CalibrationError, MaterialError
        If an argument or the labels are not valid.
    SolverError
        If a voltage does not converge and `throw` is set.
    """
    wanted = _checked_voltages(voltages)
    _check_shares(anodic_transfer, tolerance)
    structure = Structure.of(phases, system, axis, conductivity, resistance)
    built = structure.field(temperature)
    settings = structure.settings(temperature) | {"anodic_transfer": anodic_transfer, "backend": backend}
    contact = ContactConduction(
        built, structure.array_axis, temperature, anodic_transfer, tolerance, solver, mesh, primal_type(backend)
    )
    with contact:
        curve = contact.curve(wanted, gradients=gradients, throw=throw)
    return PolarisationCurve(**curve, temperature=temperature, settings=settings)


def _checked_voltages(voltages: Sequence[float] | np.ndarray) -> np.ndarray:
    wanted = np.asarray(voltages, dtype=np.float64)
    if wanted.ndim != 1 or wanted.size == 0 or not np.isfinite(wanted).all():
        raise InputError(
            f"voltages {voltages!r}", "a list of finite numbers in V", "pass e.g. numpy.linspace(-0.2, 0.2, 9)"
        )
    if np.abs(wanted).max() > _LARGEST_VOLTAGE:
        largest = f"voltages up to {_LARGEST_VOLTAGE:g} V"
        raise InputError(f"a voltage of {np.abs(wanted).max():g} V", largest, "give volt, not millivolt")
    return wanted


def _check_shares(anodic_transfer: float, tolerance: float) -> None:
    if not 0 < anodic_transfer < 1:
        raise InputError(f"anodic_transfer {anodic_transfer!r}", "a number above 0 and below 1", "use 0.5")
    if not 0 < tolerance <= 1e-3:
        raise InputError(f"tolerance {tolerance!r}", "a number above 0 and at most 1e-3", "use 1e-9")
