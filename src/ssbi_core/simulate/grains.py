"""Polycrystals as power diagrams of jittered-grid seeds.

Each cell of a square grid holds one seed with a random weight, or none; a pixel belongs to the seed of
least power distance |x - s|^2 - w, and only the 5 x 5 (in 3D, 5 x 5 x 5) cells around
it can hold that seed. The distance
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

_REACH = 5  # cells along an axis of the neighbourhood
_JITTER = 0.85  # of a cell; 1 would give slivers, 0 a square grid


Vector = tuple[jax.Array, ...]  # one array per axis


class Polycrystal(NamedTuple):
    """Grains of every pixel, all arrays of the image shape.

    Attributes
    ----------
    grain_ids : int32, a number per grain, not consecutive.
    grain_hash : uint32, random bits per grain.
    boundary_distance : float32, pixels to the nearest boundary.
    junction_distance : float32, pixels to the second nearest boundary (small at grain corners).
    boundary_hash : uint32, random bits per boundary, the same on both sides.
    boundary_step : float32, sum of |n_a| of the boundary normal n: thickness of a gap-free digital line.
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
    seed: Vector


class _Bisector(NamedTuple):
    first: jax.Array
    second: jax.Array
    hash: jax.Array
    normal: Vector


class CellMap(NamedTuple):
    """Map of pixels into the seed grid, one entry per axis.

    Attributes
    ----------
    at : coordinates in cells.
    jacobian : jacobian[a][b] = d(cell coordinate a)/d(pixel coordinate b).
    """

    at: Vector
    jacobian: tuple[Vector, ...]


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
    rows_to, columns_to = jnp.gradient(y), jnp.gradient(x)
    return CellMap(
        (v, u),
        (
            tuple((c * dy - s * dx) * across for dy, dx in zip(rows_to, columns_to, strict=True)),
            tuple((s * dy + c * dx) * along for dy, dx in zip(rows_to, columns_to, strict=True)),
        ),
    )


def isotropic_cell_map(coordinates: Vector, size: jax.Array) -> CellMap:
    """Return the map of (warped) coordinates, 2D or 3D, to a seed grid of given cell size in pixels."""
    return CellMap(
        tuple(c / size for c in coordinates),
        tuple(tuple(g / size for g in jnp.gradient(c)) for c in coordinates),
    )


def power_diagram(salt: jax.Array, cells: CellMap, spread: jax.Array) -> Polycrystal:
    """Return the power diagram of hashed jittered-grid seeds at every pixel.

    Parameters
    ----------
    salt : uint32, scalar or per pixel: pixels of different salt see different seeds.
    cells : where each pixel lies in the seed grid.
    spread : 0 near-uniform grains, 1 broad size distribution.
    """
    base = tuple(jnp.floor(c) for c in cells.at)
    count = _REACH ** len(base)
    far = jnp.full(base[0].shape, 1e6, jnp.float32)

    def candidate(k: jax.Array) -> tuple[jax.Array, Vector, jax.Array]:
        h, seed, weight = _seed(salt, _neighbour(base, k), spread)
        return h, seed, sum((c - s) ** 2 for c, s in zip(cells.at, seed, strict=True)) - weight

    def nearest(k: jax.Array, state: _Nearest) -> _Nearest:
        h, seed, power = candidate(k)
        other = _Nearest(power, jnp.full(h.shape, k, jnp.int32), h, seed)
        return jax.tree.map(partial(jnp.where, power < state.power), other, state)

    own = _Nearest(far, jnp.zeros(far.shape, jnp.int32), jnp.zeros(far.shape, jnp.uint32), tuple(far for _ in base))
    own = jax.lax.fori_loop(0, count, nearest, own)

    def bisector(k: jax.Array, state: _Bisector) -> _Bisector:
        h, seed, power = candidate(k)
        apart = tuple(s - o for s, o in zip(seed, own.seed, strict=True))
        per_distance = jax.lax.rsqrt(jnp.maximum(sum(d**2 for d in apart), 1e-12))
        distance = jnp.where(own.cell == k, 1e6, 0.5 * (power - own.power) * per_distance)
        nearer = distance < state.first
        return _Bisector(
            jnp.where(nearer, distance, state.first),
            jnp.where(nearer, state.first, jnp.minimum(state.second, distance)),
            jnp.where(nearer, h, state.hash),
            tuple(jnp.where(nearer, d * per_distance, n) for d, n in zip(apart, state.normal, strict=True)),
        )

    edge = _Bisector(far, far, own.hash, tuple(jnp.ones_like(far) for _ in base))
    edge = jax.lax.fori_loop(0, count, bisector, edge)

    # d(distance in cells)/d(pixel) = J^T n: its length converts the distance, its direction is the normal
    gradient = [sum(row[b] * n for row, n in zip(cells.jacobian, edge.normal, strict=True)) for b in range(len(base))]
    slope = jnp.sqrt(sum(g**2 for g in gradient)) + 1e-9
    return Polycrystal(
        grain_ids=_number(_neighbour(base, own.cell)),
        grain_hash=own.hash,
        boundary_distance=edge.first / slope,
        junction_distance=edge.second / slope,
        boundary_hash=own.hash + edge.hash,
        boundary_step=sum(jnp.abs(g) for g in gradient) / slope,
    )


def _neighbour(base: Vector, k: jax.Array) -> Vector:
    """Cell number k of the neighbourhood around a cell."""
    last = len(base) - 1
    return tuple(b + (k // _REACH ** (last - axis) % _REACH - _REACH // 2) for axis, b in enumerate(base))


def _number(cell: Vector) -> jax.Array:
    """One positive int32 per cell."""
    stride = 4096 if len(cell) == 2 else 512  # cells along an axis that can be told apart
    number = jnp.zeros(cell[0].shape, jnp.int32)
    for c in cell:
        number = number * stride + c.astype(jnp.int32) + stride // 2
    return number


def _seed(salt: jax.Array, cell: Vector, spread: jax.Array) -> tuple[jax.Array, Vector, jax.Array]:
    """Hash, position and weight of the seed in a cell; some cells are empty when the spread is broad."""
    h = hash_cells(salt, *cell)
    places = [u for n in range((len(cell) + 1) // 2) for u in variate_pair(h, 1 + n)]
    seed = tuple(c + 0.5 + _JITTER * (u - 0.5) for c, u in zip(cell, places, strict=False))
    weight, empty = variate_pair(h, 9)
    return h, seed, jnp.where(empty < 0.3 * spread, -100.0, 0.35 * spread * weight)
