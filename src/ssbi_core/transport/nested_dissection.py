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
_SPREAD = [
    (16, 0x0000FFFF0000FFFF),
    (8, 0x00FF00FF00FF00FF),
    (4, 0x0F0F0F0F0F0F0F0F),
    (2, 0x3333333333333333),
    (1, 0x5555555555555555),
]


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


def rank_by_position(position: np.ndarray, end: tuple[int, int]) -> np.ndarray:
    """Elimination rank of nodes at integer coordinates (n, 2) between 0 and `end`, int32.

    For the nodes of a quadtree: a square of 2^k is cut in the middle, first across rows and then across columns, and no
    edge of a leaf crosses such a line. A node belongs to the largest square that it lies on the cut of.
    """
    inner = np.clip(position, 1, np.subtract(end, 1))  # the picture's own edges cut nothing
    level = np.max(2 * _trailing_zeros(inner) + (1, 0), axis=1)
    last = morton(inner) | ((2 << level.astype(np.int64)) - 1)  # code of the last place in that square
    rank = np.empty(len(position), dtype=np.int32)
    rank[np.lexsort((level, last))] = np.arange(len(position), dtype=np.int32)
    return rank


def morton(points: np.ndarray) -> np.ndarray:
    """Bits of rows and columns (n, 2), below 2^31, interleaved: (n,) int64. Squares of 2^k hold consecutive codes."""
    bits = points.astype(np.int64)
    for shift, mask in _SPREAD:
        bits = (bits | (bits << shift)) & mask
    return (bits[..., 0] << 1) | bits[..., 1]


def _trailing_zeros(numbers: np.ndarray) -> np.ndarray:
    return np.frexp(numbers & -numbers)[1] - 1
