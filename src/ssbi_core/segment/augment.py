"""Random changes a micrograph may undergo without its phases changing, in JAX under jit.

Geometry (flips, any rotation, magnification) turns image and target together. Everything else is
applied to the image alone and stands for what differs between microscopes: gain, gamma, inverted or
shaded HAADF, more noise, less sharpness, EDS maps that are shifted, noisier, differently scaled,
missing one by one or all together.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from pydantic import BaseModel, ConfigDict, Field

from ssbi_core.segment.channels import ROLES


def _probability(default: float, title: str, description: str) -> Any:
    return Field(default=default, ge=0, le=1, title=title, description=description, json_schema_extra={"unit": "1"})


class AugmentationConfig(BaseModel):
    """How often and how strongly training crops are changed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rotate: float = _probability(0.35, "Free rotation", "Chance of a rotation by any angle and a magnification.")
    max_zoom: float = Field(
        default=1.6,
        ge=1,
        le=3,
        title="Largest magnification",
        description="Structures appear up to this factor larger; never smaller, because lines would break.",
        json_schema_extra={"unit": "1"},
    )
    invert: float = _probability(0.05, "Inverted HAADF", "Chance that bright and dark are exchanged.")
    degrade: float = _probability(0.25, "Noise and blur", "Chance of additional HAADF noise, and of blur.")
    drop_role: float = _probability(0.1, "Missing element", "Chance for each EDS role to be missing.")
    drop_all: float = _probability(0.12, "No EDS", "Chance that all EDS roles are missing.")
    swap_cations: float = _probability(0.03, "Exchanged cations", "Chance that the two cation roles are exchanged.")


class Draws(NamedTuple):
    """Random numbers of one crop, uniform in [0, 1), drawn in one call because every call costs compile time."""

    flip: jax.Array
    quarter: jax.Array
    rotate: jax.Array
    angle: jax.Array
    zoom: jax.Array
    gamma: jax.Array
    shading_rows: jax.Array
    shading_columns: jax.Array
    invert: jax.Array
    gain: jax.Array
    offset: jax.Array
    blur: jax.Array
    blur_strength: jax.Array
    noise: jax.Array
    noise_strength: jax.Array
    shift_rows: jax.Array
    shift_columns: jax.Array
    maps_blur: jax.Array
    maps_gamma: jax.Array
    maps_noise: jax.Array
    maps_noise_strength: jax.Array
    drop_all: jax.Array
    swap: jax.Array


def augment(
    rng_key: jax.Array,
    channels: jax.Array,
    presence: jax.Array,
    targets: jax.Array,
    crop: int,
    config: AugmentationConfig,
) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Augment a batch and cut its centre out.

    Parameters
    ----------
    channels : (batch, window, window, roles) float32, window >= crop.
    presence : (batch, roles) float32.
    targets : (batch, window, window) uint8, 0 unlabelled.
    crop : edge of the returned crops in pixels.

    Returns
    -------
    channels (batch, crop, crop, roles), presence (batch, roles), targets (batch, crop, crop)
    """
    keys = jax.random.split(rng_key, channels.shape[0])

    def one(key: jax.Array, image: jax.Array, mask: jax.Array, target: jax.Array):
        k_draws, k_noise, k_gains, k_kept = jax.random.split(key, 4)
        draws = Draws(*jax.random.uniform(k_draws, (len(Draws._fields),), jnp.float32))
        image, target = _transform(draws, image, target, crop, config)
        noise = jax.random.normal(k_noise, image.shape, jnp.float32)
        haadf = _change_haadf(draws, image[..., 0], noise[..., 0], config)
        gains = jax.random.uniform(k_gains, (image.shape[-1] - 1,), jnp.float32)
        maps = _change_maps(draws, image[..., 1:], noise[..., 1:], gains, config)
        mask = _drop_roles(draws, jax.random.uniform(k_kept, mask.shape, jnp.float32), mask, config)
        image = jnp.concatenate([haadf[..., None], maps], -1) * mask
        return *_swap_cations(draws, image, mask, config), target

    return jax.vmap(one)(keys, channels, presence, targets)


def _between(draw: jax.Array, low: float, high: float) -> jax.Array:
    return low + (high - low) * draw


def _transform(
    draws: Draws, image: jax.Array, target: jax.Array, crop: int, config: AugmentationConfig
) -> tuple[jax.Array, jax.Array]:
    """Flip, rotate and magnify: sample the window at the points of a transformed grid."""
    free = draws.rotate < config.rotate
    quarter = jnp.floor(4.0 * draws.quarter) * jnp.float32(jnp.pi / 2)
    angle = quarter + jnp.where(free, _between(draws.angle, -jnp.pi / 4, jnp.pi / 4), 0.0)
    zoom = jnp.where(free, jnp.float32(config.max_zoom) ** draws.zoom, 1.0)
    flip = jnp.where(draws.flip < 0.5, -1.0, 1.0).astype(jnp.float32)
    grid = jnp.arange(crop, dtype=jnp.float32) - (crop - 1) / 2
    y, x = jnp.meshgrid(grid * flip / zoom, grid / zoom, indexing="ij")
    cos, sin = jnp.cos(angle), jnp.sin(angle)
    # A whole number of pixels off the window's corner keeps unrotated crops free of interpolation.
    centre = (image.shape[0] - 1) / 2 + 0.5 * ((image.shape[0] - crop) % 2)
    rows, columns = cos * y - sin * x + centre, sin * y + cos * x + centre
    return _bilinear(image, rows, columns), _nearest(target, rows, columns)


def _reflect(index: jax.Array, size: int) -> jax.Array:
    """Mirror integer positions at the first and last pixel."""
    index = jnp.abs(index)
    return jnp.clip(jnp.where(index > size - 1, 2 * (size - 1) - index, index), 0, size - 1)


def _bilinear(image: jax.Array, rows: jax.Array, columns: jax.Array) -> jax.Array:
    size = image.shape[0]
    # Rotations by whole quarters land on whole pixels up to rounding; keep them exact.
    r0, c0 = jnp.floor(rows + 1e-3), jnp.floor(columns + 1e-3)
    fr, fc = jnp.maximum(rows - r0, 0.0)[..., None], jnp.maximum(columns - c0, 0.0)[..., None]
    ra, rb = (_reflect(r0.astype(jnp.int32) + k, size) for k in (0, 1))
    ca, cb = (_reflect(c0.astype(jnp.int32) + k, size) for k in (0, 1))
    top = image[ra, ca] * (1 - fc) + image[ra, cb] * fc
    bottom = image[rb, ca] * (1 - fc) + image[rb, cb] * fc
    return top * (1 - fr) + bottom * fr


def _nearest(target: jax.Array, rows: jax.Array, columns: jax.Array) -> jax.Array:
    size = target.shape[0]
    r, c = (jnp.round(p).astype(jnp.int32) for p in (rows, columns))
    return target[_reflect(r, size), _reflect(c, size)]


def _change_haadf(draws: Draws, haadf: jax.Array, noise: jax.Array, config: AugmentationConfig) -> jax.Array:
    """Gamma, shading, inversion, gain and offset; sometimes less sharp, sometimes noisier."""
    level = jnp.clip((haadf + 1.0) / 2.0, 0.0, 1.5)
    level = level ** jnp.exp(_between(draws.gamma, -0.5, 0.5))
    level = level * _shading(draws, haadf.shape[0])
    level = jnp.where(draws.invert < config.invert, 1.0 - level, level)
    haadf = (2.0 * level - 1.0) * _between(draws.gain, 0.7, 1.3) + _between(draws.offset, -0.3, 0.3)
    strength = jnp.where(draws.blur < config.degrade, draws.blur_strength, 0.0)
    haadf = _blur(haadf[..., None], strength)[..., 0]
    sigma = jnp.where(draws.noise < config.degrade, _between(draws.noise_strength, 0.0, 0.35), 0.0)
    return jnp.clip(haadf + sigma * noise, -2.0, 2.0)


def _shading(draws: Draws, size: int) -> jax.Array:
    """A plane of thickness: up to 25 % brighter on one side."""
    ramp = jnp.linspace(-0.5, 0.5, size, dtype=jnp.float32)
    rows, columns = (_between(d, -0.25, 0.25) for d in (draws.shading_rows, draws.shading_columns))
    return 1.0 + rows * ramp[:, None] + columns * ramp[None, :]


def _blur(image: jax.Array, strength: jax.Array) -> jax.Array:
    """Binomial 3 x 3 smoothing mixed in by `strength` in [0, 1]."""
    padded = jnp.pad(image, ((1, 1), (1, 1), (0, 0)), mode="edge")
    rows = (padded[:-2] + 2.0 * padded[1:-1] + padded[2:]) / 4.0
    smooth = (rows[:, :-2] + 2.0 * rows[:, 1:-1] + rows[:, 2:]) / 4.0
    return image + strength * (smooth - image)


def _change_maps(
    draws: Draws, maps: jax.Array, noise: jax.Array, gains: jax.Array, config: AugmentationConfig
) -> jax.Array:
    """Shift all maps together by up to two pixels, smooth, scale each, add noise."""
    shift = [jnp.floor(5.0 * d).astype(jnp.int32) - 2 for d in (draws.shift_rows, draws.shift_columns)]
    maps = _blur(jnp.roll(maps, jnp.stack(shift), (0, 1)), draws.maps_blur)
    maps = maps ** jnp.exp(_between(draws.maps_gamma, -0.3, 0.3))
    maps = maps * jnp.exp(_between(gains, -0.35, 0.35))
    sigma = jnp.where(draws.maps_noise < config.degrade, _between(draws.maps_noise_strength, 0.0, 0.25), 0.0)
    # EDS noise is correlated by the light smoothing of `input_channels`.
    return jnp.maximum(maps + 2.0 * sigma * _blur(noise, jnp.float32(1.0)), 0.0)


def _drop_roles(draws: Draws, each: jax.Array, presence: jax.Array, config: AugmentationConfig) -> jax.Array:
    kept = (each >= config.drop_role) & (draws.drop_all >= config.drop_all)
    return presence * kept.at[0].set(True).astype(jnp.float32)


def _swap_cations(
    draws: Draws, image: jax.Array, presence: jax.Array, config: AugmentationConfig
) -> tuple[jax.Array, jax.Array]:
    a, b = ROLES.index("cation_a"), ROLES.index("cation_b")
    order = list(range(len(ROLES)))
    order[a], order[b] = order[b], order[a]
    swap = draws.swap < config.swap_cations
    swapped = jnp.array(order, jnp.int32)
    return jnp.where(swap, image[..., swapped], image), jnp.where(swap, presence[swapped], presence)
