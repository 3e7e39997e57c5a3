"""Settings of the transport stage."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

MAX_UNLABELLED = 0.05
"""Share of a label image that is filled from its neighbours where nothing else is asked for."""

MAX_CELLS = 3_000_000
"""Cells of a refined mesh; some 4 GB."""


class StructureConfig(BaseModel):
    """What every calculation on the conduction problem of a label image can be told."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    temperature: float = Field(
        298.15, gt=0, le=2000, title="Temperature", json_schema_extra={"unit": "K"}, description="of the sample"
    )
    axis: Literal[0, 1, 2] | None = Field(
        None, title="Transport axis", description="0 rows, 1 columns, 2 slices in 3D; empty: across the interface"
    )
    conductivity: dict[str, float] = Field(
        default_factory=dict,
        title="Conductivity",
        json_schema_extra={"unit": "S/cm"},
        description="of a phase's pixels as they are, instead of the material system's value",
    )
    resistance: dict[str, float] = Field(
        default_factory=dict,
        title="Area-specific resistance",
        json_schema_extra={"unit": "ohm cm2"},
        description="of a line-like phase, instead of the material system's value",
    )
    mesh: Literal["auto", "graded", "pixels"] = Field(
        "auto",
        title="Mesh",
        description="an element per pixel, or (2D) larger ones inside uniform regions; auto: graded for large pictures",
    )
    tolerance: float = Field(
        1e-6, gt=1e-13, lt=1e-2, title="Tolerance", description="of residual and flux balance, relative"
    )
    max_unlabelled: float = Field(
        MAX_UNLABELLED,
        ge=0,
        le=0.5,
        title="Unlabelled pixels",
        description="largest fraction that is filled from its neighbours",
    )


class TransportConfig(StructureConfig):
    """How a conduction problem is set up and solved."""

    bounds: bool = Field(True, title="Bounds", description="solve for the lower bound too")
    knockout: bool = Field(
        True, title="Knock-out gains", description="re-solve with each feature replaced by the solid"
    )
    bottlenecks: bool = Field(True, title="Bottlenecks", description="rank the pieces of interface by what they cost")
    backend: Literal["direct", "jax-fem"] = Field(
        "direct", title="Assembly", description="pixel elements assembled here, or a jax-fem problem"
    )
    solver: Literal["auto", "pardiso", "superlu", "amg"] = Field(
        "auto", title="Linear solver", description="auto takes the fastest one that is installed and fits in memory"
    )
    rel_gap: float | None = Field(
        None,
        gt=0,
        le=1,
        title="Gap between the bounds",
        description="relative; where it is wider, the mesh is refined. Empty: as the pixels give it",
    )
    max_cells: int = Field(
        MAX_CELLS, ge=1, title="Cells", description="of a mesh that is refined; bounds stay wider where it takes more"
    )
