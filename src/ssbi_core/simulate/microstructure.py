"""Process-like parameters to a labelled field of view: LLZO polycrystal, interface, layers, pores, defects.

Every feature is a signed distance, painted in order over the ones below it: grains, boundaries, dislocations,
electrode, reaction layer, coating, pores. Labels ask whether the pixel's centre is inside; the fraction of
each body in a pixel (for image formation) follows from the same distance, so images are not aliased
where labels have to be. Line-like phases are drawn at least as thick as a gap-free digital line.

A field of 512 pixels at 0.5 nm is 256 nm wide: with the default grain size it is a nano-grained sample,
not a scaled picture of a coarse one.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import product
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from ssbi_core.materials import Phase
from ssbi_core.simulate import defects
from ssbi_core.simulate.config import MicrostructureConfig, MicrostructureParameters, as_parameters, stack_parameters
from ssbi_core.simulate.contact import mark_contact
from ssbi_core.simulate.electrode import Interface, electrode_distance, interface_layers
from ssbi_core.simulate.fields import RandomFields, random_fields
from ssbi_core.simulate.grains import Polycrystal, cell_map, power_diagram
from ssbi_core.simulate.random_field import variate

BODIES: tuple[Phase, ...] = (Phase.LLZO, Phase.NMC, Phase.REACTION_LAYER, Phase.COATING, Phase.PORE)
"""Phases with a volume, in the order of `Microstructure.fractions`."""


class Microstructure(NamedTuple):
    """A field of view with its exact truth; arrays are NumPy from the public functions, traced inside jit.

    Attributes
    ----------
    labels : (rows, columns) uint8 phase codes.
    grain_ids : (rows, columns) int32, a number per LLZO or NMC grain (not consecutive), 0 elsewhere.
    orientation : (rows, columns) float32, in-plane angle of the grain's c axis in [0, pi).
    fractions : (5, rows, columns) float32, area share of each of `BODIES` in the pixel.
    boundary_distance : (rows, columns) float32, pixels to the nearest grain boundary.
    boundary_variate : (rows, columns) float32 in [0, 1), one random number per boundary.
    dislocation_distance : (rows, columns) float32, pixels to the nearest dislocation.
    dislocation_variate : (rows, columns) float32 in [0, 1), one random number per dislocation.
    pixel_size_nm : edge of the pixel.
    """

    labels: np.ndarray
    grain_ids: np.ndarray
    orientation: np.ndarray
    fractions: np.ndarray
    boundary_distance: np.ndarray
    boundary_variate: np.ndarray
    dislocation_distance: np.ndarray
    dislocation_variate: np.ndarray
    pixel_size_nm: float


def simulate_microstructure(rng_key: jax.Array, config: MicrostructureConfig) -> Microstructure:
    """Return one simulated field of view.

    Parameters
    ----------
    rng_key : JAX random key; the same key and configuration give the same microstructure.
    config : geometry, in nm.
    """
    generated = generate(rng_key, as_parameters(config), config.shape)
    return jax.tree.map(np.asarray, generated)._replace(pixel_size_nm=config.pixel_size_nm)


def simulate_microstructures(rng_keys: jax.Array, configs: Sequence[MicrostructureConfig]) -> Microstructure:
    """Return a batch of fields of one shape; every array has a leading batch axis, `pixel_size_nm` is (batch,).

    Raises
    ------
    InputError
        If the configurations differ in shape.
    """
    generated = _compiled_batch(rng_keys, stack_parameters(configs), configs[0].shape)
    sizes = np.asarray([config.pixel_size_nm for config in configs], np.float32)
    return jax.tree.map(np.asarray, generated)._replace(pixel_size_nm=sizes)


def generate(rng_key: jax.Array, p: MicrostructureParameters, shape: tuple[int, int]) -> Microstructure:
    """Return one field from traced parameters; may be called inside jit, where outputs you drop are not computed."""
    field_key, salt_key = jax.random.split(rng_key)
    salts = jax.random.bits(salt_key, (5,), jnp.uint32)
    y, x = (a.astype(jnp.float32) for a in jnp.mgrid[: shape[0], : shape[1]])
    fields = _fields(field_key, shape, p)
    electrode = _electrode(salts[0], fields.waviness, y, x, p)
    interface = _interface(electrode, fields, p)
    grains = _polycrystal(salts[1], y, x, electrode > 0, fields, p)
    pores = _pores(salts[2:4], y, x, grains, interface.lens, fields, p)
    dislocation, line = _dislocations(salts[4], y, x, grains.grain_hash, p)
    labels = _labels(grains, interface, pores, dislocation, p)
    in_grain = (labels == int(Phase.LLZO)) | (labels == int(Phase.NMC)) | (labels == int(Phase.DISLOCATION))
    return Microstructure(
        labels=_with_contact(labels),
        grain_ids=jnp.where(in_grain, grains.grain_ids, 0),  # type: ignore[arg-type]
        orientation=jnp.pi * _variate(grains.grain_hash, 12),
        fractions=_fractions(interface, pores, p),
        boundary_distance=grains.boundary_distance,
        boundary_variate=_variate(grains.boundary_hash, 13),
        dislocation_distance=dislocation,
        dislocation_variate=_variate(line, 14),
        pixel_size_nm=jnp.float32(1),  # type: ignore[arg-type]
    )


# Each step is compiled on its own: compiled as one, XLA computes shared fields again for every reader, twice the time.
_fields = jax.jit(random_fields, static_argnums=1)
_electrode = jax.jit(electrode_distance)
_interface = jax.jit(interface_layers)
_dislocations = jax.jit(defects.dislocations)
_with_contact = jax.jit(mark_contact)
_variate = jax.jit(variate, static_argnums=1)


@partial(jax.jit, static_argnums=2)
def _compiled_batch(rng_keys: jax.Array, p: MicrostructureParameters, shape: tuple[int, int]) -> Microstructure:
    return jax.lax.map(lambda kp: generate(kp[0], kp[1], shape), (rng_keys, p))


@jax.jit
def _polycrystal(
    salt: jax.Array,
    y: jax.Array,
    x: jax.Array,
    in_electrode: jax.Array,
    fields: RandomFields,
    p: MicrostructureParameters,
) -> Polycrystal:
    """LLZO and NMC grains in one pass: a pixel sees the seeds of the body it lies in."""
    warp = 0.12 * p.grain_curvature * p.grain_size
    per_cell = jnp.sqrt(jnp.pi / 4 * (1 - 0.3 * p.grain_size_spread))  # cell edge per mean grain diameter
    size = jnp.where(in_electrode, p.nmc_grain_size, p.grain_size) * per_cell
    elongation = jnp.where(in_electrode, 1 + 0.5 * (p.grain_elongation - 1), p.grain_elongation)
    salt = jnp.where(in_electrode, salt ^ jnp.uint32(0x5A5A5A5A), salt)
    y, x = y + warp * fields.grain_warp_y, x + warp * fields.grain_warp_x
    grains = power_diagram(salt, cell_map(y, x, size, elongation, p.grain_texture), p.grain_size_spread)
    return grains._replace(grain_ids=2 * grains.grain_ids + in_electrode.astype(jnp.int32))


@jax.jit
def _pores(
    salts: jax.Array,
    y: jax.Array,
    x: jax.Array,
    grains: Polycrystal,
    lens: jax.Array,
    fields: RandomFields,
    p: MicrostructureParameters,
) -> jax.Array:
    """Signed distance of everything empty."""
    wy, wx = y + 0.2 * p.pore_size * fields.pore_warp_y, x + 0.2 * p.pore_size * fields.pore_warp_x
    large = defects.closed_pores(salts[0], wy, wx, p.pore_size, p)
    small = defects.closed_pores(salts[0] + 1, wy, wx, 0.45 * p.pore_size, p)
    closed = jnp.where(p.porosity > 0, jnp.maximum(large, small), -1e4)
    corners = defects.junction_pores(fields.junction, grains, p)
    opened = defects.opened_boundaries(fields.opening, grains, p)
    crossing = defects.cracks(salts[1], fields.crack, y, x, p)
    return jnp.max(jnp.stack([closed, corners, opened, crossing, lens]), axis=0)


@jax.jit
def _labels(
    grains: Polycrystal, interface: Interface, pores: jax.Array, dislocation: jax.Array, p: MicrostructureParameters
) -> jax.Array:
    """Paint the phases in order; boundaries and dislocations never thinner than a gap-free line."""
    half = jnp.maximum(p.boundary_width, grains.boundary_step) / 2
    boundary = (grains.boundary_distance < half) | grain_changes(grains.grain_ids, grains.boundary_distance < half)
    labels = jnp.full(pores.shape, int(Phase.LLZO), jnp.uint8)
    for phase, inside in (
        (Phase.DISLOCATION, dislocation < jnp.maximum(p.dislocation_width, 1.3) / 2),
        (Phase.GRAIN_BOUNDARY, boundary),
        (Phase.NMC, interface.electrode > 0),
        (Phase.REACTION_LAYER, interface.layer > 0),
        (Phase.COATING, interface.coating > 0),
        (Phase.PORE, pores > 0),
    ):
        labels = jnp.where(inside, jnp.uint8(int(phase)), labels)
    return labels


def grain_changes(ids: jax.Array, boundary: jax.Array) -> jax.Array:
    """Pixels (voxels) that must join the boundary: another grain of the same body touches them, corners included."""
    padded_ids = jnp.pad(ids, 1, mode="edge")
    padded_boundary = jnp.pad(boundary, 1, mode="edge")
    touch = jnp.zeros(ids.shape, bool)
    half = [offset for offset in product((0, 1, 2), repeat=ids.ndim) if offset > (1,) * ids.ndim]  # each pair once
    for offset in half:
        window = tuple(slice(o, o + n) for o, n in zip(offset, ids.shape, strict=True))
        other = padded_ids[window]
        same_body = ((other ^ ids) & 1) == 0
        touch = touch | ((other != ids) & same_body & ~padded_boundary[window])
    return touch & ~boundary


@jax.jit
def _fractions(interface: Interface, pores: jax.Array, p: MicrostructureParameters) -> jax.Array:
    """Area share of every body in each pixel, (5, rows, columns), summing to 1."""
    slope = 1 / (1 + p.inclination)
    cover = [
        jnp.ones_like(pores),
        _cover(interface.electrode, slope),
        _cover(interface.layer, slope),
        _cover(interface.coating, slope),
        _cover(pores, 1 / (1 + p.pore_edge)),
    ]
    shares, left = [], jnp.ones_like(pores)
    for share in reversed(cover):
        shares.append(left * share)
        left = left * (1 - share)
    return jnp.stack(shares[::-1])


def _cover(distance: jax.Array, slope: jax.Array) -> jax.Array:
    """Share of a pixel inside an edge whose projected width is 1 / slope pixels."""
    return jnp.clip(0.5 + distance * slope, 0, 1)
