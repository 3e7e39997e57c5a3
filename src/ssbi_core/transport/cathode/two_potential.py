"""Resistance of a cathode in which ions and electrons both move: ions enter at one face, electrons leave at the other.

Charge transfer turns the one current into the other, linearised as R_ct = RT / (F i0) of the contact. In a picture that
shows the particles it happens at the faces between active material and electrolyte; a cathode drawn as one composite
has it everywhere, a = 3 f / (r R_ct) per volume with particles of radius r and volume fraction f.
Source: J. Newman, K. E. Thomas-Alyea, Electrochemical Systems, 3rd ed. (2004), section 22.5 (linear kinetics).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from ssbi_core.errors import InputError
from ssbi_core.io.phase_map import PhaseMap
from ssbi_core.materials import MaterialSystem, Phase
from ssbi_core.transport.cathode.cathode_structure import (
    electrolyte_first,
    electronic_field,
    transfer_faces,
    transfer_resistance,
)
from ssbi_core.transport.cathode.coupled_potentials import CoupledProblem, CoupledSolution, TransferFaces
from ssbi_core.transport.conduct import resistive
from ssbi_core.transport.discrete_problem import check
from ssbi_core.transport.linear_solve import SpdSolver
from ssbi_core.transport.structure import Structure
from ssbi_core.transport.surfaces import Surfaces

Carrier = Literal["ionic", "electronic", "charge_transfer"]

_TOLERANCE = 1e-6
_SMALLEST_RESISTANCE = 1e-7  # of a face that transfers charge, as a share of a pixel's own
_CM_PER_NM = 1e-7


@dataclass(frozen=True, eq=False)
class CathodeSolution:
    """Steady ionic and electronic conduction through a cathode, for 1 V between its two contacts.

    Attributes
    ----------
    area_specific_resistance : ohm cm2 between the ionic contact and the electronic contact; infinite if nothing joins
        them.
    resistance_share : carrier -> share of the dissipated power, summing to 1 ("ionic", "electronic",
        "charge_transfer"); empty where nothing joins the contacts.
    ionic_potential, electronic_potential : (grid) V at pixel centres; NaN where that carrier does not move.
    ionic_current_share : (n,) share of the current that ions carry through each plane of pixels along the axis.
    axis : transport axis.
    ions_first : whether ions enter at the first face of the axis (else at the last).
    temperature : K.
    flux_imbalance : |inlet - outlet| / mean flux.
    settings : how it was made.
    """

    area_specific_resistance: float
    resistance_share: Mapping[Carrier, float]
    ionic_potential: np.ndarray
    electronic_potential: np.ndarray
    ionic_current_share: np.ndarray
    axis: int
    ions_first: bool
    temperature: float
    flux_imbalance: float
    settings: Mapping[str, Any] = field(default_factory=dict)


def two_potential_cathode(
    phases: PhaseMap,
    *,
    system: str | MaterialSystem = "llzo_nmc",
    temperature: float = 298.15,
    axis: int | None = None,
    conductivity: Mapping[str, float] | None = None,
    electronic_conductivity: Mapping[str, float] | None = None,
    resistance: Mapping[str, float] | None = None,
    particle_radius_nm: float | None = None,
    active_fraction: float = 1.0,
    ionic_face: Literal["first", "last"] | None = None,
    throw: bool = True,
    solver: str = "auto",
) -> CathodeSolution:
    """Effective area-specific resistance of a cathode between an ionic and an electronic contact.

    Parameters
    ----------
    phases, system, temperature, axis, resistance : as in `solve_conduction`; the contact's resistance is the R_ct of
        charge transfer also where the picture draws no contact line.
    conductivity : ionic, as in `solve_conduction`. In a picture that shows particles, NMC conducts no ions unless it is
        named here: lithium enters it as an atom, at the potential of its electrons.
    electronic_conductivity : phase key -> S/cm, instead of the material system's.
    particle_radius_nm : None for a picture that shows the particles; else nmc stands for a composite in which both
        carriers move and that transfers charge per volume, and contact lines carry no resistance.
    active_fraction : f, volume share of particles in such a composite.
    ionic_face : outer face of the axis where ions enter; None takes the one with less NMC in its half.
    throw : raise SolverError where the solve is not accurate, otherwise see `flux_imbalance`.
    solver : linear solver, as in `conduct`.

    Raises
    ------
    InputError, CalibrationError, MaterialError
        If an argument or the labels are not valid, or the electronic conductivity of NMC is not known.
    SolverError
        If the solve is not accurate and `throw` is set.
    """
    _check_composite(particle_radius_nm, active_fraction)
    if ionic_face not in (None, "first", "last"):
        raise InputError(f"ionic_face {ionic_face!r}", "'first' or 'last'", "leave it out to have it found")
    structure = Structure.of(phases, system, axis, conductivity, resistance)
    built = structure.field(temperature)
    per_area = transfer_resistance(structure, temperature)
    electrons = electronic_field(built.body, structure.system, temperature, electronic_conductivity)
    ions = built.conductivity.copy()
    surfaces, contacts, per_volume = built.surfaces, TransferFaces.none(), np.zeros(ions.shape)
    if particle_radius_nm is None:
        if "nmc" not in structure.conductivity:
            ions[built.body == Phase.NMC] = 0.0
        contacts = transfer_faces(built, ions > 0, electrons > 0, per_area)
    else:
        surfaces = surfaces.select(surfaces.phase != Phase.CONTACT)
        radius = particle_radius_nm * _CM_PER_NM
        per_volume[built.body == Phase.NMC] = 3 * active_fraction / (radius * per_area)
    first = ionic_face == "first" if ionic_face else electrolyte_first(built.body, structure.array_axis)
    settings = structure.settings(temperature) | {
        "electronic_conductivity": dict(electronic_conductivity or {}),
        "particle_radius_nm": particle_radius_nm,
        "active_fraction": active_fraction,
    }
    solved = solve_coupled(
        ions,
        electrons,
        built.voxel_size,
        structure.array_axis,
        transfer=per_volume,
        surfaces=surfaces,
        contacts=contacts,
        ions_first=first,
        throw=throw,
        solver=solver,
    )
    return CathodeSolution(**solved, axis=structure.axis, ions_first=first, temperature=temperature, settings=settings)


def solve_coupled(
    ionic: np.ndarray,
    electronic: np.ndarray,
    voxel_size: float,
    axis: int,
    *,
    transfer: np.ndarray,
    surfaces: Surfaces | None = None,
    contacts: TransferFaces | None = None,
    ions_first: bool = True,
    throw: bool = True,
    solver: str = "auto",
) -> dict[str, Any]:
    """Numbers and fields of a `CathodeSolution` from conductivities.

    Parameters
    ----------
    ionic, electronic : (grid) S/cm.
    voxel_size : cm.
    axis : array axis.
    transfer : (grid) S/cm3.
    surfaces : faces that resist the ions, ohm cm2.
    contacts : faces that transfer charge, ohm cm2.
    ions_first, throw, solver : as in `two_potential_cathode`.
    """
    surfaces, contacts = surfaces or Surfaces.none(), contacts or TransferFaces.none()
    reference = float(max(ionic.max(), electronic.max())) or 1.0
    unit = voxel_size / reference  # ohm cm2 of a pixel
    kept = surfaces.select(resistive(surfaces, ionic > 0, unit))
    kept = Surfaces(kept.first, kept.second, kept.axis, kept.resistance / unit, kept.phase)
    scaled = np.maximum(contacts.resistance / unit, _SMALLEST_RESISTANCE)
    contacts = TransferFaces(contacts.ion, contacts.electron, contacts.axis, scaled)
    with SpdSolver(ionic.ndim, solver) as linear:
        problem = CoupledProblem(
            ionic / reference,
            electronic / reference,
            transfer * voxel_size**2 / reference,
            axis,
            kept,
            contacts,
            linear,
            ions_first=ions_first,
        )
        solved = problem.solve()
    if solved.joined and throw:
        check(solved.solution, tolerance=_TOLERANCE, what="ionic and electronic potential")
    section = ionic.size / ionic.shape[axis]
    total = sum(solved.power.values())
    return {
        "area_specific_resistance": section * unit / total if solved.joined else math.inf,
        "resistance_share": {k: p / total for k, p in solved.power.items()} if solved.joined else {},
        "ionic_potential": solved.ionic.mean(axis=1).reshape(ionic.shape),
        "electronic_potential": solved.electronic.mean(axis=1).reshape(ionic.shape),
        "ionic_current_share": _ionic_share(problem, solved),
        "flux_imbalance": solved.solution.flux_imbalance if solved.joined else 0.0,
    }


def _ionic_share(problem: CoupledProblem, solved: CoupledSolution) -> np.ndarray:
    ions = problem.current(problem.ionic, solved.ionic)
    total = ions + problem.current(problem.electronic, solved.electronic)
    return np.divide(ions, total, out=np.zeros_like(ions), where=total != 0) if solved.joined else np.zeros_like(ions)


def _check_composite(particle_radius_nm: float | None, active_fraction: float) -> None:
    if particle_radius_nm is not None and not (math.isfinite(particle_radius_nm) and particle_radius_nm > 0):
        raise InputError(f"particle_radius_nm {particle_radius_nm!r}", "a finite number above 0", "correct it")
    if not 0 < active_fraction <= 1:
        raise InputError(f"active_fraction {active_fraction!r}", "a share above 0 and at most 1", "correct it")
