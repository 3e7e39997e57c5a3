"""Square cells that grow with the distance from every change in a picture, down to single pixels at it.

Inside a uniform grain the potential is smooth, and a pixel-sized element there costs as much as one at an interface
and tells nothing. Cells of 2, 4, 8 and 16 pixels take their place (a graded quadtree). Where cells of two sizes meet,
the small ones' extra node is held at the mean of the large one's two: the elements stay conforming, so that every
energy is still that of an admissible potential (or stream function), and both bounds stay rigorous.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import ndimage

from ssbi_core.errors import InputError
from ssbi_core.transport.discrete_problem import Block
from ssbi_core.transport.elements import corner_offsets
from ssbi_core.transport.surfaces import Surfaces

LARGEST = 16
"""Edge of the largest cell in pixels."""
_GRADING = 1  # a cell of s pixels keeps so many times s away from every change; below 1, neighbours may differ by 4 : 1
_OFFSETS = corner_offsets(2)


@dataclass(frozen=True, eq=False)
class GradedMesh:
    """Cells of a 2D picture.

    Attributes
    ----------
    size : (grid) edge of the cell each pixel belongs to, a power of two that divides the cell's position.
    """

    size: np.ndarray

    @classmethod
    def of(cls, fields: list[np.ndarray], surfaces: Surfaces) -> GradedMesh:
        """The mesh on which all `fields`, (grid) or (grid, d, d), are constant in each cell.

        Surfaces only touch cells of one pixel.
        """
        shape = fields[0].shape[:2]
        critical = _at_surfaces(shape, surfaces)
        for field in fields:
            for layer in field.reshape(*shape, -1).transpose(2, 0, 1):
                critical |= ndimage.minimum_filter(layer, 3) != ndimage.maximum_filter(layer, 3)
        # A cell must not overhang the picture: where the largest would, the edge counts as a change.
        ragged = [(0, int(n % LARGEST > 0)) for n in shape]
        critical = np.pad(critical, ragged, constant_values=True)
        if not critical.any():
            return cls(np.full(shape, LARGEST))  # the shape is a multiple of it
        distance = np.asarray(ndimage.distance_transform_cdt(~critical, "chessboard"))
        size = np.ones(shape, dtype=np.int32)
        edge = 2
        while edge <= LARGEST:
            rows, columns = (n // edge for n in shape)
            tiles = distance[: rows * edge, : columns * edge].reshape(rows, edge, columns, edge)
            fits = tiles.min(axis=(1, 3)) >= _GRADING * edge
            size[: rows * edge, : columns * edge][np.kron(fits, np.ones((edge, edge), dtype=bool))] = edge
            edge *= 2
        return cls(size)

    @property
    def shape(self) -> tuple[int, int]:
        """Of the picture, in pixels."""
        rows, columns = self.size.shape
        return rows, columns

    def __len__(self) -> int:
        return self._edge.size

    def blocks(self, corners: np.ndarray, basis: np.ndarray) -> list[Block]:
        """Element blocks of all cells.

        Parameters
        ----------
        corners : (pixels, 4) unknown at the corners of every pixel.
        basis : (b, 4, 4) element matrices of a square of any size.
        """
        unknown = self._unknowns(corners)
        return [Block(unknown[cells], weight.T @ basis @ weight) for cells, weight in self._kinds]

    def coefficients(self, pixel: np.ndarray) -> list[np.ndarray]:
        """Coefficients (b, cells) for each of the blocks from those of pixels, (b, pixels).

        Raises
        ------
        InputError
            If they vary within a cell.
        """
        if any((row != row[self._first_pixel]).any() for row in pixel):
            raise InputError(
                "a conductivity that varies within cells of the mesh",
                "one that is uniform where the fields the mesh was made of are",
                "make the mesh of every field to be solved, or solve on pixels",
            )
        return [pixel[:, self._origin[cells]] for cells, _ in self._kinds]

    def on_pixels(self, values: np.ndarray, corners: np.ndarray) -> np.ndarray:
        """Corner values (pixels, 4) from the values of all unknowns."""
        unknown, result = self._unknowns(corners), np.empty(corners.shape)
        at = np.empty((len(self), 4))
        for cells, weight in self._kinds:
            at[cells] = values[unknown[cells]] @ weight.T
        for edge in np.unique(self._edge):
            cells = np.flatnonzero(self._edge == edge)
            hat = np.stack([np.arange(edge, -1, -1), np.arange(edge + 1)]) / edge
            nodes = np.einsum("nab,ai,bj->nij", at[cells].reshape(-1, 2, 2), hat, hat, optimize=True)
            pixel = self._origin[cells, None, None] + self.shape[1] * np.arange(edge)[:, None] + np.arange(edge)
            for corner, (i, j) in enumerate(_OFFSETS):
                result[pixel, corner] = nodes[:, i : i + edge, j : j + edge]
        return result

    @cached_property
    def _origin(self) -> np.ndarray:
        """First pixel of every cell, flat."""
        return np.flatnonzero(self._first_pixel == np.arange(self.size.size))

    @cached_property
    def _first_pixel(self) -> np.ndarray:
        """First pixel of the cell of every pixel, flat."""
        rows, columns = np.ogrid[: self.shape[0], : self.shape[1]]
        return ((rows - rows % self.size) * self.shape[1] + columns - columns % self.size).ravel()

    @cached_property
    def _edge(self) -> np.ndarray:
        return self.size.ravel()[self._origin]

    @cached_property
    def _hanging(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Per cell and corner: along which axis the corner halves a larger cell's edge (0 or 1; -1 for none), and
        where the far end of that edge is (flat pixel, corner of the pixel).
        """
        along = np.full((len(self), 4), -1)
        pixel, corner = self._own_corners()
        start = np.stack(np.unravel_index(self._origin, self.shape), axis=1)
        for normal in (0, 1):
            along_edge = 1 - normal
            for side in (0, 1):
                beside = start.copy()
                beside[:, normal] += np.where(side, self._edge, -1)
                inside = (beside[:, normal] >= 0) & (beside[:, normal] < self.shape[normal])
                size = np.ones_like(self._edge)
                size[inside] = self.size[tuple(beside[inside].T)]
                cells = np.flatnonzero(size == 2 * self._edge)
                large = size[cells, None]
                end = (start[cells, along_edge] % large[:, 0] == 0).astype(int)  # which end of the small edge hangs
                bits = np.zeros((cells.size, 2), dtype=int)
                bits[:, along_edge] = end
                bits[:, normal] = side
                hangs = _corner(bits)
                bits[:, normal] = 1 - side
                far = beside[cells] // large * large + bits * (large - 1)
                along[cells, hangs] = along_edge
                pixel[cells, hangs] = np.ravel_multi_index(tuple(far.T), self.shape)
                corner[cells, hangs] = _corner(bits)
        return along, pixel, corner

    def _own_corners(self) -> tuple[np.ndarray, np.ndarray]:
        step = _OFFSETS @ (self.shape[1], 1)
        pixel = self._origin[:, None] + (self._edge[:, None] - 1) * step
        return pixel, np.tile(np.arange(4), (len(self), 1))

    @cached_property
    def _kinds(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """Cells alike in which of their corners hang, and the matrix from their unknowns to their corner values."""
        along = self._hanging[0]
        code, kind = np.unique((along + 1) @ 3 ** np.arange(4), return_inverse=True)
        cells = [np.flatnonzero(kind == k) for k in range(code.size)]
        return [(members, _weights(along[members[0]])) for members in cells]

    def _unknowns(self, corners: np.ndarray) -> np.ndarray:
        _, pixel, corner = self._hanging
        return corners[pixel, corner]


def _corner(bits: np.ndarray) -> np.ndarray:
    """Number of the corner at the low (0) or high (1) end along each axis."""
    return 2 * bits[:, 0] + bits[:, 1]


def _weights(along: np.ndarray) -> np.ndarray:
    """Corner values from the unknowns of a cell: a hanging corner is the mean of its partner and the far end."""
    weights = np.eye(4)
    for corner in np.flatnonzero(along >= 0):
        partner = corner ^ (2 if along[corner] == 0 else 1)
        weights[corner, [corner, partner]] = 0.5
    return weights


def _at_surfaces(shape: tuple[int, ...], surfaces: Surfaces) -> np.ndarray:
    """Pixels with a node on a resistive face."""
    nodes = np.zeros(np.add(shape, 1), dtype=bool)
    row, column = np.unravel_index(surfaces.second, shape)  # a face starts at the first node of the pixel behind it
    nodes[row, column] = True
    nodes[row + surfaces.axis, column + (1 - surfaces.axis)] = True
    return nodes[:-1, :-1] | nodes[:-1, 1:] | nodes[1:, :-1] | nodes[1:, 1:]
