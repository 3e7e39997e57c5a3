"""Settings of the prediction of one image."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class PredictionConfig(BaseModel):
    """What a prediction is asked to be unsure of."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    segmentations: int = Field(
        12,
        ge=0,
        le=256,
        title="Sampled segmentations",
        description="label images drawn from the phase probabilities, where there are any; 0 takes the labels as exact",
    )
    materials: int = Field(
        64,
        ge=0,
        le=4096,
        title="Sampled materials",
        description="drawn from what the material file leaves open; 0 takes its values as exact",
    )
    seed: int = Field(0, ge=0, title="Seed", description="of what is drawn; the same seed gives the same numbers")
    measurement_sd: float = Field(
        0.02,
        gt=0,
        lt=1,
        title="Error of a measurement",
        json_schema_extra={"unit": "1"},
        description="relative standard deviation of measured conductivities",
    )
