"""Settings of the search for anomalies."""

from __future__ import annotations

import math

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ssbi_core.errors import InputError

FEWEST_IMAGES = 3
"""Of a population."""


def images_needed(false_alarm_rate: float) -> int:
    """How many images a population needs for anything to be flagged at a rate: of n the rarest is 1 in n + 1."""
    return math.ceil(1 / false_alarm_rate - 1e-9) - 1


class AnomalyConfig(BaseModel):
    """How images are compared with their population; recorded with every result."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    false_alarm_rate: float = Field(
        0.05,
        gt=0,
        lt=1,
        title="False-alarm rate",
        description="share of normal images that may be flagged",
    )
    neighbours: int = Field(
        5, ge=1, le=100, title="Neighbours", description="nearest images to which structural distance is measured"
    )
    regions: int = Field(10, ge=1, le=1000, title="Regions", description="places listed for each image at most")
    beta: float = Field(5.0, gt=0, title="HyperScore beta", description="slope")
    gamma: float = Field(-0.6931471805599453, title="HyperScore gamma", description="shift, minus ln 2")
    kappa: float = Field(2.0, gt=0, title="HyperScore kappa", description="power")

    @classmethod
    def of(cls, **options: float | int) -> AnomalyConfig:
        """Build from plain values; a bad one raises `InputError` naming it."""
        try:
            return cls.model_validate(options)
        except ValidationError as error:
            first = error.errors()[0]
            name = ".".join(str(part) for part in first["loc"])
            raise InputError(f"{name} = {first['input']!r}", first["msg"].lower(), f"correct {name}") from None
