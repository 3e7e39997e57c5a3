"""What a simulated field of view contains, in nanometres, and the same as arrays in pixels for the generator.

`MicrostructureConfig` is what people fill in; `MicrostructureParameters` is its traced twin: every
length divided by the pixel size, every choice a number, so that one compiled generator serves all
settings of one image shape and a batch of settings is a batch of arrays.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from pydantic import BaseModel, ConfigDict

from ssbi_core.errors import InputError
from ssbi_core.simulate.settings import setting

Geometry = Literal["plane", "slab", "particles", "electrolyte", "electrode"]
GEOMETRIES: tuple[Geometry, ...] = ("plane", "slab", "particles", "electrolyte", "electrode")


class MicrostructureConfig(BaseModel):
    """Geometry of one simulated field of view; lengths in nm, angles in degrees."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    shape: tuple[int, int] = setting((512, 512), "pixel", "Shape", "Rows and columns of the image.")
    pixel_size_nm: float = setting(0.5, "nm", "Pixel size", "Edge of the square pixel.", gt=0, le=1000)

    geometry: Geometry = setting(
        "plane", "", "Geometry", "One plane interface, an NMC slab, NMC particles, or one phase only."
    )
    inverted: bool = setting(False, "", "Inverted", "Exchange the places of electrolyte and electrode.")
    interface_angle_deg: float = setting(
        0.0, "deg", "Interface angle", "Direction from LLZO to NMC: 0 is NMC right, 90 is NMC at the bottom."
    )
    interface_offset: float = setting(
        0.0, "1", "Interface offset", "Shift of the interface from the centre, in image diagonals.", ge=-0.5, le=0.5
    )
    slab_width_nm: float = setting(80.0, "nm", "Slab width", "Thickness of the NMC slab (geometry slab).", gt=0)
    waviness_nm: float = setting(5.0, "nm", "Waviness", "Root-mean-square height of the interface.", ge=0)
    waviness_length_nm: float = setting(60.0, "nm", "Waviness length", "Correlation length along the interface.", gt=0)
    inclination_nm: float = setting(
        1.0, "nm", "Interface inclination", "Projected width of interfaces that are not edge-on.", ge=0
    )
    particle_count: int = setting(0, "1", "NMC particles", "Separate NMC particles in the field.", ge=0, le=12)
    particle_size_nm: float = setting(80.0, "nm", "NMC particle size", "Mean diameter of separate particles.", gt=0)

    grain_size_nm: float = setting(40.0, "nm", "LLZO grain size", "Mean grain diameter.", gt=0)
    grain_size_spread: float = setting(0.5, "1", "Grain size spread", "0 near-uniform grains, 1 broad.", ge=0, le=1)
    grain_elongation: float = setting(1.0, "1", "Grain elongation", "Aspect ratio of the grains.", ge=1, le=4)
    grain_texture_deg: float = setting(0.0, "deg", "Elongation direction", "Long axis of the grains.")
    grain_curvature: float = setting(
        0.4, "1", "Boundary curvature", "0 straight boundaries, 1 strongly curved.", ge=0, le=1
    )
    boundary_width_nm: float = setting(1.5, "nm", "Boundary width", "Drawn width; at least one pixel is drawn.", ge=0)
    nmc_grain_size_nm: float = setting(70.0, "nm", "NMC grain size", "Mean diameter of NMC primary grains.", gt=0)

    layer_thickness_nm: float = setting(8.0, "nm", "Reaction layer thickness", "Mean where it is present.", ge=0)
    layer_coverage: float = setting(
        0.85, "1", "Reaction layer coverage", "Share of the interface it covers.", ge=0, le=1
    )
    layer_unevenness: float = setting(0.3, "1", "Layer unevenness", "Relative spread of its thickness.", ge=0, le=1)
    layer_patch_nm: float = setting(60.0, "nm", "Layer patch length", "Correlation length of thickness and gaps.", gt=0)
    layer_into_nmc: float = setting(0.2, "1", "Growth into NMC", "Share of the layer on the NMC side.", ge=0, le=1)
    coating_thickness_nm: float = setting(0.0, "nm", "Coating thickness", "Interlayer on the NMC surface.", ge=0)
    coating_coverage: float = setting(1.0, "1", "Coating coverage", "Share of the NMC surface coated.", ge=0, le=1)

    porosity: float = setting(0.02, "1", "Porosity", "Area fraction of closed pores aimed at.", ge=0, le=0.5)
    pore_size_nm: float = setting(12.0, "nm", "Pore size", "Mean pore diameter.", gt=0)
    pore_elongation: float = setting(1.4, "1", "Pore elongation", "Mean aspect ratio.", ge=1, le=4)
    pore_faceting: float = setting(0.3, "1", "Pore faceting", "0 round, 1 polygonal.", ge=0, le=1)
    pore_edge_nm: float = setting(1.0, "nm", "Pore edge", "Projected width of pore rims.", ge=0)
    junction_pores: float = setting(0.1, "1", "Junction pores", "Share of grain corners with a pore.", ge=0, le=1)
    contact_loss: float = setting(0.03, "1", "Contact loss", "Share of the interface opened into lenses.", ge=0, le=1)
    lens_thickness_nm: float = setting(6.0, "nm", "Lens thickness", "Thickness of contact-loss lenses.", ge=0)
    crack_count: int = setting(0, "1", "Cracks", "Cracks crossing grains.", ge=0, le=3)
    crack_width_nm: float = setting(2.5, "nm", "Crack width", "Opening of cracks.", ge=0)
    boundary_cracks: float = setting(0.0, "1", "Opened boundaries", "Share of grain boundaries opened.", ge=0, le=1)

    dislocation_density_per_um2: float = setting(
        100.0, "1/um2", "Dislocation density", "Dislocation lines per area of LLZO.", ge=0
    )
    dislocation_length_nm: float = setting(25.0, "nm", "Dislocation length", "Mean length of a visible line.", gt=0)
    dislocation_width_nm: float = setting(1.5, "nm", "Dislocation width", "Drawn width of the line.", ge=0)


class MicrostructureParameters(NamedTuple):
    """`MicrostructureConfig` without its shape, as float32 arrays; lengths in pixels, angles in radians."""

    geometry: jax.Array
    inverted: jax.Array
    interface_angle: jax.Array
    interface_offset: jax.Array
    slab_width: jax.Array
    waviness: jax.Array
    waviness_length: jax.Array
    inclination: jax.Array
    particle_count: jax.Array
    particle_size: jax.Array
    grain_size: jax.Array
    grain_size_spread: jax.Array
    grain_elongation: jax.Array
    grain_texture: jax.Array
    grain_curvature: jax.Array
    boundary_width: jax.Array
    nmc_grain_size: jax.Array
    layer_thickness: jax.Array
    layer_coverage: jax.Array
    layer_unevenness: jax.Array
    layer_patch: jax.Array
    layer_into_nmc: jax.Array
    coating_thickness: jax.Array
    coating_coverage: jax.Array
    porosity: jax.Array
    pore_size: jax.Array
    pore_elongation: jax.Array
    pore_faceting: jax.Array
    pore_edge: jax.Array
    junction_pores: jax.Array
    contact_loss: jax.Array
    lens_thickness: jax.Array
    crack_count: jax.Array
    crack_width: jax.Array
    boundary_cracks: jax.Array
    dislocation_spacing: jax.Array
    dislocation_length: jax.Array
    dislocation_width: jax.Array


def as_parameters(config: MicrostructureConfig) -> MicrostructureParameters:
    """Return the traced form of a configuration: float32 scalars, lengths in pixels, angles in radians."""
    scale = config.pixel_size_nm
    values: dict[str, float] = {}
    for name, value in config:
        if name in ("shape", "pixel_size_nm"):
            continue
        if name == "geometry":
            values[name] = GEOMETRIES.index(value)
        elif name == "dislocation_density_per_um2":
            values["dislocation_spacing"] = 1e3 / scale / np.sqrt(max(value, 1e-6))
        elif name.endswith("_nm"):
            values[name.removesuffix("_nm")] = value / scale
        elif name.endswith("_deg"):
            values[name.removesuffix("_deg")] = np.deg2rad(value)
        else:
            values[name] = value
    return MicrostructureParameters(**{k: jnp.asarray(v, jnp.float32) for k, v in values.items()})


def stack_parameters(configs: Sequence[MicrostructureConfig]) -> MicrostructureParameters:
    """Return the parameters of many configurations of one shape, stacked along a first axis.

    Raises
    ------
    InputError
        If there is no configuration, or they differ in shape.
    """
    shapes = {config.shape for config in configs}
    if len(shapes) != 1:
        raise InputError(
            f"{len(configs)} configurations with shapes {sorted(shapes)}",
            "at least one configuration, all of one shape",
            "simulate each shape in its own batch",
        )
    return jax.tree.map(lambda *leaves: jnp.stack(leaves), *[as_parameters(c) for c in configs])
