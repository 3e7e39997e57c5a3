"""The stream-function problem in 2D: it bounds the effective conductivity from below.

A divergence-free current in 2D is the rotated gradient of a stream function psi, and the true current dissipates
least among all that carry the same total (Thomson's principle). With psi = 0 and 1 on the two sides that no current
crosses, the dissipation is the energy of a conduction problem with tensor sigma / det sigma across the axis, so the
same elements serve. Insulators admit no current: psi is one constant in each, and its nodes are merged. A resistive
face adds R (d psi / ds)^2 along itself, a spring between its two ends.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from ssbi_core.transport.discrete_problem import Block, DiscreteProblem, DiscreteSolution
from ssbi_core.transport.elements import SPRING, corner_offsets, pixel_corners
from ssbi_core.transport.graded_mesh import GradedMesh
from ssbi_core.transport.linear_solve import SpdSolver
from ssbi_core.transport.nested_dissection import elimination_rank
from ssbi_core.transport.surfaces import Surfaces
from ssbi_core.transport.tensors import conducting, pixel_basis, pixel_coefficients, rotated_resistivity


def dual_bound(
    conductivity: np.ndarray,
    axis: int,
    surfaces: Surfaces,
    resistance: np.ndarray,
    solver: SpdSolver,
    mesh: GradedMesh | None = None,
) -> tuple[float, DiscreteSolution]:
    """Lower bound of a percolating 2D field (dimensionless), with the solution behind it.

    With a mesh, the field is uniform in each of its cells; without, every pixel is a cell.
    """
    shape = conductivity.shape[:2]
    across = 1 - axis
    tensor = rotated_resistivity(conductivity)
    merged, fixed, rank = _merge_insulators(shape, across, conducting(conductivity).ravel())
    corners = merged[pixel_corners(shape)]
    basis, coefficients = pixel_basis(tensor), pixel_coefficients(tensor)
    bodies = [Block(corners, basis)] if mesh is None else mesh.blocks(corners, basis)
    of_bodies = [coefficients] if mesh is None else mesh.coefficients(coefficients)
    springs = Block(_face_ends(corners, surfaces), SPRING[None])
    problem = DiscreteProblem([*bodies, springs], fixed, rank, solver, once=True)
    solution = problem.solve([*of_bodies, resistance[None]])
    pixels = shape[0] * shape[1]
    return pixels / (solution.energy * shape[across] ** 2), solution


def _merge_insulators(
    shape: tuple[int, ...], across: int, live: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Unknown of every node, fixed values and elimination rank of the unknowns."""
    size = np.add(shape, 1)
    level = np.unravel_index(np.arange(np.prod(size)), size)[across]
    rank = elimination_rank(tuple(int(n) for n in size))
    if live.all():
        cluster, count = np.arange(level.size), level.size
    else:
        dead = pixel_corners(shape)[~live]
        first, second = np.repeat(dead[:, 0], 3), dead[:, 1:].ravel()
        links = sp.coo_matrix((np.ones(first.size, np.int8), (first, second)), shape=(level.size,) * 2)
        count, cluster = connected_components(links, directed=False)
    fixed = np.full(count, np.nan)
    fixed[cluster[level == 0]] = 0.0
    fixed[cluster[level == shape[across]]] = 1.0
    # A cluster that spans a dissecting line holds nodes of that line: the highest rank is the safe one.
    highest = np.zeros(count, dtype=rank.dtype)
    np.maximum.at(highest, cluster, rank)
    return cluster.astype(np.int32), fixed, highest


def _face_ends(corners: np.ndarray, surfaces: Surfaces) -> np.ndarray:
    offsets = corner_offsets(2)
    ends = np.empty((len(surfaces), 2), dtype=np.int32)
    for axis in (0, 1):
        on = surfaces.axis == axis
        ends[on] = corners[surfaces.first[on]][:, offsets[:, axis] == 1]
    return ends
