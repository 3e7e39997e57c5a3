"""Closer bounds from a finer mesh.

In 2D the cells that hold the bounds apart are cut, again and again, until the bounds are as close as asked for. Which
cells these are is known exactly (`gap_indicator`): the largest shares that make up half of the gap are cut each time
(W. Dörfler, A convergent adaptive algorithm for Poisson's equation, SIAM J. Numer. Anal. 33 (1996) 1106). They lie at
corners of pixels, where materials meet and the field is singular, so that most of the mesh stays as it is. In 3D all
voxels are cut into 2 x 2 x 2. Both bounds stay rigorous, and every mesh contains the one before: they can only come
closer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ssbi_core.transport.conduct import ConductionProblem
from ssbi_core.transport.conduction import Promise
from ssbi_core.transport.conductivity_field import ConductionField
from ssbi_core.transport.config import MAX_CELLS
from ssbi_core.transport.graded_mesh import GradedMesh
from ssbi_core.transport.mesh_bounds import MeshBounds, bounds_on
from ssbi_core.transport.node_splitting import torn_nodes
from ssbi_core.transport.solution import Bounded
from ssbi_core.transport.subdivision import subdivided
from ssbi_core.transport.tensors import strength

_MOST_VOXELS = 300_000
_BULK = 0.5  # of the gap, in the cells that are cut
_DEPTH = 3  # times that the corner of a pixel is cut at once: at a singularity, one level takes off little
_MOST_UNITS = 2**27  # smallest cells along the picture; 2^_DEPTH of these in 32 bits


@dataclass(frozen=True)
class Refined:
    """Bounds, the edge of a pixel in edges of the smallest cell used for them, and whether they are close enough."""

    effective_conductivity: Bounded
    factor: int
    reached: bool


def tighten(
    field: ConductionField,
    axis: int,
    known: Bounded,
    relative_gap: float,
    *,
    tolerance: float = 1e-6,
    throw: bool = True,
    method: str = "auto",
    max_cells: int = MAX_CELLS,
) -> Refined:
    """Refine until upper and lower bound differ by at most `relative_gap` of the estimate, or memory would not do.

    Parameters
    ----------
    field : the structure.
    axis : array axis of transport.
    known : bounds on its own pixels, S/cm.
    relative_gap : (upper - lower) / estimate to reach.
    tolerance, throw, method : as in `conduct`.
    max_cells : of a mesh in 2D.

    Raises
    ------
    SolverError
        As `conduct`.
    """
    if _gap(known) <= relative_gap:
        return Refined(known, 1, True)
    promise = Promise(tolerance, throw, method)
    if field.body.ndim == 2:
        best, factor = _where_it_matters(field, axis, known, relative_gap, promise, max_cells)
    else:
        best, factor = _everywhere(field, axis, known, relative_gap, promise)
    return Refined(best, factor, _gap(best) <= relative_gap)


def _where_it_matters(
    field: ConductionField, axis: int, best: Bounded, relative_gap: float, promise: Promise, max_cells: int
) -> tuple[Bounded, int]:
    with ConductionProblem(
        field.conductivity,
        field.voxel_size,
        axis,
        surfaces=field.surfaces,
        method=promise.method,
        mesh="graded",
    ) as problem:
        assert problem.mesh is not None
        torn, tips = torn_nodes(strength(problem.field), problem.faces)
        finer = replace(problem.mesh, torn=torn, tips=tips)
        while True:
            mesh, found = finer, bounds_on(finer, problem, promise)
            best = _closer(best, found.effective_conductivity)
            marked = _largest_shares(mesh, found, relative_gap * best.estimate)
            if _gap(best) <= relative_gap or not found.converged or not marked.any():
                break
            finer = mesh.cut(marked, _DEPTH)
            if len(finer) > max_cells:
                break
    return best, max(mesh.tree.unit // int(mesh.tree.edge.min()), 1)


def _everywhere(
    field: ConductionField, axis: int, best: Bounded, relative_gap: float, promise: Promise
) -> tuple[Bounded, int]:
    factor = 1
    while _gap(best) > relative_gap and field.body.size * (2 * factor) ** 3 <= _MOST_VOXELS:
        factor *= 2
        fine = subdivided(field, factor)
        with ConductionProblem(
            fine.conductivity,
            fine.voxel_size,
            axis,
            surfaces=fine.surfaces,
            method=promise.method,
            mesh="pixels",
        ) as problem:
            found = problem.solve(tolerance=promise.tolerance, throw=promise.throw)
        best = _closer(best, found.effective_conductivity)
    return best, factor


def _largest_shares(mesh: GradedMesh, found: MeshBounds, wanted: float) -> np.ndarray:
    """The fewest cells that make up the bulk of the gap, boolean; none where those too small to be cut exceed `wanted`.

    The shares of other cells can be brought down, theirs cannot.
    """
    small = mesh.tree.edge < mesh.tree.unit * max(mesh.tree.shape) / _MOST_UNITS
    marked = np.zeros(len(mesh), dtype=bool)
    if found.share[small].sum() <= wanted:
        share = np.where(small, 0.0, found.share)
        order = np.argsort(-share)
        reached = np.cumsum(share[order])
        marked[order[: int(np.searchsorted(reached, _BULK * found.share.sum())) + 1]] = True
        marked &= share > 0
    return marked


def _closer(best: Bounded, found: Bounded) -> Bounded:
    """What two pairs of bounds say together, with the estimate of the second."""
    lower, upper = sorted((max(best.lower, found.lower), min(best.upper, found.upper)))
    return Bounded(float(np.clip(found.estimate, lower, upper)), lower, upper)


def _gap(bounds: Bounded) -> float:
    return (bounds.upper - bounds.lower) / bounds.estimate if bounds.estimate > 0 else 0.0
