"""Settings of the steps between a file and the segmenter."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class PreprocessConfig(BaseModel):
    """How micrographs are normalised, aligned, denoised."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    register_eds: bool = Field(
        default=True,
        title="Align EDS to HAADF",
        description="Shift the element maps onto the HAADF image where the images show by how much",
    )
    largest_shift: float = Field(
        default=10.0,
        title="Largest EDS shift",
        ge=0,
        le=100,
        description="A larger shift is not believed",
        json_schema_extra={"unit": "pixel"},
    )
    subpixel: int = Field(
        default=20,
        title="Sub-pixel steps",
        ge=1,
        le=100,
        description="Shifts are found to one part in this many of a pixel",
        json_schema_extra={"unit": "1"},
    )
    denoise: float = Field(
        default=0.0,
        title="Denoising",
        ge=0,
        le=3,
        description="Strength of the edge-preserving filter in units of the noise found in the image; 0 is off",
        json_schema_extra={"unit": "1"},
    )
