"""Direct solution of the coarsest grid.

A cell of the coarsest grid is a few pixels wide, less than what one sees in a picture, so that hardly anything is lost
on the way down. Coarsening further would: where a cell spans several separate clusters, no function on its corners
tells them apart, and the iteration stalls near percolation. A sparse factorisation of a sixteenth (2D, two
coarsenings) of the unknowns costs less than the iterations it saves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp

from ssbi_core.transport.linear_solve import SpdSolver
from ssbi_core.transport.multigrid.banded_grid import factorise_band, works_as_band
from ssbi_core.transport.nested_dissection import elimination_rank


class _Pattern(NamedTuple):
    """Upper triangle in elimination order: which stored value goes where."""

    rank: np.ndarray
    order: np.ndarray
    indices: np.ndarray
    indptr: np.ndarray


class CoarsestGrid:
    """Factorises grid operators of one shape; the symbolic factorisation is kept from one to the next."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.shape = shape
        self._solver = SpdSolver(len(shape))

    def factorise(self, couplings: Mapping[tuple[int, ...], np.ndarray]) -> Callable[[np.ndarray], np.ndarray]:
        """What solves with the operator of `hierarchy`'s coarsest grid, right-hand sides (shape); dead nodes give 0."""
        if works_as_band(self.shape):
            return factorise_band(couplings)
        pattern = _pattern(self.shape, tuple(sorted(couplings)))
        values = np.concatenate([_flat(couplings[step], step) for step in sorted(couplings)])
        data = values[pattern.order]
        first = pattern.indptr[:-1]
        data[first] = np.where(data[first] > 0, data[first], 1.0)
        size = pattern.rank.size
        matrix = sp.csr_matrix((size, size))
        matrix.data, matrix.indices, matrix.indptr = data, pattern.indices, pattern.indptr
        solve = self._solver.factorise(matrix)

        def solution(right: np.ndarray) -> np.ndarray:
            ordered = np.empty(size)
            ordered[pattern.rank] = right.ravel()
            return solve(ordered)[pattern.rank].reshape(self.shape)

        return solution

    def close(self) -> None:
        """Free the memory of the factorisation."""
        self._solver.close()


def _flat(values: np.ndarray, step: tuple[int, ...]) -> np.ndarray:
    """Entries of the matrix from couplings held at the lower node of the two, where both nodes exist."""
    inside = values[tuple(slice(0, n - abs(s)) for s, n in zip(step, values.shape, strict=True))]
    return inside.ravel() if not any(step) else -inside.ravel()


@lru_cache(maxsize=8)
def _pattern(shape: tuple[int, ...], steps: tuple[tuple[int, ...], ...]) -> _Pattern:
    rank = elimination_rank(shape)
    grid = rank.reshape(shape)
    low, high = [], []
    for step in steps:
        # The edge joins base + max(-step, 0) and base + max(step, 0).
        ends = [
            grid[
                tuple(slice(max(x, 0), n - abs(s) + max(x, 0)) for x, s, n in zip(sign, step, shape, strict=True))
            ].ravel()
            for sign in (tuple(-s for s in step), step)
        ]
        low.append(np.minimum(*ends))
        high.append(np.maximum(*ends))
    rows, columns = np.concatenate(low), np.concatenate(high)
    order = np.lexsort((columns, rows))
    counts = np.bincount(rows, minlength=rank.size)
    indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    return _Pattern(rank, order, columns[order].astype(np.int32), indptr)
