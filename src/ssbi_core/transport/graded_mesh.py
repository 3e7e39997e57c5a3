"""Square cells that grow with the distance from every change in a picture, down to single pixels at it, or below.

Inside a uniform grain the potential is smooth, and a pixel-sized element there costs as much as one at an interface
and tells nothing. Cells of 2, 4, 8 and 16 pixels take their place; where a pixel is too coarse, it is cut. Where cells
of two sizes meet, the small ones' extra node is held at the mean of the large one's two: the elements stay conforming,
so that every energy is still that of an admissible potential (or stream function), and both bounds stay rigorous.
Cells on the two sides of a resistive face are of one size, so that no node on it is such a node.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from ssbi_core.errors import InputError
from ssbi_core.transport.cell_nodes import corner_weights, hanging_corners, numbered_corners
from ssbi_core.transport.cell_size import cell_sizes
from ssbi_core.transport.discrete_problem import Block
from ssbi_core.transport.elements import corner_offsets
from ssbi_core.transport.nested_dissection import morton, rank_by_position
from ssbi_core.transport.quadtree import Quadtree
from ssbi_core.transport.surfaces import FacePieces, Surfaces

TIP = 128
"""Nearer than such a part of a pixel to a weak material, a resistive line that ends there is no line any more."""


@dataclass(frozen=True, eq=False)
class GradedMesh:
    """Bilinear elements on the leaves of a quadtree.

    Attributes
    ----------
    tree : the cells; neighbours, at a corner too, differ by a factor of 2 at most.
    surfaces : resistive faces.
    torn : (n, 2) nodes of the pixel grid around which all cells are of one size, see `node_splitting.torn_nodes`.
    tips : (k, 2) squares of 1 / `TIP` of a pixel that do not conduct, rows and columns of such.
    """

    tree: Quadtree
    surfaces: Surfaces
    torn: np.ndarray = field(default_factory=lambda: np.empty((0, 2), dtype=np.int64))
    tips: np.ndarray = field(default_factory=lambda: np.empty((0, 2), dtype=np.int64))

    @classmethod
    def of(cls, fields: list[np.ndarray], surfaces: Surfaces) -> GradedMesh:
        """The mesh of cells of one pixel and more on which all `fields`, (grid) or (grid, d, d), are constant."""
        return cls(Quadtree.of_sizes(cell_sizes(fields, surfaces)), surfaces)

    def __len__(self) -> int:
        return len(self.tree)

    @property
    def corners(self) -> np.ndarray:
        """(cells, 4) node at the corners of every cell; means nothing where the corner hangs."""
        return self._nodes[0]

    @cached_property
    def position(self) -> np.ndarray:
        """(nodes, 2) where they are, in pixels."""
        return self._nodes[1] / self.tree.unit

    @cached_property
    def rank(self) -> np.ndarray:
        """(nodes,) elimination rank."""
        rows, columns = (n * self.tree.unit for n in self.tree.shape)
        return rank_by_position(self._nodes[1], (rows, columns))

    def blocks(self, corners: np.ndarray, basis: np.ndarray) -> list[Block]:
        """Element blocks of all cells.

        Parameters
        ----------
        corners : (cells, 4) unknown at the corners of every cell.
        basis : (b, 4, 4) element matrices of a square of any size.
        """
        unknown = self.unknowns(corners)
        return [Block(unknown[cells], weight.T @ basis @ weight) for cells, weight in self._kinds]

    def unknowns(self, corners: np.ndarray) -> np.ndarray:
        """(cells, 4) unknowns each cell depends on: in the place of a hanging corner, that at the far end."""
        return corners.ravel()[self._hanging[1]]

    def coefficients(self, pixel: np.ndarray) -> list[np.ndarray]:
        """Coefficients (b, cells) for each of the blocks from those of pixels, (b, pixels).

        Raises
        ------
        InputError
            If they vary within a cell.
        """
        for edge, cells in self._larger_than_a_pixel:
            inside = self._pixels(cells, edge)
            if any((row[inside] != row[inside[:, :1, :1]]).any() for row in pixel):
                raise InputError(
                    "a conductivity that varies within cells of the mesh",
                    "one that is uniform where the fields the mesh was made of are",
                    "make the mesh of every field to be solved, or solve on pixels",
                )
        return [self.of_cells(pixel, cells) for cells, _ in self._kinds]

    def in_order(self, of_blocks: Sequence[np.ndarray]) -> np.ndarray:
        """What is known of the elements of each of the blocks, (cells,)."""
        result = np.empty(len(self))
        for values, (cells, _) in zip(of_blocks, self._kinds, strict=True):
            result[cells] = values
        return result

    def of_cells(self, pixel: np.ndarray, cells: np.ndarray | slice = np.s_[:]) -> np.ndarray:
        """Coefficients (b, cells) from those of pixels, (b, pixels)."""
        return np.where(self.hollow[cells], 0, pixel[:, self.tree.pixel[cells]]).astype(pixel.dtype)

    @cached_property
    def hollow(self) -> np.ndarray:
        """(cells,) those in tips."""
        result = np.zeros(len(self), dtype=bool)
        small = np.flatnonzero(self.tree.edge * TIP <= self.tree.unit)
        if len(self.tips):
            part = self.tree.start[small].astype(np.int64) * TIP // self.tree.unit
            result[small] = np.isin(morton(part), morton(self.tips))
        return result

    @cached_property
    def with_tips(self) -> np.ndarray:
        """(cells,) those in tips, and those larger that hold one."""
        result = self.hollow.copy()
        result[self.tree.leaf_at(self.tips * self.tree.unit // TIP)] = True
        return result

    def at_corners(self, values: np.ndarray, corners: np.ndarray) -> np.ndarray:
        """Values (cells, 4) at the corners of cells from those of all unknowns; `corners` as in `blocks`."""
        own = values[self.unknowns(corners)]
        result, along = own.copy(), self._hanging[0]
        for corner in range(4):  # no product with weights: values can be NaN, and 0 NaN is none
            for axis, partner in ((0, corner ^ 2), (1, corner ^ 1)):
                hangs = along[:, corner] == axis
                result[hangs, corner] = (own[hangs, corner] + own[hangs, partner]) / 2
        return result

    def on_pixels(self, at_corners: np.ndarray) -> np.ndarray:
        """Values (pixels, 4) at the corners of pixels from those at the corners of cells."""
        tree, offsets = self.tree, corner_offsets(2)
        result = np.empty((tree.shape[0] * tree.shape[1], 4))
        for edge, cells in self._larger_than_a_pixel:
            hat = np.stack([np.arange(edge, -1, -1), np.arange(edge + 1)]) / edge
            nodes = np.einsum("nab,ai,bj->nij", at_corners[cells].reshape(-1, 2, 2), hat, hat, optimize=True)
            pixel = self._pixels(cells, edge)
            for corner, (i, j) in enumerate(offsets):
                result[pixel, corner] = nodes[:, i : i + edge, j : j + edge]
        small = np.flatnonzero(tree.edge <= tree.unit)
        for corner, offset in enumerate(offsets):
            at = tree.start[small] % tree.unit + offset * tree.edge[small, None]
            cells = small[(at == offset * tree.unit).all(axis=1)]
            result[tree.pixel[cells], corner] = at_corners[cells, corner]
        return result

    @cached_property
    def pieces(self) -> FacePieces:
        """What the cells cut the faces into."""
        found = []
        for axis in (0, 1):
            first, second, face = self._across(*self.tree.beside(axis, 1))
            found.append((first, second, np.full_like(face, axis), face))
        first, second, axes, face = (np.concatenate(columns) for columns in zip(*found, strict=True))
        order = np.argsort(face, kind="stable")
        first, second = first[order], second[order]
        length = self.tree.edge[first] / self.tree.unit
        live = ~(self.hollow[first] | self.hollow[second])
        return FacePieces(first, second, axes[order], face[order], length, live)

    def cut(self, marked: np.ndarray, depth: int = 1) -> GradedMesh:
        """The mesh with the marked cells cut into four, and whichever others must be to keep the rules.

        Parameters
        ----------
        marked : (cells,) boolean.
        depth : how often to cut: after the first time, that piece of a pixel which lies at its corner.
        """
        mesh = self
        for _ in range(depth):
            tree, parent = mesh.tree.cut(mesh._with_dependents(marked))
            mesh = replace(self, tree=tree)
            marked = marked[parent] & tree.at_pixel_corner & (tree.edge < tree.unit)
        return mesh

    def _with_dependents(self, marked: np.ndarray) -> np.ndarray:
        """The cells that are to be cut when those marked are (boolean)."""
        marked, new = marked.copy(), np.flatnonzero(marked)
        alike = self.tree.around_nodes(self.torn)
        while new.size:
            together = alike[marked[alike].any(axis=1, where=alike >= 0)]
            more = [self.tree.larger_around(new), together[together >= 0]]
            for axis in (0, 1):
                more.append(self._across(*self.tree.beside(axis, 1, new))[1])
                more.append(self._across(*self.tree.beside(axis, 0, new)[::-1])[0])
            candidates = np.concatenate(more)
            new = np.unique(candidates[~marked[candidates]])
            marked[new] = True
        return marked

    def _across(self, first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Those of the neighbours with a resistive face between them, and which."""
        if not len(self.surfaces):
            return first[:0], second[:0], first[:0]
        # Inside a pixel and beside larger cells there is none: their pixels are no neighbours.
        face = self.surfaces.find(self.tree.pixel[first], self.tree.pixel[second])
        return first[face >= 0], second[face >= 0], face[face >= 0]

    @cached_property
    def _larger_than_a_pixel(self) -> list[tuple[int, np.ndarray]]:
        """Edges in pixels above 1, and the cells that have them."""
        edges = self.tree.edge // self.tree.unit
        return [(int(edge), np.flatnonzero(edges == edge)) for edge in np.unique(edges[edges > 1])]

    def _pixels(self, cells: np.ndarray, edge: int) -> np.ndarray:
        """Flat index (cells, edge, edge) of all pixels in cells of so many pixels."""
        return self.tree.pixel[cells, None, None] + self.tree.shape[1] * np.arange(edge)[:, None] + np.arange(edge)

    @cached_property
    def _nodes(self) -> tuple[np.ndarray, np.ndarray]:
        return numbered_corners(self.tree)

    @cached_property
    def _hanging(self) -> tuple[np.ndarray, np.ndarray]:
        return hanging_corners(self.tree)

    @cached_property
    def _kinds(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """Cells alike in which of their corners hang, and the matrix from their unknowns to their corner values."""
        along = self._hanging[0]
        code, kind = np.unique((along + 1) @ 3 ** np.arange(4), return_inverse=True)
        cells = [np.flatnonzero(kind == k) for k in range(code.size)]
        return [(members, corner_weights(along[members[0]])) for members in cells]
