"""Currents that a potential drives into the corners of pixels and through resistive faces.

They are linear in the potential and in the conductances. So their product with the potential is the power, and the
same function says what a change of the conductances does while the potential stays.
"""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp

from ssbi_core.transport.differentiable.potential import Geometry
from ssbi_core.transport.elements import gradient_products, jump, laplacian
from ssbi_core.transport.tensors import checked_shape, is_tensor

Pair = tuple[jax.Array, jax.Array]
"""One array of the pixels, one of the faces."""
_EXACT = jax.lax.Precision.HIGHEST  # accelerators would otherwise round to 10 bits


def changed_currents(geometry: Geometry, properties: Pair, changes: Pair, potential: Pair) -> Pair:
    """Currents that come about by changes of the properties alone.

    Parameters
    ----------
    properties, changes : conductivity, (grid) or (grid, d, d), and resistance (faces,).
    potential : `Differences`.

    Returns
    -------
    (pixels, 2^d) and (faces, 2^(d-1)), on a grid of unit pixels.
    """
    resistance, change = properties[1], changes[1]
    there = resistance > 0  # else nothing drops over the face
    by_resistance = jnp.where(there, -geometry.voxel_size / jnp.where(there, resistance, 1.0) ** 2, 0.0)
    return _currents(changes[0], by_resistance * change, potential)


def changed_conductivity(geometry: Geometry, properties: Pair, changes: Pair, potential: Pair) -> jax.Array:
    """Change of the effective conductivity: its energy being a minimum, that at the potential as it is."""
    at_pixels, at_faces = changed_currents(geometry, properties, changes, potential)
    power = jnp.vdot(potential[0], at_pixels) + jnp.vdot(potential[1], at_faces)
    grid = checked_shape(properties[0])
    return power * (grid[geometry.axis] ** 2 / math.prod(grid))


def difference_shapes(conductivity: jax.Array, resistance: jax.Array) -> tuple[jax.ShapeDtypeStruct, ...]:
    """Shapes of `Differences`, in the precision of the conductivity."""
    grid = checked_shape(conductivity)
    corners = 2 ** len(grid)
    sizes = (math.prod(grid), corners), (resistance.size, corners // 2)
    return tuple(jax.ShapeDtypeStruct(size, conductivity.dtype) for size in sizes)


def _currents(conductivity: jax.Array, conductance: jax.Array, potential: Pair) -> Pair:
    pixels, faces = potential
    ndim, kind = len(checked_shape(conductivity)), conductivity.dtype
    if is_tensor(conductivity):
        tensors, products = conductivity.reshape(-1, ndim, ndim), gradient_products(ndim).astype(kind)
        into = jnp.einsum("pij,ijab,pb->pa", tensors, products, pixels, precision=_EXACT)
    else:
        into = conductivity.reshape(-1, 1) * jnp.matmul(pixels, laplacian(ndim).astype(kind), precision=_EXACT)
    size = faces.shape[1]
    across = jump(ndim)[:size, :size].astype(kind)
    return into, conductance[:, None] * jnp.matmul(faces, across, precision=_EXACT)
