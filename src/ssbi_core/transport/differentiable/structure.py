"""Effective conductivity of a labelled picture as a JAX function of temperature and of what its phases are made of.

Every phase follows sigma T = A exp(-Ea / kT), fixed by its conductivity at the reference temperature of the material
system; R / T of an interface follows the inverse. Which pixels and faces take which of them depends on the labels
alone, and is found once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike

from ssbi_core.errors import InputError
from ssbi_core.io.phase_map import PhaseMap
from ssbi_core.materials import INTERFACES, LAYERS, MaterialSystem, Phase
from ssbi_core.materials.system import arrhenius_exponent
from ssbi_core.transport.conductivity_field import build_field
from ssbi_core.transport.differentiable.conductivity import effective_conductivity
from ssbi_core.transport.properties import phase_properties
from ssbi_core.transport.structure import Structure
from ssbi_core.transport.surfaces import Surfaces


class MaterialParameters(NamedTuple):
    """What an effective conductivity can be differentiated by; a pytree, as are its gradients.

    Attributes
    ----------
    temperature : K.
    conductivity : phase key -> S/cm at the reference temperature of the material system.
    resistance : phase key -> ohm cm2 at that temperature, of interfaces and of layers given by their resistance.
    activation_energy : phase key -> eV; phases that are not in it keep their value at every temperature.
    """

    temperature: ArrayLike
    conductivity: Mapping[str, ArrayLike]
    resistance: Mapping[str, ArrayLike]
    activation_energy: Mapping[str, ArrayLike]


@dataclass(frozen=True, eq=False)
class DifferentiableStructure:
    """A labelled picture whose effective conductivity is a function of `MaterialParameters`.

    Attributes
    ----------
    parameters : those of the material system, of the phases present; insulators are left out.
    reference_temperature : K, at which conductivities and resistances are given.
    axis : array axis of transport.
    voxel_size : cm.
    surfaces : resistive faces, `resistance` being their drawn over their true area.
    body : (grid) phase code that each pixel takes its conductivity from.
    thickness : (grid) cm, of layers that are given by their resistance; 1 elsewhere.
    sides : (2, faces) phase codes before and behind each face; the more resistive of the two sets its resistance.
    """

    parameters: MaterialParameters
    reference_temperature: float
    axis: int
    voxel_size: float
    surfaces: Surfaces
    body: np.ndarray
    thickness: np.ndarray
    sides: np.ndarray

    def effective_conductivity(self, parameters: MaterialParameters) -> jax.Array:
        """Effective conductivity in S/cm, as `solve_conduction` finds it without bounds and on pixels.

        May be put through jit, grad, hessian and the like (see the function of this name for what that costs, and
        for where there is no derivative).

        Raises
        ------
        InputError
            If the parameters are not of the phases that `parameters` names.
        SolverError
            At run time, if a solve is not accurate.
        """
        conductivity, resistance = self.properties(parameters)
        return effective_conductivity(
            conductivity, self.axis, surfaces=self.surfaces, resistance=resistance, voxel_size=self.voxel_size
        )

    def properties(self, parameters: MaterialParameters) -> tuple[jax.Array, jax.Array]:
        """Conductivity of every pixel in S/cm, (grid), and resistance of every face in ohm cm2, (faces,)."""
        if jax.tree.structure(parameters) != jax.tree.structure(self.parameters):
            raise InputError(
                f"parameters {jax.tree.structure(parameters)}",
                f"{jax.tree.structure(self.parameters)}",
                "change values of the parameters this structure came with, by _replace",
            )
        sigma, ohm = self._at_temperature(parameters)
        layers = {phase: 1 / value for phase, value in ohm.items() if phase in LAYERS}
        lines = {phase: value for phase, value in ohm.items() if phase not in LAYERS}
        conductivity = _by_code(sigma | layers)[self.body] * self.thickness
        return conductivity, _by_code(lines)[self.sides].max(axis=0) * self.surfaces.resistance

    def _at_temperature(self, parameters: MaterialParameters) -> tuple[dict[Phase, Any], dict[Phase, Any]]:
        """Conductivities in S/cm and resistances in ohm cm2."""
        kelvin, reference = parameters.temperature, self.reference_temperature
        factor = {
            key: jnp.exp(arrhenius_exponent(energy, kelvin, reference)) * reference / kelvin
            for key, energy in parameters.activation_energy.items()
        }
        sigma = {Phase.parse(key): value * factor.get(key, 1.0) for key, value in parameters.conductivity.items()}
        ohm = {Phase.parse(key): value / factor.get(key, 1.0) for key, value in parameters.resistance.items()}
        return sigma, ohm


def differentiable_structure(
    phases: PhaseMap,
    *,
    system: str | MaterialSystem = "llzo_nmc",
    temperature: float = 298.15,
    axis: int | None = None,
    conductivity: Mapping[str, float] | None = None,
    resistance: Mapping[str, float] | None = None,
) -> DifferentiableStructure:
    """Make the effective conductivity of a phase map a function that JAX can differentiate.

    Parameters
    ----------
    phases, system, temperature, axis, conductivity, resistance : as in `solve_conduction`. What is given as a
        conductivity or resistance is the same at every temperature.

    Returns
    -------
    DifferentiableStructure
        With `parameters` to start from. ``jax.grad(structure.effective_conductivity)(structure.parameters)`` are the
        derivatives by all of them.

    Raises
    ------
    InputError, CalibrationError, MaterialError
        If an argument or the labels are not valid.
    """
    structure = Structure.of(phases, system, axis, conductivity, resistance)
    bodies, faces = phase_properties(structure.system, temperature, conductivity, resistance)
    faces = {phase: value for phase, value in faces.items() if (structure.labels == phase).any()}
    unit = build_field(structure.labels, structure.voxel_size, dict.fromkeys(bodies, 1.0), dict.fromkeys(faces, 1.0))
    surfaces, flat = unit.surfaces, structure.labels.ravel()
    sides = np.stack([flat[surfaces.first], flat[surfaces.second]])
    conducting = {p: value for p, value in bodies.items() if value > 0 and (unit.body == p).any()}
    resisting = {p: value for p, value in faces.items() if p in LAYERS or (sides == p).any()}
    return DifferentiableStructure(
        parameters=_parameters(structure, temperature, conducting, resisting),
        reference_temperature=structure.system.reference_temperature_K,
        axis=structure.array_axis,
        voxel_size=structure.voxel_size,
        surfaces=surfaces,
        body=unit.body,
        thickness=unit.conductivity,
        sides=sides,
    )


def _parameters(
    structure: Structure, temperature: float, bodies: Mapping[Phase, float], faces: Mapping[Phase, float]
) -> MaterialParameters:
    """Values as given, and those of the material system at its reference temperature."""
    system, energies = structure.system, {}
    given = {Phase.parse(key) for key in (*structure.conductivity, *structure.resistance)}
    sigma, ohm = dict(bodies), dict(faces)
    for phase in (p for p in (*bodies, *faces) if p not in given):
        if phase in INTERFACES:
            record = system.interface(phase)
            ohm[phase] = record.resistance.value
        else:
            record = system.phase(phase)
            sigma[phase] = record.conductivity.value
        energies[phase] = record.activation_energy.value
    by_key = ({phase.key: value for phase, value in group.items()} for group in (sigma, ohm, energies))
    return MaterialParameters(float(temperature), *by_key)


def _by_code(values: Mapping[Phase, Any]) -> jax.Array:
    """Table of values by phase code, 0 for all others."""
    table = jnp.zeros(len(Phase))
    return table.at[np.array(list(values))].set(jnp.stack(list(values.values()))) if values else table
