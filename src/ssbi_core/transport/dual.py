"""The stream-function problem in 2D: it bounds the effective conductivity from below.

A divergence-free current in 2D is the rotated gradient of a stream function psi, and the true current dissipates
least among all that carry the same total (Thomson's principle). With psi = 0 and 1 on the two sides that no current
crosses, the dissipation is the energy of a conduction problem with tensor sigma / det sigma across the axis, so the
same elements serve. Insulators admit no current: psi is one constant in each, and its nodes are merged. A resistive
face adds R (d psi / ds)^2 along itself, a spring between its two ends.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from ssbi_core.transport.discrete_problem import Block, DiscreteProblem, DiscreteSolution
from ssbi_core.transport.elements import SPRING, corner_offsets, pixel_corners
from ssbi_core.transport.graded_mesh import GradedMesh
from ssbi_core.transport.linear_solve import SpdSolver
from ssbi_core.transport.nested_dissection import elimination_rank
from ssbi_core.transport.surfaces import FacePieces, Surfaces
from ssbi_core.transport.tensors import conducting, pixel_basis, pixel_coefficients, rotated_resistivity


@dataclass(frozen=True, eq=False)
class DualSolution:
    """Discrete stream function, and the lower bound (dimensionless) that it gives.

    corners : (cells, 4) unknown at the corners of every cell.
    """

    lower: float
    corners: np.ndarray
    solution: DiscreteSolution


def dual_bound(
    conductivity: np.ndarray,
    axis: int,
    surfaces: Surfaces,
    resistance: np.ndarray,
    solver: SpdSolver,
    mesh: GradedMesh | None = None,
) -> DualSolution:
    """Lower bound of a percolating 2D field.

    With a mesh, the field is uniform in each of its cells; without, every pixel is a cell.
    """
    shape = conductivity.shape[:2]
    across = 1 - axis
    tensor = rotated_resistivity(conductivity)
    live = conducting(conductivity).ravel()
    if mesh is None:
        size = np.add(shape, 1)
        corners, pieces = pixel_corners(shape), FacePieces.whole(surfaces)
        level = np.unravel_index(np.arange(np.prod(size)), size)[across]
        rank = elimination_rank(tuple(int(n) for n in size))
        insulated = corners[~live]
    else:
        corners, pieces = mesh.corners, mesh.pieces
        level, rank = mesh.position[:, across], mesh.rank
        # Current keeps off tips even where these are but a part of a cell: it has less room, and the bound stays one.
        insulated = mesh.unknowns(corners)[~live[mesh.tree.pixel] | mesh.with_tips]
    merged = _merged(insulated, level.size)
    fixed = np.full(merged.max() + 1, np.nan)
    fixed[merged[level == 0]] = 0.0
    fixed[merged[level == shape[across]]] = 1.0
    # A cluster that spans a dissecting line holds nodes of that line: the highest rank is the safe one.
    highest = np.zeros(fixed.size, dtype=rank.dtype)
    np.maximum.at(highest, merged, rank)
    corners = merged[corners]
    basis, coefficients = pixel_basis(tensor), pixel_coefficients(tensor)
    bodies = [Block(corners, basis)] if mesh is None else mesh.blocks(corners, basis)
    of_bodies = [coefficients] if mesh is None else mesh.coefficients(coefficients)
    springs = Block(_face_ends(corners, pieces), SPRING[None])
    problem = DiscreteProblem([*bodies, springs], fixed, highest, solver, once=True)
    solution = problem.solve([*of_bodies, (resistance[pieces.face] / pieces.length)[None]])
    pixels = shape[0] * shape[1]
    return DualSolution(pixels / (solution.energy * shape[across] ** 2), corners, solution)


def _merged(insulated: np.ndarray, nodes: int) -> np.ndarray:
    """Unknown of every node (nodes,) int32: the nodes of insulators (cells, 4) that touch are one."""
    if not len(insulated):
        return np.arange(nodes, dtype=np.int32)
    first, second = np.repeat(insulated[:, 0], 3), insulated[:, 1:].ravel()
    links = sp.coo_matrix((np.ones(first.size, np.int8), (first, second)), shape=(nodes, nodes))
    return connected_components(links, directed=False)[1]


def _face_ends(corners: np.ndarray, pieces: FacePieces) -> np.ndarray:
    offsets = corner_offsets(2)
    ends = np.empty((len(pieces), 2), dtype=np.int32)
    for axis in (0, 1):
        on = pieces.axis == axis
        ends[on] = corners[pieces.first[on]][:, offsets[:, axis] == 1]
    return ends
