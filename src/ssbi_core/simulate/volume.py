"""The same microstructures in three dimensions, as voxels: grains, boundaries, interface, layers, lenses, pores.

A volume obeys the settings of a 2D field, repeated along the slices only in its outline: plane, slab and particles
stand upright, while waviness, layer thickness, gaps, grains and pores vary in all three directions. Cracks,
corner pores, grain elongation and dislocations are drawn in 2D only.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from ssbi_core.errors import InputError
from ssbi_core.materials import Phase
from ssbi_core.simulate.config import MicrostructureConfig, MicrostructureParameters, as_parameters
from ssbi_core.simulate.contact import mark_contact
from ssbi_core.simulate.electrode import electrode_distance, interface_layers
from ssbi_core.simulate.fields import RandomFields, random_fields
from ssbi_core.simulate.grains import Polycrystal, isotropic_cell_map, power_diagram
from ssbi_core.simulate.microstructure import grain_changes
from ssbi_core.simulate.random_field import hash_cells, variate_pair

_FAR = 1e4


class Volume(NamedTuple):
    """A voxel microstructure.

    Attributes
    ----------
    labels : (slices, rows, columns) uint8 phase codes.
    grain_ids : (slices, rows, columns) int32, a number per LLZO or NMC grain (not consecutive), 0 elsewhere.
    pixel_size_nm : edge of the cubic voxel.
    """

    labels: np.ndarray
    grain_ids: np.ndarray
    pixel_size_nm: float


def simulate_microstructure_3d(rng_key: jax.Array, config: MicrostructureConfig, slices: int) -> Volume:
    """Return a volume of `slices` times the configuration's rows and columns.

    Parameters
    ----------
    rng_key : JAX random key.
    config : geometry; the interface normal lies in the plane of rows and columns.
    slices : extent along the first axis.

    Raises
    ------
    InputError
        If the volume has fewer than 2 slices or more than 256 million voxels.
    """
    shape = (slices, *config.shape)
    if slices < 2 or np.prod(shape) > 256e6:
        raise InputError(f"a volume of {shape} voxels", "2 or more slices, at most 256 million voxels", "change shape")
    labels, ids = _generate(rng_key, as_parameters(config), shape)
    return Volume(np.asarray(labels), np.asarray(ids), config.pixel_size_nm)


@partial(jax.jit, static_argnums=2)
def _generate(
    rng_key: jax.Array, p: MicrostructureParameters, shape: tuple[int, int, int]
) -> tuple[jax.Array, jax.Array]:
    field_key, salt_key = jax.random.split(rng_key)
    salts = jax.random.bits(salt_key, (3,), jnp.uint32)
    z, y, x = (a.astype(jnp.float32) for a in jnp.mgrid[: shape[0], : shape[1], : shape[2]])
    fields = random_fields(field_key, shape, p)
    electrode = electrode_distance(salts[0], fields.waviness, y[:1], x[:1], p)
    interface = interface_layers(electrode, fields, p)
    grains = _polycrystal(salts[1], (z, y, x), electrode > 0, fields, p)
    pores = jnp.maximum(_spheres(salts[2], (z, y, x), p), interface.lens)

    half = jnp.maximum(p.boundary_width, grains.boundary_step) / 2
    boundary = grains.boundary_distance < half
    labels = jnp.full(shape, int(Phase.LLZO), jnp.uint8)
    for phase, inside in (
        (Phase.GRAIN_BOUNDARY, boundary | grain_changes(grains.grain_ids, boundary)),
        (Phase.NMC, interface.electrode > 0),
        (Phase.REACTION_LAYER, interface.layer > 0),
        (Phase.COATING, interface.coating > 0),
        (Phase.PORE, pores > 0),
    ):
        labels = jnp.where(inside, jnp.uint8(int(phase)), labels)
    in_grain = (labels == int(Phase.LLZO)) | (labels == int(Phase.NMC))
    return mark_contact(labels), jnp.where(in_grain, grains.grain_ids, 0)


def _polycrystal(
    salt: jax.Array,
    coordinates: tuple[jax.Array, ...],
    in_electrode: jax.Array,
    fields: RandomFields,
    p: MicrostructureParameters,
) -> Polycrystal:
    """LLZO and NMC grains; boundaries are curved by warping the coordinates."""
    warp = 0.12 * p.grain_curvature * p.grain_size
    shifts = (
        fields.junction,
        fields.grain_warp_y,
        fields.grain_warp_x,
    )  # corner pores are not drawn: its field is free
    warped = tuple(c + warp * s for c, s in zip(coordinates, shifts, strict=True))
    per_cell = (jnp.pi / 6 * (1 - 0.3 * p.grain_size_spread)) ** (1 / 3)  # cell edge per mean grain diameter
    size = jnp.where(in_electrode, p.nmc_grain_size, p.grain_size) * per_cell
    salt = jnp.where(in_electrode, salt ^ jnp.uint32(0x5A5A5A5A), salt)
    grains = power_diagram(salt, isotropic_cell_map(warped, size), p.grain_size_spread)
    return grains._replace(grain_ids=2 * grains.grain_ids + in_electrode.astype(jnp.int32))


def _spheres(salt: jax.Array, coordinates: tuple[jax.Array, ...], p: MicrostructureParameters) -> jax.Array:
    """Signed distance of spherical pores, one or none per cell of a grid; they fill the porosity on average."""
    radius = p.pore_size / 2
    mean_volume = 4 / 3 * jnp.pi * radius**3 * 1.25  # E[(0.5 + u)^3] = 1.25
    share = jnp.maximum(p.porosity, 1e-6)
    spacing = jnp.maximum((0.5 * mean_volume / share) ** (1 / 3), 3.0 * radius)
    present = share * spacing**3 / mean_volume
    base = tuple(jnp.floor(c / spacing) for c in coordinates)

    def add(k: jax.Array, distance: jax.Array) -> jax.Array:
        cell = tuple(b + (k // 3 ** (2 - axis) % 3 - 1) for axis, b in enumerate(base))
        h = hash_cells(salt, *cell)
        (uz, uy), (ux, size), (there, _) = (variate_pair(h, n) for n in range(1, 4))
        away = sum((c - (i + u) * spacing) ** 2 for c, i, u in zip(coordinates, cell, (uz, uy, ux), strict=True))
        inside = radius * (0.5 + size) - jnp.sqrt(away)
        return jnp.maximum(distance, jnp.where(there < present, inside, -_FAR))

    distance = jax.lax.fori_loop(0, 27, add, jnp.full(coordinates[0].shape, -_FAR, jnp.float32))
    return jnp.where(p.porosity > 0, distance, -_FAR)
