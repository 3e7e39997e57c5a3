"""What a cathode needs beside its ionic field: electronic conductivities, and the faces that transfer charge."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ssbi_core.errors import InputError, MaterialError
from ssbi_core.materials import INTERFACES, PHASES, MaterialSystem, Phase
from ssbi_core.transport.cathode.coupled_potentials import TransferFaces
from ssbi_core.transport.conductivity_field import ConductionField
from ssbi_core.transport.properties import phase_properties
from ssbi_core.transport.structure import Structure


def electronic_field(
    body: np.ndarray, system: MaterialSystem, temperature: float, given: Mapping[str, float] | None = None
) -> np.ndarray:
    """Electronic conductivity of every pixel in S/cm; 0 for phases of which the material system says nothing.

    Raises
    ------
    MaterialError
        If nothing is known of NMC.
    """
    # Parsed and checked by the rules of ionic conductivities.
    known = phase_properties(system, temperature, given)[0] if given else {}
    named = {Phase.parse(key) for key in given or {}}
    table = np.zeros(len(Phase))
    for phase in PHASES:
        if phase in named:
            table[phase] = known[phase]
        elif phase not in INTERFACES:
            table[phase] = system.electronic_conductivity(phase, temperature) or 0.0
    if table[Phase.NMC] == 0 and Phase.NMC not in named:
        raise MaterialError(
            f"material system {system.name} without electronic conductivity of nmc",
            "electronic_conductivity in S/cm under [phases.nmc]",
            'add it to the material file, or pass electronic_conductivity={"nmc": ...}',
        )
    return table[body]


def transfer_faces(built: ConductionField, ions: np.ndarray, electrons: np.ndarray, resistance: float) -> TransferFaces:
    """Faces between NMC that conducts electrons and anything else that conducts ions.

    Parameters
    ----------
    built : the structure; a face of its contact lines keeps the resistance it has there, one of another line adds it.
    ions, electrons : (grid) whether each carrier moves in a pixel.
    resistance : ohm cm2 of all other faces.
    """
    active = ((built.body == Phase.NMC) & electrons).ravel()
    supply = ((built.body != Phase.NMC) & ions).ravel()
    index, lines, found = np.arange(active.size).reshape(built.body.shape), built.surfaces, []
    for axis in range(index.ndim):
        own = np.full(active.size, resistance)
        along = lines.axis == axis
        beside = np.where(lines.phase[along] == Phase.CONTACT, 0.0, resistance)
        own[lines.first[along]] = lines.resistance[along] + beside
        moved = np.moveaxis(index, axis, 0)
        before, behind = moved[:-1].ravel(), moved[1:].ravel()
        for ion, electron in ((before, behind), (behind, before)):
            on = supply[ion] & active[electron]
            found.append((ion[on], electron[on], np.full(int(on.sum()), axis), own[before[on]]))
    return TransferFaces(*(np.concatenate(column) for column in zip(*found, strict=True)))


def transfer_resistance(structure: Structure, temperature: float) -> float:
    """R_ct of the contact in ohm cm2."""
    value = structure.properties(temperature)[1].get(Phase.CONTACT, 0.0)
    if value <= 0:
        raise InputError(
            "a contact without area-specific resistance",
            "ohm cm2 above 0: it is the charge transfer between ions and electrons",
            'give resistance={"contact": ...} instead of its conductivity',
        )
    return value


def electrolyte_first(body: np.ndarray, axis: int) -> bool:
    """Whether the first half along the axis holds no more NMC than the last."""
    active = np.moveaxis(body == Phase.NMC, axis, 0)
    half = len(active) // 2
    return bool(active[:half].sum() <= active[len(active) - half :].sum())
