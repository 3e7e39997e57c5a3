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
    order = np.concatenate(_dissect(np.arange(np.prod(shape), dtype=np.int32).reshape(shape)))
    rank = np.empty_like(order)
    rank[order] = np.arange(order.size, dtype=np.int32)
    rank.flags.writeable = False
    return rank


def _dissect(nodes: np.ndarray) -> list[np.ndarray]:
    if nodes.size <= _LEAF or max(nodes.shape) < 3:
        return [nodes.ravel()]
    nodes = np.moveaxis(nodes, int(np.argmax(nodes.shape)), 0)
    middle = nodes.shape[0] // 2
    return [*_dissect(nodes[:middle]), *_dissect(nodes[middle + 1 :]), nodes[middle].ravel()]
