"""Settings of an impedance spectrum."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, ValidationError, model_validator

from ssbi_core.errors import InputError
from ssbi_core.transport.config import StructureConfig

_MOST_POINTS = 10_000


class ImpedanceConfig(StructureConfig):
    """How the impedance of a label image is set up and solved."""

    frequencies: tuple[float, float, float] | None = Field(
        None,
        title="Frequencies",
        json_schema_extra={"unit": "Hz"},
        description="lowest, highest, points per decade; empty: as far as anything in the picture relaxes",
    )
    permittivity: dict[str, float] = Field(
        default_factory=dict,
        title="Relative permittivity",
        json_schema_extra={"unit": "1"},
        description="of a phase's pixels, instead of the material system's value",
    )
    capacitance: dict[str, float] = Field(
        default_factory=dict,
        title="Capacitance",
        json_schema_extra={"unit": "F/cm2"},
        description="of a phase given by its resistance, instead of the material system's value",
    )
    exponent: dict[str, float] = Field(
        default_factory=dict,
        title="Exponent",
        json_schema_extra={"unit": "1"},
        description="of the constant-phase element of a phase given by its resistance; 1 is a capacitor",
    )
    solver: Literal["auto", "pardiso", "superlu"] = Field(
        "auto", title="Linear solver", description="auto takes PARDISO where it is installed"
    )

    @model_validator(mode="after")
    def _range(self) -> ImpedanceConfig:
        if self.frequencies is None:
            return self
        low, high, density = self.frequencies
        if not (0 < low < high < float("inf") and 0 < density < float("inf")):
            raise ValueError("frequencies: 0 < lowest < highest, and points per decade above 0, all finite")
        if density * (len(f"{high / low:.0f}") + 1) > _MOST_POINTS:
            raise ValueError(f"frequencies: more than {_MOST_POINTS} of them")
        return self

    def with_given(self, given: Mapping[str, Any]) -> ImpedanceConfig:
        """These settings with those of `given` that are not None, validated again.

        Raises
        ------
        InputError
            If a setting is not valid; the message names it.
        """
        known = {key: value for key, value in given.items() if value is not None}
        try:
            return ImpedanceConfig.model_validate(self.model_dump() | known)
        except ValidationError as error:
            problems = "; ".join(
                f"{'.'.join(map(str, e['loc'])) or 'settings'} {e['input'] if e['loc'] else ''!s}: {e['msg']}"
                for e in error.errors()
            )
            raise InputError(problems, "the settings of ImpedanceConfig", "correct the settings named") from error
