"""Nodes doubled along resistive faces, so that the potential can jump there.

Which pixels around a node share one value is decided locally, by the faces that meet in it: pixels joined around the
node across plain faces do. At a resistive line's end all are joined, and the jump ends, unless a weak material lies
there (see `primal`): faces between a good and a bad conductor join nothing at a node that a line runs through.

Where two conductors only touch in a node, between insulators, no current passes: a point conducts nothing. A shared
value would let some through, and ever less of it only with the logarithm of the cell size; two values are exact.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ssbi_core.transport.elements import corner_offsets, pixel_corners
from ssbi_core.transport.graded_mesh import TIP, GradedMesh
from ssbi_core.transport.surfaces import Surfaces

WEAK = 0.01  # ratio of conductivities


@dataclass(frozen=True, eq=False)
class SplitNodes:
    """Cells whose corners have values of their own on the two sides of a resistive face.

    Attributes
    ----------
    corners : (cells, 2^d) int32 unknown of each corner.
    parent : (unknowns,) node each unknown sits on.
    torn : (2, pairs) corners, flat into (cells, 2^d), that share a node across a plain face but no value.
    """

    corners: np.ndarray
    parent: np.ndarray
    torn: np.ndarray


def split_nodes(
    strength: np.ndarray, surfaces: Surfaces, mesh: GradedMesh | None = None, *, pinches: bool = False
) -> SplitNodes:
    """Unknowns of the pixels of a picture or volume, or of the cells of a mesh.

    Parameters
    ----------
    strength : (grid) scalar measure of the conductivity, to tell good conductors from bad ones.
    surfaces : resistive faces.
    pinches : also split the nodes in which two conductors meet between two insulators (2D).
    """
    shape = strength.shape
    corners = pixel_corners(shape) if mesh is None else mesh.corners
    nodes = int(np.prod(np.add(shape, 1))) if mesh is None else len(mesh.position)
    touched = _touched(strength, surfaces, pinches=pinches)
    if not len(touched):
        return SplitNodes(corners, np.arange(nodes), np.empty((2, 0), dtype=np.int64))
    slots = 2**strength.ndim
    group, across = _groups(strength, surfaces, touched)
    # A node has 2^d slots, and the cell in a slot has the node at its opposite corner.
    cells = _pixels_around(touched, shape) if mesh is None else mesh.tree.around_nodes(touched)
    at = np.where(cells >= 0, cells * slots + np.arange(slots)[::-1], -1)
    within = at >= 0
    member, side = at[within], group[within]
    if mesh is not None:
        between, of_between = _between_pixel_nodes(mesh)
        member, side = np.concatenate([member, between]), np.concatenate([side, of_between])
    node = corners.ravel()[member]
    unique, inverse = np.unique(node * slots + side, return_inverse=True)
    owner = unique // slots
    extra = np.concatenate([[False], owner[1:] == owner[:-1]])  # the first group keeps the node's own unknown
    corners = corners.copy()
    corners.ravel()[member] = np.where(extra, nodes + np.cumsum(extra) - 1, owner)[inverse]
    return SplitNodes(corners, np.concatenate([np.arange(nodes), owner[extra]]), at[across[0], across[1:]])


def torn_nodes(strength: np.ndarray, surfaces: Surfaces) -> tuple[np.ndarray, np.ndarray]:
    """Nodes (n, 2) of a picture at which cells that share a plain face can have different values, pinches included.

    Also the squares of 1 / `TIP` of a pixel at them that lie in a weak material, (k, 2) rows and columns of such.
    """
    touched = _touched(strength, surfaces, pinches=True)
    node, *sides = _groups(strength, surfaces, touched)[1]
    around = touched[node]
    slots, squares = corner_offsets(2), []
    conductance = np.stack([strength[tuple((around - 1 + slots[side]).T)] for side in sides])
    for weak, side in enumerate(sides):
        ends = (conductance[weak] > 0) & (conductance[weak] < conductance[1 - weak])
        squares.append(around[ends] * TIP - 1 + slots[side[ends]])
    return np.unique(around, axis=0), np.unique(np.concatenate(squares), axis=0)


def _touched(strength: np.ndarray, surfaces: Surfaces, *, pinches: bool) -> np.ndarray:
    """Nodes (n, d) that may be split."""
    split = surfaces.nodes(strength.shape)
    return np.argwhere(split | _pinched(strength > 0) if pinches else split)


def _pinched(live: np.ndarray) -> np.ndarray:
    """Nodes of a 2D grid where the pixels that conduct are two, opposite each other."""
    a, b, c, d = (np.pad(live, 1)[i : i + live.shape[0] + 1, j : j + live.shape[1] + 1] for i, j in corner_offsets(2))
    return (a & d & ~b & ~c) | (b & c & ~a & ~d)


def _pixels_around(nodes: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """The 2^d pixels around each node (n, d), (n, 2^d); -1 outside the grid."""
    pixel = nodes[:, None] - 1 + corner_offsets(len(shape))
    within = ((pixel >= 0) & (pixel < shape)).all(axis=-1)
    result = np.full(within.shape, -1)
    result[within] = np.ravel_multi_index(tuple(pixel[within].T), shape)
    return result


def _between_pixel_nodes(mesh: GradedMesh) -> tuple[np.ndarray, np.ndarray]:
    """Corners of cells, flat, at nodes on a face but at no corner of a pixel, and on which side of it (0 or 1)."""
    pieces, tree, offsets = mesh.pieces, mesh.tree, corner_offsets(2)
    found = []
    for axis in (0, 1):
        on = (pieces.axis == axis) & (pieces.length < 1)
        for side, cells in enumerate((pieces.first[on], pieces.second[on])):
            for corner in np.flatnonzero(offsets[:, axis] == 1 - side):
                place = tree.start[cells] + offsets[corner] * tree.edge[cells, None]
                inner = cells[(place % tree.unit).any(axis=1)]
                found.append((inner * 4 + corner, np.full(inner.size, side)))
    member, side = (np.concatenate(columns) for columns in zip(*found, strict=True))
    return member, side


def _groups(strength: np.ndarray, surfaces: Surfaces, touched: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which of the 2^d slots around each node share a value (nodes, 2^d), by the smallest of them.

    Also all (node, slot, slot) across a plain face that share none, (3, n).
    """
    ndim = strength.ndim
    slots = corner_offsets(ndim)
    group = np.tile(np.arange(len(slots)), (len(touched), 1))
    links = [(a, a + 2 ** (ndim - 1 - k), k) for k in range(ndim) for a in np.flatnonzero(slots[:, k] == 0)]
    kinds = [_faces(strength, surfaces, axis) for axis in range(ndim)]
    kind = [kinds[k][tuple((touched + np.where(np.arange(ndim) == k, 0, slots[a])).T)] for a, _, k in links]
    for _ in range(len(slots) - 1):  # the longest path through a hypercube's corners
        for (a, b, _k), face in zip(links, kind, strict=True):
            low = np.minimum(group[:, a], group[:, b])
            for slot in (a, b):
                group[:, slot] = np.where(face == _PLAIN, low, group[:, slot])
    across = []
    for (a, b, _k), face in zip(links, kind, strict=True):
        node = np.flatnonzero((face == _UNEQUAL) & (group[:, a] != group[:, b]))
        across.append(np.stack([node, np.full_like(node, a), np.full_like(node, b)]))
    return group, np.concatenate(across, axis=1)


_PLAIN, _UNEQUAL, _CLOSED = 0, 1, 2


def _faces(strength: np.ndarray, surfaces: Surfaces, axis: int) -> np.ndarray:
    """Kind of every face normal to `axis`: plain, between a good and a bad conductor, or closed (outer or resistive).

    Indexed by node level along `axis` and by pixel + 1 along the others.
    """
    shape = strength.shape
    kind = np.full([n + (1 if k == axis else 2) for k, n in enumerate(shape)], _CLOSED, dtype=np.int8)
    inner = tuple(slice(1, n) if k == axis else slice(1, n + 1) for k, n in enumerate(shape))
    moved = np.moveaxis(strength, axis, 0)
    weak = np.minimum(moved[:-1], moved[1:]) <= WEAK * np.maximum(moved[:-1], moved[1:])
    kind[inner] = np.where(np.moveaxis(weak, 0, axis), _UNEQUAL, _PLAIN)
    pixel = np.stack(np.unravel_index(surfaces.first[surfaces.axis == axis], shape))
    kind[tuple(pixel + 1)] = _CLOSED
    return kind
