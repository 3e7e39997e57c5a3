"""Settings of a search by annealing."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator


def _setting(default: Any, title: str, unit: str, description: str, **bounds: Any) -> Any:
    return Field(default=default, title=title, description=description, json_schema_extra={"unit": unit}, **bounds)


class AnnealingConfig(BaseModel):
    """How is searched; `AnnealingConfig.plain_annealing` is annealing as in the textbook."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    chains: int = _setting(12, "Chains", "chains", "Points that are annealed side by side.", ge=1, le=4096)
    proposals: int = _setting(
        1, "Proposals", "per chain", "Candidates of a chain per step; the best is tested.", ge=1, le=4096
    )
    plain: float = _setting(0.05, "Plain moves", "1", "Share of moves x + T N(0, I).", ge=0)
    ingber: float = _setting(
        0.25, "Ingber moves", "1", "Share of moves over all scales above each dimension's temperature.", ge=0
    )
    coordinate: float = _setting(0.3, "Coordinate moves", "1", "Share of Cauchy moves along one coordinate.", ge=0)
    differential: float = _setting(0.4, "Differential moves", "1", "Share of moves made of other chains.", ge=0)
    initial_spread: float = _setting(
        0.2, "Reach of moves", "edge of the cube", "Temperature of the moves when (re)heated.", gt=0, le=1
    )
    initial_temperature: float = _setting(
        0.1, "Initial temperature", "1", "In units of the spread of the chains' values when (re)heated.", ge=0
    )
    fixed_temperature: float | None = _setting(
        None, "Fixed temperature", "objective", "Hold the temperature at this; None cools.", ge=0
    )
    adapt: float = _setting(
        0.3, "Adaptation", "1", "Change of the reach (in its logarithm) per tested move; 0 holds it.", ge=0, le=2
    )
    target_acceptance: float = _setting(
        0.25, "Target acceptance", "1", "That the reach of moves is adapted to.", gt=0, lt=1
    )
    cooling: float = _setting(
        0.05, "Cooling", "1 / step", "Fastest change of the temperature in its logarithm.", ge=0, le=1
    )
    cycle: int = _setting(200, "First cycle", "steps", "Until chains are heated again; each is twice as long.", ge=2)
    descents: int = _setting(2, "Descents", "descents", "Local searches that run beside the chains.", ge=0, le=64)
    descent_size: int = _setting(12, "Candidates of a descent", "per step", "Of each descent in a step.", ge=4, le=4096)
    descent_levels: int = _setting(
        6, "Largest descent", "doublings + 1", "The first descent doubles its generation at each restart.", ge=1, le=10
    )
    descent_reach: float = _setting(
        0.25, "Reach of a descent", "edge of the cube", "Standard deviation it starts with.", gt=0, le=1
    )
    polish: int = _setting(
        0,
        "Gradient polish",
        "steps",
        "L-BFGS from the best point in the end; needs gradients.",
        ge=0,
    )
    seed: int = _setting(0, "Seed", "1", "Fixes every random number.", ge=0)

    @model_validator(mode="after")
    def _fits(self) -> AnnealingConfig:
        if sum(self.shares) <= 0:
            raise ValueError("plain, ingber, coordinate, differential: all are 0, at least one kind of move is needed")
        if self.differential and self.chains < 4 and sum(self.shares) == self.differential:
            raise ValueError(f"chains: {self.chains}; moves made of other chains need at least 4")
        return self

    @property
    def shares(self) -> tuple[float, float, float, float]:
        """Of the kinds of moves, in the order of `moves.KINDS`."""
        return self.plain, self.ingber, self.coordinate, self.differential

    @property
    def batch(self) -> int:
        """Candidates of a step."""
        return self.chains * self.proposals + self.descents * self.descent_size

    @classmethod
    def plain_annealing(cls, **settings: Any) -> AnnealingConfig:
        """x + T N(0, I) with Metropolis acceptance and nothing else."""
        alone = {"ingber": 0.0, "coordinate": 0.0, "differential": 0.0, "plain": 1.0, "descents": 0}
        return cls(**{**alone, **settings})
