"""Elimination order of a regular grid by nested dissection.

A plane of nodes cuts the grid in two halves that do not touch; both halves are eliminated before
the plane, and each is cut in turn. For an n x n grid the Cholesky factor then holds O(n^2 log n)
numbers. A general-purpose ordering has to find these planes in the matrix, which costs more than
the factorisation itself; on a grid they are known.
Source: A. George, Nested dissection of a regular finite element mesh, SIAM J. Numer. Anal. 10 (1973) 345.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

_LEAF = 64


@lru_cache(maxsize=8)
def elimination_rank(shape: tuple[int, ...]) -> np.ndarray:
    """Position of every grid node in the elimination order, flat, int32."""
    nodes = np.arange(np.prod(shape), dtype=np.int32).reshape(shape)
    order = np.concatenate(_dissect(nodes, (0,) * len(shape)))
    rank = np.empty_like(order)
    rank[order] = np.arange(order.size, dtype=np.int32)
    rank.flags.writeable = False
    return rank


def _dissect(nodes: np.ndarray, start: tuple[int, ...]) -> list[np.ndarray]:
    if nodes.size <= _LEAF or max(nodes.shape) < 3:
        return [nodes.ravel()]
    axis = int(np.argmax(nodes.shape))
    middle = _plane(start[axis], nodes.shape[axis]) - start[axis]
    before, plane, behind = np.split(nodes, [middle, middle + 1], axis=axis)
    after = tuple(s + (middle + 1) * (k == axis) for k, s in enumerate(start))
    return [*_dissect(before, start), *_dissect(behind, after), plane.ravel()]


def _plane(start: int, count: int) -> int:
    """Where to cut the planes start ... start + count - 1: near the middle, at a multiple of a power of two.

    There lie the edges of the cells of a graded mesh, which a cut must not pass through.
    """
    step = 1 << max((count // 4).bit_length() - 1, 0)
    middle = start + (count - 1) / 2
    return int(np.clip(round(middle / step) * step, start + 1, start + count - 2))
