"""Squares that tile a picture, each cut into four where that is asked for: a linear quadtree.

Only the leaves are kept, in Morton order: the bits of row and column interleaved. A leaf then covers a stretch of
consecutive codes, so that one binary search finds the leaf around any point, and four children take their parent's
place without any sorting.
Source: I. Gargantini, An effective way to represent quadtrees, Commun. ACM 25 (1982) 905.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ssbi_core.transport.elements import corner_offsets
from ssbi_core.transport.nested_dissection import morton

_QUARTERS = corner_offsets(2)
_AROUND = np.array([step for step in np.ndindex(3, 3) if step != (1, 1)]) - 1


@dataclass(frozen=True, eq=False)
class Quadtree:
    """Leaves of a picture; lengths are in units, of which a pixel's edge has a power of two.

    Attributes
    ----------
    shape : of the picture, in pixels.
    unit : units per edge of a pixel.
    start : (leaves, 2) int32 row and column of the first corner, multiples of the leaf's edge, in Morton order.
    edge : (leaves,) int32, a power of two.
    """

    shape: tuple[int, int]
    unit: int
    start: np.ndarray
    edge: np.ndarray

    @classmethod
    def of_sizes(cls, size: np.ndarray) -> Quadtree:
        """The tree in which every pixel says how many pixels the edge of its leaf measures, (grid) of powers of two."""
        rows, columns = np.ogrid[: size.shape[0], : size.shape[1]]
        start = np.argwhere(((rows | columns) & (size - 1)) == 0).astype(np.int32)
        start = start[np.argsort(morton(start))]
        return cls((size.shape[0], size.shape[1]), 1, start, size[start[:, 0], start[:, 1]].astype(np.int32))

    def __len__(self) -> int:
        return self.edge.size

    @cached_property
    def pixel(self) -> np.ndarray:
        """(leaves,) flat index of the pixel at the first corner of each."""
        row, column = (self.start // self.unit).T
        return row.astype(np.int64) * self.shape[1] + column

    @property
    def at_pixel_corner(self) -> np.ndarray:
        """(leaves,) whether a corner of the leaf is one of a pixel."""
        first, last = self.start % self.unit, (self.start + self.edge[:, None]) % self.unit
        return ((first == 0) | (last == 0)).all(axis=1)

    def inside(self, points: np.ndarray) -> np.ndarray:
        """Which of the points (..., 2) lie in the picture; its first edges count as in, its last ones as out."""
        return np.all((points >= 0) & (points < np.multiply(self.shape, self.unit)), axis=-1)

    def leaf_at(self, points: np.ndarray) -> np.ndarray:
        """Leaf of every point (n, 2) in the picture; of points on an edge, the one behind it."""
        return np.searchsorted(self._code, morton(points), side="right") - 1

    def beside(self, axis: int, side: int, leaves: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Those of the leaves (all) with a neighbour before (side 0) or behind (side 1) along `axis`, and that one.

        Where there are several, the neighbour is the first.
        """
        leaves = np.arange(len(self)) if leaves is None else leaves
        points = self.start[leaves]
        points[:, axis] += self.edge[leaves] if side else -1
        within = self.inside(points)
        return leaves[within], self.leaf_at(points[within])

    def larger_around(self, leaves: np.ndarray) -> np.ndarray:
        """Leaves larger than the one of `leaves` that they touch at an edge or a corner (with repetitions)."""
        found = []
        for step in _AROUND:
            points = self.start[leaves] + np.where(step < 0, -1, step * self.edge[leaves, None])
            within = self.inside(points)
            beside = self.leaf_at(points[within])
            found.append(beside[self.edge[beside] > self.edge[leaves[within]]])
        return np.concatenate(found)

    def around_nodes(self, nodes: np.ndarray) -> np.ndarray:
        """The four leaves around each node (n, 2) of the pixel grid, (n, 4); -1 outside the picture."""
        points = nodes[:, None] * self.unit - 1 + _QUARTERS
        within = self.inside(points)
        result = np.full(within.shape, -1)
        result[within] = self.leaf_at(points[within])
        return result

    def cut(self, marked: np.ndarray) -> tuple[Quadtree, np.ndarray]:
        """The tree with all marked leaves (boolean) cut into four, and which leaf each of its leaves lies in."""
        scale = 2 if (self.edge[marked] == 1).any() else 1
        pieces = np.where(marked, 4, 1)
        parent = np.repeat(np.arange(len(self)), pieces)
        edge = (self.edge * scale // np.where(marked, 2, 1))[parent]
        quarter = np.arange(parent.size) - np.repeat(np.cumsum(pieces) - pieces, pieces)
        start = self.start[parent] * scale + _QUARTERS[quarter] * edge[:, None]
        return Quadtree(self.shape, self.unit * scale, start.astype(np.int32), edge.astype(np.int32)), parent

    @cached_property
    def _code(self) -> np.ndarray:
        return morton(self.start)
