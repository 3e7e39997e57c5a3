"""Settings of a closed loop; recorded in full in its result."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ssbi_core.errors import InputError

BOUNDS: dict[str, tuple[float, float]] = {
    "sintering_temperature_C": (550.0, 800.0),
    "sintering_time_h": (0.3, 4.0),
    "initial_grain_size_nm": (20.0, 80.0),
    "nmc_grain_size_nm": (60.0, 250.0),
    "coating_thickness_nm": (0.0, 12.0),
    "surface_treatment": (0.0, 1.0),
    "pressure_MPa": (20.0, 150.0),
}
"""Of each lever by default: the processes whose microstructures the shipped net was trained on."""

PRICES: dict[str, float] = {
    "sintering_temperature_C": 0.004,
    "sintering_time_h": 0.5,
    "initial_grain_size_nm": 0.3,
    "coating_thickness_nm": 0.2,
    "surface_treatment": 1.0,
    "pressure_MPa": 0.01,
}
"""Cost per unit of each lever, of milling per factor e finer than 1 um. Assumptions, about 1 for a usual step of each:
give your own."""


def _setting(default: Any, title: str, unit: str, description: str, **bounds: Any) -> Any:
    return Field(default=default, title=title, description=description, json_schema_extra={"unit": unit}, **bounds)


class ClosedLoopConfig(BaseModel):
    """What may change, what it costs, and how long is searched."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    bounds: dict[str, tuple[float, float]] = _setting(
        {}, "Bounds", "of the lever", "Lowest and highest value of levers; others have the default's."
    )
    fixed: tuple[str, ...] = _setting((), "Fixed levers", "", "Keep their value of the start.")
    prices: dict[str, float] = _setting({}, "Prices", "cost per unit", "Of levers; others have the default's.")
    max_cost: float | None = _setting(None, "Largest cost", "1", "Dearer processes are not considered.", gt=0)
    max_thermal_budget: float | None = _setting(
        None, "Largest thermal budget", "K h", "Temperature above 25 degC times time.", gt=0
    )
    max_porosity: float | None = _setting(None, "Largest porosity", "1", "Of the microstructure aimed at.", gt=0)

    designs: int = _setting(20, "First designs", "processes", "Spread evenly before the search begins.", ge=4, le=200)
    candidates: int = _setting(
        6, "Candidates", "per round", "Processes of highest acquisition whose microstructure is predicted.", ge=1, le=50
    )
    solved: int = _setting(
        3, "Solved", "per round", "Of the candidates: the best ones and the most uncertain, by finite elements.", ge=2
    )
    views: int = _setting(
        2, "Fields of view", "per process", "Realisations of each process in the search.", ge=1, le=32
    )
    rounds: int = _setting(8, "Rounds", "1", "At most.", ge=1, le=100)
    least_gain: float = _setting(
        0.02, "Least gain", "1", "Of the best verified conductivity in a round, for the search to go on.", ge=0
    )
    patience: int = _setting(2, "Patience", "rounds", "Without that gain, before the search ends.", ge=1)
    evaluations: int = _setting(
        3000, "Evaluations", "per candidate", "Of the acquisition, by annealing.", ge=100, le=10_000_000
    )
    anomaly_penalty: float = _setting(
        1.0, "Anomaly penalty", "1", "How much designs unlike the microstructures learned from are shunned.", ge=0
    )
    tolerance: float = _setting(
        0.01, "Tolerance", "1", "Share of the conductivity given up to leave a lever at its start.", ge=0, lt=1
    )
    realizations: int = _setting(
        32, "Realisations", "fields of view", "Of start and optimum, by finite elements, none seen before.", ge=2
    )
    field_px: int = _setting(512, "Field of view", "pixel", "Edge of the realised fields, at most.", ge=64, le=4096)
    seed: int = _setting(0, "Seed", "1", "Fixes every random number.", ge=0)

    def price(self, name: str) -> float:
        """Of a lever, per unit; 0 where neither this nor the default has one."""
        return {**PRICES, **self.prices}.get(name, 0.0)

    @classmethod
    def of(cls, **options: Any) -> ClosedLoopConfig:
        """Build from plain values.

        Raises
        ------
        InputError
            Naming the one that does not fit.
        """
        try:
            return cls(**options)
        except ValidationError as error:
            first = error.errors()[0]
            name = ".".join(str(part) for part in first["loc"]) or "settings"
            raise InputError(f"{name} = {first['input']!r}", first["msg"].lower(), f"correct {name}") from None
