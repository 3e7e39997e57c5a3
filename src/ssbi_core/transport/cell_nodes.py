"""Nodes at the corners of a quadtree's leaves, and the corners that hang."""

from __future__ import annotations

import numpy as np

from ssbi_core.transport.elements import corner_offsets
from ssbi_core.transport.quadtree import Quadtree

_OFFSETS = corner_offsets(2)


def numbered_corners(tree: Quadtree) -> tuple[np.ndarray, np.ndarray]:
    """Node of every corner (leaves, 4) int32, and position of every node (nodes, 2) in units.

    Each leaf owns the node at its first corner. That of another corner is owned by the leaf which starts there; where
    none does, the corner hangs, and its entry means nothing, or it lies on the picture's last row or column.
    """
    corners = np.empty((len(tree), 4), dtype=np.int32)
    corners[:, 0] = np.arange(len(tree))
    slots, points = [], []
    for corner, offset in enumerate(_OFFSETS[1:], start=1):
        at = tree.start + offset * tree.edge[:, None]
        within = tree.inside(at)
        corners[within, corner] = tree.leaf_at(at[within])
        slots.append(np.flatnonzero(~within) * 4 + corner)
        points.append(at[~within])
    last, inverse = np.unique(np.concatenate(points), axis=0, return_inverse=True)
    corners.ravel()[np.concatenate(slots)] = len(tree) + inverse
    return corners, np.concatenate([tree.start, last])


def hanging_corners(tree: Quadtree) -> tuple[np.ndarray, np.ndarray]:
    """Along which axis each corner (leaves, 4) halves a larger leaf's edge: 0 or 1, -1 where it does not.

    Also which corner of which leaf, flat, gives its unknown: its own, or the far end of that edge.
    """
    along = np.full((len(tree), 4), -1)
    source = np.arange(4 * len(tree)).reshape(-1, 4)
    for normal in (0, 1):
        parallel = 1 - normal
        for side in (0, 1):
            leaves, beside = tree.beside(normal, side)
            larger = tree.edge[beside] > tree.edge[leaves]
            leaves, beside = leaves[larger], beside[larger]
            bits = np.empty((leaves.size, 2), dtype=int)
            bits[:, parallel] = tree.start[leaves, parallel] % tree.edge[beside] == 0  # which end of its edge hangs
            bits[:, normal] = side
            hangs = 2 * bits[:, 0] + bits[:, 1]
            bits[:, normal] = 1 - side
            along[leaves, hangs] = parallel
            source[leaves, hangs] = 4 * beside + 2 * bits[:, 0] + bits[:, 1]
    return along, source


def corner_weights(along: np.ndarray) -> np.ndarray:
    """Corner values of a leaf from its unknowns, (4, 4): a hanging corner is the mean of its partner and the far end.

    Parameters
    ----------
    along : (4,) as in `hanging_corners`.
    """
    weights = np.eye(4)
    for corner in np.flatnonzero(along >= 0):
        partner = corner ^ (2 if along[corner] == 0 else 1)
        weights[corner, [corner, partner]] = 0.5
    return weights
