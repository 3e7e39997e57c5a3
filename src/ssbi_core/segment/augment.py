"""Random changes a micrograph may undergo without its phases changing, in JAX under jit.

Geometry (flips, any rotation, magnification) turns image and target together. Everything else is
applied to the image alone and stands for what differs between microscopes: gain, gamma, inverted or
shaded HAADF, more noise, less sharpness, EDS maps that are shifted, noisier, differently scaled,
missing one by one or all together.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
from pydantic import BaseModel, ConfigDict, Field

from ssbi_core.segment.channels import ROLES


def _probability(default: float, title: str, description: str) -> float:
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
    invert: float = _probability(0.08, "Inverted HAADF", "Chance that bright and dark are exchanged.")
    degrade: float = _probability(0.4, "Noise and blur", "Chance of additional HAADF noise, and of blur.")
    drop_role: float = _probability(0.15, "Missing element", "Chance for each EDS role to be missing.")
    drop_all: float = _probability(0.15, "No EDS", "Chance that all EDS roles are missing.")
    swap_cations: float = _probability(0.05, "Exchanged cations", "Chance that the two cation roles are exchanged.")


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
        geometry, haadf, eds, dropout = jax.random.split(key, 4)
        image, target = _transform(geometry, image, target, crop, config)
        first = _change_haadf(haadf, image[..., 0], config)
        image = jnp.concatenate([first[..., None], _change_maps(eds, image[..., 1:])], -1)
        mask = _drop_roles(dropout, mask, config)
        return _swap_cations(jax.random.fold_in(dropout, 1), image * mask, mask, target, config)

    return jax.vmap(one)(keys, channels, presence, targets)


def _uniform(key: jax.Array, low: float, high: float, shape: tuple[int, ...] = ()) -> jax.Array:
    return jax.random.uniform(key, shape, jnp.float32, low, high)


def _chance(key: jax.Array, probability: float) -> jax.Array:
    return _uniform(key, 0.0, 1.0) < probability


def _transform(
    key: jax.Array, image: jax.Array, target: jax.Array, crop: int, config: AugmentationConfig
) -> tuple[jax.Array, jax.Array]:
    """Flip, rotate and magnify: sample the window at the points of a transformed grid."""
    k_flip, k_quarter, k_free, k_angle, k_zoom = jax.random.split(key, 5)
    free = _chance(k_free, config.rotate)
    quarter = jax.random.randint(k_quarter, (), 0, 4, jnp.int32).astype(jnp.float32) * (jnp.pi / 2)
    angle = quarter + jnp.where(free, _uniform(k_angle, -jnp.pi / 4, jnp.pi / 4), 0.0)
    zoom = jnp.float32(config.max_zoom) ** _uniform(k_zoom, 0.0, 1.0)
    zoom = jnp.where(free, zoom, 1.0)
    flip = jnp.where(_chance(k_flip, 0.5), -1.0, 1.0).astype(jnp.float32)
    grid = jnp.arange(crop, dtype=jnp.float32) - (crop - 1) / 2
    y, x = jnp.meshgrid(grid * flip / zoom, grid / zoom, indexing="ij")
    cos, sin = jnp.cos(angle), jnp.sin(angle)
    centre = (image.shape[0] - 1) / 2
    # A whole number of pixels off the centre keeps unrotated crops free of interpolation.
    odd = 0.5 * ((image.shape[0] - crop) % 2)
    rows, columns = cos * y - sin * x + centre + odd, sin * y + cos * x + centre + odd
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


def _change_haadf(key: jax.Array, haadf: jax.Array, config: AugmentationConfig) -> jax.Array:
    keys = jax.random.split(key, 9)
    level = jnp.clip((haadf + 1.0) / 2.0, 0.0, 1.5)
    level = level ** jnp.exp(_uniform(keys[0], -0.5, 0.5))
    level = level * _shading(keys[1], haadf.shape[0])
    level = jnp.where(_chance(keys[2], config.invert), 1.0 - level, level)
    haadf = (2.0 * level - 1.0) * _uniform(keys[3], 0.7, 1.3) + _uniform(keys[4], -0.3, 0.3)
    blurred = _blur(haadf[..., None], _uniform(keys[5], 0.0, 1.0))[..., 0]
    haadf = jnp.where(_chance(keys[6], config.degrade), blurred, haadf)
    sigma = jnp.where(_chance(keys[7], config.degrade), _uniform(keys[8], 0.0, 0.35), 0.0)
    noise = jax.random.normal(jax.random.fold_in(key, 1), haadf.shape, jnp.float32)
    return jnp.clip(haadf + sigma * noise, -2.0, 2.0)


def _shading(key: jax.Array, size: int) -> jax.Array:
    """A plane of thickness: up to 25 % brighter on one side."""
    slope = _uniform(key, -0.25, 0.25, (2,))
    ramp = jnp.linspace(-0.5, 0.5, size, dtype=jnp.float32)
    return 1.0 + slope[0] * ramp[:, None] + slope[1] * ramp[None, :]


def _blur(image: jax.Array, strength: jax.Array) -> jax.Array:
    """Binomial 3 x 3 smoothing mixed in by `strength` in [0, 1]."""
    padded = jnp.pad(image, ((1, 1), (1, 1), (0, 0)), mode="edge")
    rows = (padded[:-2] + 2.0 * padded[1:-1] + padded[2:]) / 4.0
    smooth = (rows[:, :-2] + 2.0 * rows[:, 1:-1] + rows[:, 2:]) / 4.0
    return image + strength * (smooth - image)


def _change_maps(key: jax.Array, maps: jax.Array) -> jax.Array:
    """Shift all maps together, scale each, smooth, add noise."""
    k_shift, k_gain, k_blur, k_on, k_sigma, k_noise, k_power = jax.random.split(key, 7)
    shift = jax.random.randint(k_shift, (2,), -2, 3, jnp.int32)
    maps = jnp.roll(maps, shift, (0, 1))
    maps = _blur(maps, _uniform(k_blur, 0.0, 1.0))
    maps = maps ** jnp.exp(_uniform(k_power, -0.3, 0.3))
    maps = maps * jnp.exp(_uniform(k_gain, -0.35, 0.35, (maps.shape[-1],)))
    sigma = jnp.where(_chance(k_on, 0.4), _uniform(k_sigma, 0.0, 0.25), 0.0)
    # EDS noise is correlated by the light smoothing of `input_channels`.
    noise = _blur(jax.random.normal(k_noise, maps.shape, jnp.float32), jnp.float32(1.0))
    return jnp.maximum(maps + 2.0 * sigma * noise, 0.0)


def _drop_roles(key: jax.Array, presence: jax.Array, config: AugmentationConfig) -> jax.Array:
    k_each, k_all = jax.random.split(key)
    kept = _uniform(k_each, 0.0, 1.0, presence.shape) >= config.drop_role
    kept = kept & ~_chance(k_all, config.drop_all)
    return presence * kept.at[0].set(True).astype(jnp.float32)


def _swap_cations(
    key: jax.Array, image: jax.Array, presence: jax.Array, target: jax.Array, config: AugmentationConfig
) -> tuple[jax.Array, jax.Array, jax.Array]:
    a, b = ROLES.index("cation_a"), ROLES.index("cation_b")
    order = list(range(len(ROLES)))
    order[a], order[b] = order[b], order[a]
    swap = _chance(key, config.swap_cations)
    image = jnp.where(swap, image[..., jnp.array(order)], image)
    return image, jnp.where(swap, presence[jnp.array(order)], presence), target
