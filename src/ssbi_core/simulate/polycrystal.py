"""Volumes of LLZO grains and nothing else, to compare with what is published on ceramics.

The protocol is that of Dai et al. (arXiv 2209.05583, and github.com/mdai26/PGNN): 64 x 64 x 64 voxels of 1 nm, 10 to
400 grains of a tessellation around random points, and grain boundaries of a finite width, which conduct less than the
grains. There every voxel beside another grain is boundary, so that boundaries are two voxels wide. Two things differ:
their tessellation is of Voronoi and periodic, this one is a power diagram (see `grains`) and ends at the faces; and
their grains conduct anisotropically, which is the solver's business and not that of a volume of labels.
"""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from ssbi_core.errors import InputError
from ssbi_core.materials import Phase
from ssbi_core.simulate.grains import isotropic_cell_map, power_diagram
from ssbi_core.simulate.microstructure import grain_changes
from ssbi_core.simulate.volume import Volume

BOUNDARY_WIDTH = 2.0
"""Voxels across a boundary, as in Dai et al."""

PIXEL_SIZE_NM = 1.0
"""Edge of a voxel in Dai et al."""

_SPREAD = 0.5  # of grain sizes, in the middle of what `power_diagram` knows
_FILLED = 0.85  # share of the cells of its grid that hold a seed then
_LARGEST = 256e6  # voxels, as of other volumes


def simulate_polycrystal(
    rng_key: jax.Array,
    grains: float,
    *,
    edge: int = 64,
    boundary_width: float = BOUNDARY_WIDTH,
    pixel_size_nm: float = PIXEL_SIZE_NM,
) -> Volume:
    """Return a cube of LLZO grains with grain boundaries between them.

    Parameters
    ----------
    rng_key : JAX random key.
    grains : volume of the cube over the mean volume of a grain; more are seen, since faces cut some of them.
    edge : of the cube, in voxels.
    boundary_width : in voxels; boundaries without a gap need 1 (along an axis) to 1.7 (along a diagonal), which is
        the least that is drawn.
    pixel_size_nm : edge of a voxel.

    Raises
    ------
    InputError
        If there are fewer than 8 voxels per grain, or a number is out of range.
    """
    _check(grains, edge, boundary_width, pixel_size_nm)
    cell = edge * (_FILLED / grains) ** (1 / 3)
    labels, ids = _generate(rng_key, jnp.float32(cell), jnp.float32(boundary_width), edge)
    return Volume(np.asarray(labels), np.asarray(ids), float(pixel_size_nm))


@partial(jax.jit, static_argnums=3)
def _generate(rng_key: jax.Array, cell: jax.Array, width: jax.Array, edge: int) -> tuple[jax.Array, jax.Array]:
    salt_key, shift_key = jax.random.split(rng_key)
    shift = cell * jax.random.uniform(shift_key, (3,), jnp.float32)  # the grid of seeds has no place of its own
    voxels = tuple(axis.astype(jnp.float32) + s for axis, s in zip(jnp.mgrid[:edge, :edge, :edge], shift, strict=True))
    salt = jax.random.bits(salt_key, (), jnp.uint32)
    found = power_diagram(salt, isotropic_cell_map(voxels, cell), jnp.float32(_SPREAD))
    near = found.boundary_distance < jnp.maximum(width, found.boundary_step) / 2
    ids = 2 * found.grain_ids  # the last bit says LLZO or NMC
    boundary = near | grain_changes(ids, near)
    labels = jnp.where(boundary, jnp.uint8(int(Phase.GRAIN_BOUNDARY)), jnp.uint8(int(Phase.LLZO)))
    return labels, jnp.where(boundary, 0, ids)


def _check(grains: float, edge: int, boundary_width: float, pixel_size_nm: float) -> None:
    if edge < 2 or edge**3 > _LARGEST:
        raise InputError(f"a cube of {edge} voxels", "an edge of 2 to 634 voxels", "change edge")
    if not 1 <= grains <= edge**3 / 8:
        raise InputError(f"{grains} grains in {edge}^3 voxels", f"1 to {edge**3 // 8}", "change grains or edge")
    if not 0 <= boundary_width < edge:
        raise InputError(f"boundaries {boundary_width} voxels wide", f"0 to {edge}", "give their width in voxels")
    if not 0 < pixel_size_nm < np.inf:
        raise InputError(f"a pixel size of {pixel_size_nm} nm", "a positive number", "give the edge of a voxel in nm")
