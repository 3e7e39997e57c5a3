"""Graphs of many sizes as batches of few shapes.

Every shape is a program to compile, and padding is work for nothing, so graphs are sorted by what their solve costs and
parted into a few groups, each padded to its largest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import jax
import numpy as np

from ssbi_core.graph.cells import ConductionCells
from ssbi_core.predict.conductance import MaterialValues
from ssbi_core.predict.padded import PaddedCells, Sizes, largest, pad_cells, sizes_of, stack

_PARTS = (0.0, 0.5, 0.85, 0.97, 1.0)  # of all graphs, by cost


class Batch(NamedTuple):
    """Graphs padded alike.

    Attributes
    ----------
    sizes : static.
    rows : (b,) index of each graph; the last are repeated where too few were left.
    cells, material : pytrees with a leading axis of b.
    target : (b,) float32 natural logarithm of the conductivity, 0 where not known.
    weight : (b,) float32 1, or 0 for repetitions.
    """

    sizes: Sizes
    rows: np.ndarray
    cells: PaddedCells
    material: MaterialValues
    target: np.ndarray
    weight: np.ndarray


@dataclass(frozen=True, eq=False)
class GraphData:
    """Graphs, each at one state of its material.

    Attributes
    ----------
    padded : cells by graph.
    of : (n,) graph of each row.
    group : (n,) shape of each row, into `sizes`.
    sizes : of each group.
    material : stacked, (n, 9).
    target : (n,) natural logarithm of the conductivity in S/cm.
    """

    padded: list[PaddedCells]
    of: np.ndarray
    group: np.ndarray
    sizes: list[Sizes]
    material: MaterialValues
    target: np.ndarray

    @classmethod
    def of_cells(
        cls,
        cells: Sequence[ConductionCells],
        materials: Sequence[MaterialValues],
        conductivity: Sequence[float] | np.ndarray | None = None,
        of: Sequence[int] | np.ndarray | None = None,
    ) -> GraphData:
        """Pad and group.

        Parameters
        ----------
        cells : of each graph.
        materials : of each row.
        conductivity : S/cm of each row, all positive.
        of : graph of each row; by default row i is graph i.
        """
        of = np.arange(len(cells)) if of is None else np.asarray(of)
        group, sizes = _grouped([sizes_of(each) for each in cells])
        padded = [pad_cells(each, sizes[at]) for each, at in zip(cells, group, strict=True)]
        material = jax.tree.map(lambda *column: np.stack([np.asarray(value) for value in column]), *materials)
        target = np.zeros(len(of)) if conductivity is None else np.log(np.asarray(conductivity, float))
        return cls(padded, of, group[of], sizes, material, target.astype(np.float32))

    def __len__(self) -> int:
        return len(self.of)

    def batch(self, rows: np.ndarray, number: int) -> Batch:
        """Rows of one group as a batch of `number`."""
        full = np.concatenate([rows, np.repeat(rows[-1:], number - len(rows))])
        material = jax.tree.map(lambda column: column[full], self.material)
        weight = (np.arange(number) < len(rows)).astype(np.float32)
        cells = stack([self.padded[self.of[row]] for row in full])
        return Batch(self.sizes[self.group[rows[0]]], full, cells, material, self.target[full], weight)

    def batches(self, rows: np.ndarray, number: int, rng: np.random.Generator | None = None) -> Iterator[Batch]:
        """All rows once; in random order and mixture with an `rng`."""
        rows = np.asarray(rows) if rng is None else rng.permutation(rows)
        found = []
        for group in np.unique(self.group[rows]):
            own = rows[self.group[rows] == group]
            found += [own[at : at + number] for at in range(0, len(own), number)]
        for at in range(len(found)) if rng is None else rng.permutation(len(found)):
            yield self.batch(found[at], number)

    def steps(self, rows: np.ndarray, number: int) -> int:
        """How many batches `batches` yields."""
        return sum(-(-int(count) // number) for count in np.unique(self.group[rows], return_counts=True)[1])


def _grouped(sizes: Sequence[Sizes]) -> tuple[np.ndarray, list[Sizes]]:
    """Group of each graph, and what each group is padded to."""
    cost = np.array([size.nodes * size.width * max(size.width, 30) for size in sizes])
    order, group, padded = np.argsort(cost, kind="stable"), np.zeros(len(sizes), int), []
    edges = np.unique(np.rint(np.array(_PARTS) * len(sizes)).astype(int))
    for start, stop in pairwise(edges):
        rows = order[start:stop]
        group[rows] = len(padded)
        padded.append(largest([sizes[row] for row in rows]))
    return group, padded
