"""Conductivities and resistances of the phases, from the material system and what the user overrides."""

from __future__ import annotations

import math
from collections.abc import Mapping

from ssbi_core.errors import InputError
from ssbi_core.materials import INTERFACES, LAYERS, PHASES, MaterialSystem, Phase

Properties = tuple[dict[Phase, float], dict[Phase, float]]


def phase_properties(
    system: MaterialSystem,
    temperature: float,
    conductivity: Mapping[str, float] | None = None,
    resistance: Mapping[str, float] | None = None,
) -> Properties:
    """Conductivity in S/cm of the phases that are bodies, and resistance in ohm cm2 of those that are surfaces.

    Parameters
    ----------
    system, temperature : material system and K.
    conductivity : phase key -> S/cm, taken for the phase's pixels as they are, also for interfaces.
    resistance : phase key -> ohm cm2, for interfaces and layers.

    Raises
    ------
    InputError
        If a phase is unknown, given both ways, not line-like though given a resistance, or a value makes no sense.
    """
    given = _parsed(conductivity, "conductivity", "S/cm")
    resistances = _parsed(resistance, "resistance", "ohm cm2")
    for phase in resistances:
        _check_line_like(phase, resistances[phase], twice=phase in given)
    conductivities = {p: system.conductivity(p, temperature) for p in PHASES if p not in INTERFACES} | given
    surfaces = {p: system.resistance(p, temperature) for p in INTERFACES if p not in given} | resistances
    bodies = {p: value for p, value in conductivities.items() if p not in resistances}
    return bodies, surfaces


def _parsed(values: Mapping[str, float] | None, what: str, unit: str) -> dict[Phase, float]:
    parsed = {}
    for key, value in (values or {}).items():
        phase = Phase.parse(key)
        if phase is Phase.UNLABELLED:
            raise InputError(f"{what} of unlabelled pixels", "a phase", "name one of the phases 1 to 8")
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value) or value < 0:
            raise InputError(f"{what} {value!r} of {phase.key}", f"a finite number >= 0 in {unit}", "correct the value")
        parsed[phase] = float(value)
    return parsed


def _check_line_like(phase: Phase, value: float, *, twice: bool) -> None:
    if phase not in INTERFACES | LAYERS:
        known = ", ".join(p.key for p in PHASES if p in INTERFACES | LAYERS)
        raise InputError(
            f"an area-specific resistance of {phase.key}", f"one of {known}", "give a conductivity in S/cm"
        )
    if twice:
        raise InputError(f"both conductivity and resistance of {phase.key}", "one of them", "leave one out")
    if phase in LAYERS and value == 0:
        raise InputError(f"resistance 0 of {phase.key}", "ohm cm2 above 0", "leave the layer out of the labels instead")
