"""Smooth random fields and per-cell random numbers: the two sources of irregularity in a microstructure.

A Gaussian field is a sum of random plane waves. Because cos(a + b) separates, the whole field is two
matrix products of (rows, waves) with (waves, columns): a correlation length may be traced, and a
field costs about as much as writing it. Random numbers per cell of an unbounded grid come from an
integer hash, so neither grain nor pore count needs a fixed bound.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

WAVES = 48


def gaussian_fields(rng_key: jax.Array, shape: tuple[int, ...], length: jax.Array, roughness: jax.Array) -> jax.Array:
    """Return smooth Gaussian random fields of zero mean and unit variance (random Fourier features).

    Parameters
    ----------
    shape : rows, columns or slices, rows, columns (static).
    length : (fields,) correlation lengths in pixels (traced).
    roughness : (fields,) spread of ln(wave number); larger adds both finer and coarser detail.

    Returns
    -------
    (fields, *shape) float32.
    """
    magnitude_key, direction_key, phase_key = jax.random.split(rng_key, 3)
    fields, axes = length.shape[0], len(shape)
    spread = roughness[:, None] * jax.random.normal(magnitude_key, (fields, WAVES), jnp.float32)
    towards = jax.random.normal(direction_key, (axes, fields, WAVES), jnp.float32)
    wave = jnp.exp(spread) * jnp.float32(1.6) / length[:, None] * towards / jnp.linalg.norm(towards, axis=0)
    phase = jax.random.uniform(phase_key, (fields, 1, WAVES), jnp.float32, 0, 2 * jnp.pi)
    amplitude = jnp.exp(-spread)  # finer waves are lower, so slopes stay bounded
    amplitude = amplitude * jnp.sqrt(2 / jnp.sum(amplitude**2, axis=1, keepdims=True))
    for axis, size in enumerate(shape[:-1]):
        step = jnp.arange(size, dtype=jnp.float32)[None, :, None] * wave[axis][:, None]
        phase = (phase[:, :, None] + step[:, None]).reshape(fields, -1, WAVES)
    across = jnp.arange(shape[-1], dtype=jnp.float32) * wave[-1][:, :, None]
    left = jnp.concatenate([jnp.cos(phase), -jnp.sin(phase)], axis=2) * jnp.tile(amplitude, 2)[:, None]
    right = jnp.concatenate([jnp.cos(across), jnp.sin(across)], axis=1)
    return (left @ right).reshape(fields, *shape)


def hash_cells(salt: jax.Array, *index: jax.Array) -> jax.Array:
    """Return well-mixed uint32 for integer cell coordinates (lowbias32 finaliser, C. Wellons 2018)."""
    h = salt.astype(jnp.uint32)
    for coordinate, prime in zip(index, (0x8DA6B343, 0xD8163841, 0xCB1AB31F), strict=False):
        h = h + coordinate.astype(jnp.int32).astype(jnp.uint32) * jnp.uint32(prime)
    return _mix(h)


def variate(h: jax.Array, number: int) -> jax.Array:
    """Return the `number`-th uniform [0, 1) float32 belonging to a hash."""
    return (_rehash(h, number) >> 8).astype(jnp.float32) * jnp.float32(2.0**-24)


def variate_pair(h: jax.Array, number: int) -> tuple[jax.Array, jax.Array]:
    """Return two uniform [0, 1) float32 of 16 bits each, for the price of one `variate`."""
    mixed = _rehash(h, number)
    scale = jnp.float32(2.0**-16)
    return (mixed & jnp.uint32(0xFFFF)).astype(jnp.float32) * scale, (mixed >> 16).astype(jnp.float32) * scale


def direction(u: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Return (cos, sin) of an axis direction drawn from uniform u, without trigonometry (half-angle formula)."""
    t = 2 * u - 1
    t = t * (0.78 + 0.22 * t**2)  # nearly uniform in angle
    norm = 1 / (1 + t**2)
    return (1 - t**2) * norm, 2 * t * norm


def _rehash(h: jax.Array, number: int) -> jax.Array:
    return _mix(h + jnp.uint32((number * 0x9E3779B9) & 0xFFFFFFFF))


def _mix(h: jax.Array) -> jax.Array:
    h = h ^ (h >> 16)
    h = h * jnp.uint32(0x7FEB352D)
    h = h ^ (h >> 15)
    h = h * jnp.uint32(0x846CA68B)
    return h ^ (h >> 16)
