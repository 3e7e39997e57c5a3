"""Settings of learning from strokes."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class LearningConfig(BaseModel):
    """How a net learns from painted strokes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    caution: float = Field(
        default=40.0,
        ge=0.1,
        le=1000.0,
        title="Caution",
        description="Weight of what the net said before, where nothing is painted, against what is painted. "
        "Less follows the strokes more closely and changes more of the rest.",
        json_schema_extra={"unit": "1"},
    )
    num_steps: int = Field(
        default=200,
        ge=10,
        le=5000,
        title="Steps",
        description="Steps of gradient descent.",
        json_schema_extra={"unit": "1"},
    )
    learning_rate: float = Field(
        default=3e-3,
        gt=0.0,
        le=0.1,
        title="Learning rate",
        description="Step size of Adam at the start; it falls to zero along a cosine.",
        json_schema_extra={"unit": "1"},
    )
    num_blocks: int = Field(
        default=4096,
        ge=64,
        le=65536,
        title="Remembered places",
        description="Random 2 x 2 pixel blocks at which the net is held to what it said before; of painted blocks, "
        "at most twice as many are learned from.",
        json_schema_extra={"unit": "1"},
    )
    seed: int = Field(
        default=0,
        ge=0,
        title="Seed",
        description="Of the choice of blocks: the same seed gives the same net.",
        json_schema_extra={"unit": ""},
    )
    tile: int = Field(
        default=512,
        ge=64,
        le=2048,
        multiple_of=32,
        title="Tile",
        description="Edge of the square tiles the net sees, as in the segmentation.",
        json_schema_extra={"unit": "px"},
    )
    overlap: int = Field(
        default=96,
        ge=0,
        le=1024,
        title="Overlap",
        description="Least overlap of neighbouring tiles, as in the segmentation.",
        json_schema_extra={"unit": "px"},
    )
