"""Permittivities, capacitances and exponents that the user gives, checked against the phases they are for."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from ssbi_core.errors import InputError
from ssbi_core.materials import Phase
from ssbi_core.transport.impedance.config import ImpedanceConfig

_ALLOWED: dict[str, tuple[str, Callable[[float], bool]]] = {
    "permittivity": ("a finite number >= 1", lambda value: value >= 1),
    "capacitance": ("a finite number > 0 in F/cm2", lambda value: value > 0),
    "exponent": ("a number > 0 and <= 1", lambda value: 0 < value <= 1),
}


def parsed_overrides(config: ImpedanceConfig, resistance: Mapping[Phase, float]) -> dict[str, dict[Phase, float]]:
    """What the settings give, by kind and phase.

    Parameters
    ----------
    config : the settings.
    resistance : phases that are given by a resistance; only those have a capacitance and an exponent, and interfaces
        among them have no pixels whose permittivity would matter.

    Raises
    ------
    InputError
        If a phase is unknown or of the wrong kind, or a value makes no sense.
    """
    given = {kind: _parsed(getattr(config, kind), kind) for kind in _ALLOWED}
    for kind in ("capacitance", "exponent"):
        for phase in given[kind]:
            if phase not in resistance:
                raise InputError(
                    f"{kind} of {phase.key}, which is given by its conductivity",
                    "a phase given by its area-specific resistance",
                    "give its permittivity, or (for a line or layer) its resistance too",
                )
    for phase in given["permittivity"]:
        if phase in resistance:
            raise InputError(
                f"permittivity of {phase.key}, which is given by its resistance",
                "a phase given by its conductivity",
                "give its capacitance in F/cm2",
            )
    return given


def _parsed(values: Mapping[str, float], kind: str) -> dict[Phase, float]:
    wanted, allowed = _ALLOWED[kind]
    parsed = {}
    for key, value in values.items():
        phase = Phase.parse(key)
        if phase is Phase.UNLABELLED:
            raise InputError(f"{kind} of unlabelled pixels", "a phase", "name one of the phases 1 to 8")
        if not math.isfinite(value) or not allowed(value):
            raise InputError(f"{kind} {value!r} of {phase.key}", wanted, "correct the value")
        parsed[phase] = float(value)
    return parsed
