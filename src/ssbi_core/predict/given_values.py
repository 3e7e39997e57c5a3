"""A material system with numbers that the user gave, as far as a predictor can take them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ssbi_core.errors import InputError
from ssbi_core.materials import INTERFACES, MaterialSystem, Phase
from ssbi_core.materials.system import Quantity

_KNOWN_ENERGY = Quantity(value=0.0, unit="eV", assumption=True)  # a number is given at one temperature


def with_given(
    system: MaterialSystem, temperature: float, conductivity: Mapping[str, float], resistance: Mapping[str, float]
) -> MaterialSystem:
    """Return the system with given numbers in place of its own; they count as known exactly.

    Parameters
    ----------
    system : material system.
    temperature : K, of the numbers.
    conductivity : phase -> S/cm.
    resistance : phase -> ohm cm2.

    Raises
    ------
    InputError
        If a line is given by its conductivity, or a layer by its resistance: a graph knows them the other way.
    """
    turned = [key for key in conductivity if Phase.parse(key) in INTERFACES]
    turned += [key for key in resistance if Phase.parse(key) not in INTERFACES]
    if turned:
        came_in = f"{turned[0]} by its {'conductivity' if turned[0] in conductivity else 'resistance'}"
        wanted = "bodies and layers by their conductivity, lines by their resistance, as the predictor knows them"
        raise InputError(came_in, wanted, "give the other number, or rely on the finite elements")
    warmer = temperature / system.reference_temperature_K  # sigma T and R / T are what the file's numbers stand for
    for key, value in conductivity.items():
        system = _replaced(system, Phase.parse(key), "conductivity", value * warmer, "S/cm")
    for key, value in resistance.items():
        system = _replaced(system, Phase.parse(key), "resistance", value / warmer, "ohm cm2")
    return system


def _replaced(system: MaterialSystem, phase: Phase, name: str, value: float, unit: str) -> MaterialSystem:
    group, key = "interfaces" if phase in INTERFACES else "phases", phase.key
    if phase is Phase.REACTION_LAYER:
        group, key = "reaction_layers", system.reaction_layer
    table: dict[str, Any] = getattr(system, group)
    number = Quantity(value=value, unit=unit, assumption=True)
    own = table[key].model_copy(update={name: number, "activation_energy": _KNOWN_ENERGY})
    return system.model_copy(update={group: {**table, key: own}})
