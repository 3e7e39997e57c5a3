"""Resistive surfaces: faces between two neighbouring pixels that carry a resistance but no thickness."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


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

    def select(self, keep: np.ndarray) -> Surfaces:
        """The faces where `keep` is true."""
        return Surfaces(self.first[keep], self.second[keep], self.axis[keep], self.resistance[keep], self.phase[keep])

    def __len__(self) -> int:
        return self.first.size
