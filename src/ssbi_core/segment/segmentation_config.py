"""Settings of applying a trained net."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class SegmentationConfig(BaseModel):
    """How a trained net is applied."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tile: int = Field(
        default=512,
        ge=64,
        le=2048,
        multiple_of=32,
        title="Tile",
        description="Edge of the square tiles the net sees.",
        json_schema_extra={"unit": "px"},
    )
    overlap: int = Field(
        default=96,
        ge=0,
        le=1024,
        title="Overlap",
        description="Least overlap of neighbouring tiles.",
        json_schema_extra={"unit": "px"},
    )
    flips: bool = Field(
        default=False,
        title="Average over flips",
        description="Average the net over four mirrored copies: a little better, four times the time.",
        json_schema_extra={"unit": ""},
    )
    clean: bool = Field(
        default=True,
        title="Clean up",
        description="Tell reaction layer from electrolyte by what they look like in this image (see "
        "ssbi_core.segment.adaptation), close grain boundaries and remove specks (see ssbi_core.segment.postprocess).",
        json_schema_extra={"unit": ""},
    )
