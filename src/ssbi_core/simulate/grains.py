"""Polycrystals as power diagrams of jittered-grid seeds.

Each cell of a square grid holds one seed with a random weight, or none; a pixel belongs to the seed of
least power distance |x - s|^2 - w, and only the 5 x 5 cells around it can hold that seed. The distance
to the nearest boundary is the least distance to a bisector, (P_j - P_i) / (2 |s_j - s_i|), which is
exact, so boundary width is not bound to the pixel grid. Elongated grains and curved boundaries come
from mapping pixels into the cell grid; distances are carried back with the local Jacobian.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp

from ssbi_core.simulate.random_field import hash_cells, variate_pair

_CELLS = 25  # 5 x 5 neighbourhood
_JITTER = 0.85  # of a cell; 1 would give slivers, 0 a square grid
_ID_STRIDE = 4096  # cells along one axis that grain numbers can tell apart


class Polycrystal(NamedTuple):
    """Grains of every pixel, all arrays (rows, columns).

    Attributes
    ----------
    grain_ids : int32, a number per grain, not consecutive.
    grain_hash : uint32, random bits per grain.
    boundary_distance : float32, pixels to the nearest boundary.
    junction_distance : float32, pixels to the second nearest boundary (small at grain corners).
    boundary_hash : uint32, random bits per boundary, the same on both sides.
    boundary_step : float32, |n_y| + |n_x| of the boundary normal n: thickness of a gap-free digital line.
    """

    grain_ids: jax.Array
    grain_hash: jax.Array
    boundary_distance: jax.Array
    junction_distance: jax.Array
    boundary_hash: jax.Array
    boundary_step: jax.Array


class _Nearest(NamedTuple):
    power: jax.Array
    cell: jax.Array
    hash: jax.Array
    y: jax.Array
    x: jax.Array


class _Bisector(NamedTuple):
    first: jax.Array
    second: jax.Array
    hash: jax.Array
    normal_y: jax.Array
    normal_x: jax.Array


class CellMap(NamedTuple):
    """Map of pixels into the seed grid: `y`, `x` in cells and the Jacobian d(cell)/d(pixel)."""

    y: jax.Array
    x: jax.Array
    yy: jax.Array
    yx: jax.Array
    xy: jax.Array
    xx: jax.Array


def cell_map(y: jax.Array, x: jax.Array, size: jax.Array, elongation: jax.Array, direction: jax.Array) -> CellMap:
    """Return the map of (warped) pixel coordinates to a seed grid of given cell size and elongation.

    Parameters
    ----------
    y, x : (rows, columns) coordinates in pixels, already warped for curved boundaries.
    size, elongation, direction : mean diameter in pixels, aspect ratio, long axis in radians; scalars or per pixel.
    """
    c, s = jnp.cos(direction), jnp.sin(direction)
    along, across = 1 / (size * jnp.sqrt(elongation)), jnp.sqrt(elongation) / size
    v, u = (-s * x + c * y) * across, (c * x + s * y) * along
    dyy, dyx = jnp.gradient(y)
    dxy, dxx = jnp.gradient(x)
    return CellMap(
        v, u,
        (-s * dxy + c * dyy) * across, (-s * dxx + c * dyx) * across,
        (c * dxy + s * dyy) * along, (c * dxx + s * dyx) * along,
    )  # fmt: skip


def power_diagram(salt: jax.Array, cells: CellMap, spread: jax.Array) -> Polycrystal:
    """Return the power diagram of hashed jittered-grid seeds at every pixel.

    Parameters
    ----------
    salt : uint32, scalar or per pixel: pixels of different salt see different seeds.
    cells : where each pixel lies in the seed grid.
    spread : 0 near-uniform grains, 1 broad size distribution.
    """
    base_i, base_j = jnp.floor(cells.y), jnp.floor(cells.x)
    far = jnp.full(cells.y.shape, 1e6, jnp.float32)

    def nearest(k: jax.Array, state: _Nearest) -> _Nearest:
        h, sy, sx, weight = _seed(salt, base_i + (k // 5 - 2), base_j + (k % 5 - 2), spread)
        power = (cells.y - sy) ** 2 + (cells.x - sx) ** 2 - weight
        candidate = _Nearest(power, jnp.full_like(h, k, dtype=jnp.int32), h, sy, sx)
        return jax.tree.map(partial(jnp.where, power < state.power), candidate, state)

    own = _Nearest(far, jnp.zeros(far.shape, jnp.int32), jnp.zeros(far.shape, jnp.uint32), far, far)
    own = jax.lax.fori_loop(0, _CELLS, nearest, own)

    def bisector(k: jax.Array, state: _Bisector) -> _Bisector:
        h, sy, sx, weight = _seed(salt, base_i + (k // 5 - 2), base_j + (k % 5 - 2), spread)
        power = (cells.y - sy) ** 2 + (cells.x - sx) ** 2 - weight
        dy, dx = sy - own.y, sx - own.x
        per_distance = jax.lax.rsqrt(jnp.maximum(dy**2 + dx**2, 1e-12))
        distance = jnp.where(own.cell == k, 1e6, 0.5 * (power - own.power) * per_distance)
        nearer = distance < state.first
        return _Bisector(
            jnp.where(nearer, distance, state.first),
            jnp.where(nearer, state.first, jnp.minimum(state.second, distance)),
            jnp.where(nearer, h, state.hash),
            jnp.where(nearer, dy * per_distance, state.normal_y),
            jnp.where(nearer, dx * per_distance, state.normal_x),
        )

    edge = _Bisector(far, far, own.hash, jnp.ones_like(far), jnp.zeros_like(far))
    edge = jax.lax.fori_loop(0, _CELLS, bisector, edge)

    # d(distance in cells)/d(pixel) = J^T n: its length converts the distance, its direction is the normal
    gradient_y = cells.yy * edge.normal_y + cells.xy * edge.normal_x
    gradient_x = cells.yx * edge.normal_y + cells.xx * edge.normal_x
    slope = jnp.sqrt(gradient_y**2 + gradient_x**2) + 1e-9
    own_i, own_j = base_i + (own.cell // 5 - 2), base_j + (own.cell % 5 - 2)
    ids = (own_i.astype(jnp.int32) + _ID_STRIDE // 2) * _ID_STRIDE + own_j.astype(jnp.int32) + _ID_STRIDE // 2
    return Polycrystal(
        grain_ids=ids,
        grain_hash=own.hash,
        boundary_distance=edge.first / slope,
        junction_distance=edge.second / slope,
        boundary_hash=own.hash + edge.hash,
        boundary_step=(jnp.abs(gradient_y) + jnp.abs(gradient_x)) / slope,
    )


def _seed(
    salt: jax.Array, i: jax.Array, j: jax.Array, spread: jax.Array
) -> tuple[jax.Array, jax.Array, jax.Array, jax.Array]:
    """Hash, position and weight of the seed in a cell; some cells are empty when the spread is broad."""
    h = hash_cells(salt, i, j)
    uy, ux = variate_pair(h, 1)
    uw, empty = variate_pair(h, 2)
    sy, sx = i + 0.5 + _JITTER * (uy - 0.5), j + 0.5 + _JITTER * (ux - 0.5)
    return h, sy, sx, jnp.where(empty < 0.3 * spread, -100.0, 0.35 * spread * uw)
