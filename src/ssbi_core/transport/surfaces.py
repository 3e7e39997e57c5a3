"""Resistive surfaces: faces between two neighbouring pixels that carry a resistance but no thickness."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ssbi_core.transport.elements import corner_offsets


@dataclass(frozen=True, eq=False)
class Surfaces:
    """Faces with an area-specific resistance.

    Attributes
    ----------
    first : (faces,) flat index of the pixel before the face.
    second : (faces,) flat index of the pixel behind it, one step along `axis`.
    axis : (faces,) array axis the face is normal to.
    resistance : (faces,) ohm cm2 of the face itself (a staircase of faces is longer than the line it draws).
    phase : (faces,) code of the phase the resistance belongs to.
    """

    first: np.ndarray
    second: np.ndarray
    axis: np.ndarray
    resistance: np.ndarray
    phase: np.ndarray

    @classmethod
    def none(cls) -> Surfaces:
        """No resistive face at all."""
        empty = np.zeros(0, dtype=np.int64)
        return cls(empty, empty, empty, np.zeros(0), empty)

    @classmethod
    def between(cls, first: np.ndarray, axis: int, resistance: float, shape: tuple[int, ...]) -> Surfaces:
        """Faces behind the pixels of flat index `first`, all normal to `axis`, all with one resistance."""
        first = np.asarray(first, dtype=np.int64)
        step = int(np.prod(shape[axis + 1 :]))
        like = np.full(first.size, axis)
        return cls(first, first + step, like, np.full(first.size, float(resistance)), np.zeros_like(like))

    def find(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """Which face lies between the pixels of each pair, -1 where none does."""
        result = np.full(first.size, -1)
        if not len(self):
            return result
        pixels = int(self.second.max()) + 1
        known = self.first * pixels + self.second
        order = np.argsort(known)
        wanted = first * pixels + second
        at = order[np.minimum(np.searchsorted(known, wanted, sorter=order), order.size - 1)]
        there = known[at] == wanted
        result[there] = at[there]
        return result

    def nodes(self, shape: tuple[int, ...]) -> np.ndarray:
        """Which nodes of the grid lie on a face, boolean, one more than pixels along each axis."""
        marked = np.zeros(np.add(shape, 1), dtype=bool)
        pixel = np.stack(np.unravel_index(self.second, shape), axis=1)  # a face starts at the pixel behind it
        for corner in corner_offsets(len(shape)):
            on = corner[self.axis] == 0
            marked[tuple((pixel[on] + corner).T)] = True
        return marked

    def select(self, keep: np.ndarray) -> Surfaces:
        """The faces where `keep` is true."""
        return Surfaces(self.first[keep], self.second[keep], self.axis[keep], self.resistance[keep], self.phase[keep])

    def __len__(self) -> int:
        return self.first.size


@dataclass(frozen=True, eq=False)
class FacePieces:
    """Resistive faces as cut by the cells beside them, in the order of the faces.

    Attributes
    ----------
    first, second : (pieces,) cell before and behind.
    axis : (pieces,) array axis they are normal to.
    face : (pieces,) which face they are of.
    length : (pieces,) in edges of a pixel; in 3D the area likewise.
    live : (pieces,) whether current can reach it from both sides.
    """

    first: np.ndarray
    second: np.ndarray
    axis: np.ndarray
    face: np.ndarray
    length: np.ndarray
    live: np.ndarray

    @classmethod
    def whole(cls, surfaces: Surfaces) -> FacePieces:
        """The faces themselves, where every pixel is a cell."""
        ones = np.ones(len(surfaces))
        return cls(surfaces.first, surfaces.second, surfaces.axis, np.arange(len(surfaces)), ones, ones > 0)

    def conductance(self, resistance: np.ndarray) -> np.ndarray:
        """Of each piece, from the resistance per pixel edge of each face."""
        return np.where(self.live, self.length / resistance[self.face], 0.0)

    def __len__(self) -> int:
        return self.first.size
