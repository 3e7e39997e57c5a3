"""The smooth random fields that one microstructure is made with, drawn together in one matrix product."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp

from ssbi_core.simulate.config import MicrostructureParameters
from ssbi_core.simulate.random_field import gaussian_fields


class RandomFields(NamedTuple):
    """Gaussian fields of unit variance, each of the image shape, float32, by what they steer."""

    waviness: jax.Array
    coating: jax.Array
    layer: jax.Array
    unevenness: jax.Array
    lens: jax.Array
    grain_warp_y: jax.Array
    grain_warp_x: jax.Array
    pore_warp_y: jax.Array
    pore_warp_x: jax.Array
    junction: jax.Array
    opening: jax.Array
    crack: jax.Array


def random_fields(rng_key: jax.Array, shape: tuple[int, ...], p: MicrostructureParameters) -> RandomFields:
    """Return the fields of one microstructure, each with the correlation length of its feature."""
    length_and_roughness = (
        (p.waviness_length, 0.6),
        (p.layer_patch, 0.3),
        (p.layer_patch, 0.3),
        (0.6 * p.layer_patch, 0.5),
        (p.layer_patch, 0.2),
        (0.8 * p.grain_size, 0.35),
        (0.8 * p.grain_size, 0.35),
        (0.9 * p.pore_size, 0.35),
        (0.9 * p.pore_size, 0.35),
        (0.7 * p.grain_size, 0.3),
        (3.0 * p.grain_size, 0.3),
        (jnp.float32(0.08 * sum(shape[-2:])), 0.9),
    )
    lengths, roughness = zip(*length_and_roughness, strict=True)
    return RandomFields(*gaussian_fields(rng_key, shape, jnp.stack(lengths), jnp.asarray(roughness, jnp.float32)))
