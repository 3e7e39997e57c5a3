"""Pores, cracks and dislocations as signed distances in pixels (positive inside).

Pores and dislocations sit on hashed grids of cells, one or none per cell, so their number follows from
density and needs no bound; a pixel looks at its 3 x 3 neighbouring cells.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax.scipy.special import ndtr, ndtri

from ssbi_core.simulate.config import MicrostructureParameters
from ssbi_core.simulate.grains import Polycrystal
from ssbi_core.simulate.random_field import direction, hash_cells, variate, variate_pair

MAX_CRACKS = 3
_FAR = 1e4
_MEAN_SQUARED_RADIUS = 1.083  # E[(0.5 + u)^2]


def closed_pores(
    salt: jax.Array, y: jax.Array, x: jax.Array, size: jax.Array, p: MicrostructureParameters
) -> jax.Array:
    """Return the signed distance of closed pores filling half of the porosity asked for.

    Parameters
    ----------
    salt : uint32, which pores.
    y, x : pixel coordinates, warped for irregular outlines.
    size : mean pore diameter in pixels.
    """
    radius = size / 2
    area = jnp.pi * radius**2 * _MEAN_SQUARED_RADIUS
    share = jnp.maximum(p.porosity / 2, 1e-5)
    spacing = jnp.maximum(jnp.sqrt(0.5 * area / share), 3.2 * radius * jnp.sqrt(p.pore_elongation))
    present = share * spacing**2 / area
    i, j = jnp.floor(y / spacing), jnp.floor(x / spacing)

    def add(k: jax.Array, distance: jax.Array) -> jax.Array:
        ci, cj = i + (k // 3 - 1), j + (k % 3 - 1)
        h = hash_cells(salt, ci, cj)
        (uy, ux), (ur, ua), (turn, side), (there, _) = (variate_pair(h, n) for n in range(1, 5))
        r = radius * (0.5 + ur)
        stretch = 1 + (jnp.sqrt(p.pore_elongation) - 1) * 2 * ua
        c, s = direction(turn)
        dy, dx = y - (ci + uy) * spacing, x - (cj + ux) * spacing
        inside = r - _rim((dx * c + dy * s) / stretch, (dy * c - dx * s) * stretch, side, p.pore_faceting)
        return jnp.maximum(distance, jnp.where(there < present, inside, -_FAR))

    return jax.lax.fori_loop(0, 9, add, jnp.full(y.shape, -_FAR, jnp.float32))


def _rim(u: jax.Array, v: jax.Array, choice: jax.Array, faceting: jax.Array) -> jax.Array:
    """Radius of the outline through (u, v): between a circle and a square, hexagon or octagon."""
    u, v = jnp.abs(u), jnp.abs(v)
    square = jnp.maximum(u, v)
    hexagon = jnp.maximum(v, 0.5 * v + 0.866 * u)
    octagon = jnp.maximum(square, 0.7071 * (u + v))
    facet = jnp.where(choice < 0.3, 1.13 * square, jnp.where(choice < 0.7, 1.05 * hexagon, 1.03 * octagon))
    radius = jnp.sqrt(u**2 + v**2)
    return radius + faceting * (facet - radius)


def junction_pores(field: jax.Array, grains: Polycrystal, p: MicrostructureParameters) -> jax.Array:
    """Return the signed distance of pores at grain corners (where two boundaries are near)."""
    above = jnp.clip(field - ndtri(1 - jnp.clip(p.junction_pores, 1e-4, 1 - 1e-4)), 0, 1.5)
    finest = jnp.minimum(p.grain_size, p.nmc_grain_size)
    size = 0.5 * jnp.minimum(p.pore_size, 0.5 * finest) * jnp.sqrt(above)
    return jnp.where((size > 0.7) & (p.junction_pores > 0), size - grains.junction_distance, -_FAR)


def opened_boundaries(field: jax.Array, grains: Polycrystal, p: MicrostructureParameters) -> jax.Array:
    """Return the signed distance of cracks that follow grain boundaries."""
    clustered = ndtr(field)
    open_now = 4 * p.boundary_cracks * clustered**3  # damage comes in regions; mean stays near boundary_cracks
    width = p.crack_width * (0.4 + 0.6 * variate(grains.boundary_hash, 16))
    half = jnp.maximum(width, grains.boundary_step) / 2
    return jnp.where(variate(grains.boundary_hash, 15) < open_now, half - grains.boundary_distance, -_FAR)


def cracks(salt: jax.Array, rough: jax.Array, y: jax.Array, x: jax.Array, p: MicrostructureParameters) -> jax.Array:
    """Return the signed distance of cracks that cross grains: rough lines of limited length, tapered at the tips."""
    rows, columns = y.shape
    h = hash_cells(salt, jnp.arange(MAX_CRACKS))
    u = jnp.stack([variate(h, n) for n in range(5)], axis=1)
    distance = jnp.full(y.shape, -_FAR, jnp.float32)
    for k in range(MAX_CRACKS):
        angle = jnp.pi * u[k, 2]
        c, s = jnp.cos(angle), jnp.sin(angle)
        dy, dx = y - u[k, 0] * rows, x - u[k, 1] * columns
        along, across = dx * c + dy * s, dy * c - dx * s + 0.05 * (rows + columns) * (u[k, 3] - 0.3) * rough
        half_length = (0.08 + 0.25 * u[k, 4]) * (rows + columns)
        taper = jnp.clip(1 - (along / half_length) ** 2, 0, 1)
        half = jnp.maximum(p.crack_width / 2 * jnp.sqrt(taper), 0.7)
        inside = jnp.where((taper > 0) & (p.crack_count > k), half - jnp.abs(across), -_FAR)
        distance = jnp.maximum(distance, inside)
    return distance


def dislocations(
    salt: jax.Array, y: jax.Array, x: jax.Array, grain: jax.Array, p: MicrostructureParameters
) -> tuple[jax.Array, jax.Array]:
    """Return the distance to the nearest dislocation line and its hash (rows, columns).

    Lines of one grain share a direction (slip planes) and end at its boundary: each line belongs to one grain only.
    """
    spacing = jnp.maximum(p.dislocation_spacing * jnp.sqrt(jnp.float32(0.5)), 3.0)
    half_length = jnp.minimum(p.dislocation_length / 2, 0.9 * spacing)
    i, j = jnp.floor(y / spacing), jnp.floor(x / spacing)
    slip_c, slip_s = direction(variate(grain, 11))

    def add(k: jax.Array, state: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
        ci, cj = i + (k // 3 - 1), j + (k % 3 - 1)
        h = hash_cells(salt + grain, ci, cj)
        (uy, ux), (turn, ul), (bend, there) = (variate_pair(h, n) for n in range(1, 4))
        turn = 0.5 * (turn - 0.5)
        norm = jax.lax.rsqrt(1 + turn**2)
        c, s = (slip_c - turn * slip_s) * norm, (slip_s + turn * slip_c) * norm
        dy, dx = y - (ci + uy) * spacing, x - (cj + ux) * spacing
        along = dx * c + dy * s
        across = dy * c - dx * s - (bend - 0.5) / (half_length + 1) * along**2
        away = jnp.sqrt(across**2 + jnp.maximum(jnp.abs(along) - half_length * (0.5 + ul), 0) ** 2)
        nearer = (there < 0.5) & (away < state[0])
        return jnp.where(nearer, away, state[0]), jnp.where(nearer, h, state[1])

    return jax.lax.fori_loop(0, 9, add, (jnp.full(y.shape, _FAR, jnp.float32), jnp.zeros(y.shape, jnp.uint32)))
