"""The electrode's outline and what lies along it, as signed distances in pixels (positive inside).

The outline is a plane, a slab or a set of particles, displaced by a smooth random field (waviness).
Along it run, from NMC outwards: coating, reaction layer, lenses of lost contact. A layer is present
where a Gaussian field exceeds the quantile of its coverage and tapers off at the rims of its patches.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax.scipy.special import ndtri

from ssbi_core.simulate.config import MicrostructureParameters
from ssbi_core.simulate.fields import RandomFields
from ssbi_core.simulate.random_field import hash_cells, variate

MAX_PARTICLES = 12
_FAR = 1e4


class Interface(NamedTuple):
    """Signed distances in pixels, (rows, columns) float32: inside the electrode, coating, layer, lenses."""

    electrode: jax.Array
    coating: jax.Array
    layer: jax.Array
    lens: jax.Array


def electrode_distance(
    salt: jax.Array, wave: jax.Array, y: jax.Array, x: jax.Array, p: MicrostructureParameters
) -> jax.Array:
    """Return the signed distance to the electrode's outline, positive in the electrode.

    Parameters
    ----------
    salt : uint32, which particles.
    wave : (rows, columns) Gaussian field that displaces the outline.
    y, x : (rows, columns) pixel coordinates; in 3D (1, rows, columns), and `wave` (slices, rows, columns).
    p : traced parameters.
    """
    rows, columns = y.shape[-2:]
    diagonal = jnp.float32((rows**2 + columns**2) ** 0.5)
    c, s = jnp.cos(p.interface_angle), jnp.sin(p.interface_angle)
    across = (x - (columns - 1) / 2) * c + (y - (rows - 1) / 2) * s - p.interface_offset * diagonal
    everywhere = jnp.full(y.shape, _FAR, jnp.float32)
    outlines = [across, p.slab_width / 2 - jnp.abs(across), -everywhere, -everywhere, everywhere]
    outline = jnp.select([p.geometry == k for k in range(5)], outlines)
    outline = jnp.maximum(outline, _particles(salt, y, x, p))
    amplitude = jnp.minimum(p.waviness, 0.35 * p.waviness_length)  # steeper would fold the interface over
    outline = outline + amplitude * wave
    outline = outline / jnp.clip(_slope(outline), 0.4, 3.0)  # to first order a distance again
    return jnp.where(p.inverted > 0.5, -outline, outline)


def interface_layers(electrode: jax.Array, fields: RandomFields, p: MicrostructureParameters) -> Interface:
    """Return coating, reaction layer and contact-loss lenses along an outline."""
    outside = -electrode
    step = _digital_line(electrode)

    coat = p.coating_thickness * _patches(fields.coating, p.coating_coverage)
    thickness = p.layer_thickness * _patches(fields.layer, p.layer_coverage)
    thickness = thickness * jnp.exp(p.layer_unevenness * fields.unevenness - p.layer_unevenness**2 / 2)
    coated = coat > 0.3
    inner = jnp.where(coated, coat, -p.layer_into_nmc * thickness)
    outer = inner + thickness

    above = fields.lens - ndtri(1 - jnp.clip(p.contact_loss, 0, 1) * 0.999 - 5e-4)
    opening = jnp.where(p.contact_loss > 0, p.lens_thickness * jnp.sqrt(jnp.clip(above, 0, 1.5)), 0.0)
    return Interface(
        electrode=electrode,
        coating=jnp.where(coated, _band(outside, jnp.zeros_like(coat), coat, step), -_FAR),
        layer=jnp.where(thickness > 0.3, _band(outside, inner, outer, step), -_FAR),
        lens=jnp.where(opening > 0.5, opening / 2 - jnp.abs(outside - outer), -_FAR),
    )


def _particles(salt: jax.Array, y: jax.Array, x: jax.Array, p: MicrostructureParameters) -> jax.Array:
    """Union of ellipses, more or less faceted; the first `particle_count` of a fixed number are real."""
    rows, columns = y.shape[-2:]
    h = hash_cells(salt, jnp.arange(MAX_PARTICLES))
    u = jnp.stack([variate(h, n) for n in range(6)], axis=1)
    distance = jnp.full(y.shape, -_FAR, jnp.float32)
    aspect, angle = 1 + 0.9 * u[:, 3], jnp.pi * u[:, 4]
    radius = p.particle_size / 2 * jnp.exp(0.7 * (u[:, 2] - 0.5))
    real = jnp.arange(MAX_PARTICLES) < p.particle_count

    def add(k: jax.Array, distance: jax.Array) -> jax.Array:
        dy, dx = y - (u[k, 0] * 1.1 - 0.05) * rows, x - (u[k, 1] * 1.1 - 0.05) * columns
        c, s = jnp.cos(angle[k]), jnp.sin(angle[k])
        a = jnp.abs(dx * c + dy * s) / jnp.sqrt(aspect[k])
        b = jnp.abs(dy * c - dx * s) * jnp.sqrt(aspect[k])
        octagon = jnp.maximum(jnp.maximum(a, b), 0.7071 * (a + b))
        size = jnp.sqrt(a**2 + b**2)
        inside = radius[k] - size - u[k, 5] * (octagon - size)
        return jnp.maximum(distance, jnp.where(real[k], inside, -_FAR))

    distance = jax.lax.fori_loop(0, MAX_PARTICLES, add, distance)
    return distance


def _patches(field: jax.Array, coverage: jax.Array) -> jax.Array:
    """Profile in [0, 1] that is positive on `coverage` of the area, with tapered rims."""
    threshold = ndtri(1 - jnp.clip(coverage, 1e-4, 1 - 1e-4))
    profile = jnp.sqrt(jnp.clip((field - threshold) / 0.3, 0, 1))
    return jnp.where(coverage > 0.999, 1.0, jnp.where(coverage < 1e-3, 0.0, profile))


def _band(outside: jax.Array, inner: jax.Array, outer: jax.Array, step: jax.Array) -> jax.Array:
    """Signed distance inside inner < outside < outer, at least one gap-free pixel line wide."""
    half = jnp.maximum(outer - inner, step) / 2
    return half - jnp.abs(outside - (inner + outer) / 2)


def _digital_line(distance: jax.Array) -> jax.Array:
    """Thickness, the sum of |n_a| of the normal n, at which a digital line along a level set has no diagonal gap."""
    gradient = jnp.gradient(distance)
    return sum(jnp.abs(g) for g in gradient) / jnp.sqrt(sum(g**2 for g in gradient) + 1e-12)


def _slope(distance: jax.Array) -> jax.Array:
    return jnp.sqrt(sum(g**2 for g in jnp.gradient(distance)) + 1e-12)
