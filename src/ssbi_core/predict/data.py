"""Graphs of many sizes as batches of few shapes.

Every shape is a program to compile, and padding is work for nothing, so graphs are sorted by what their solve costs and
parted into a few groups, each padded to its largest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from typing import NamedTuple

import jax
import numpy as np

from ssbi_core.graph.cells import ConductionCells
from ssbi_core.predict.conductance import MaterialValues
from ssbi_core.predict.features import Features, network_features
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
    seen : features of each graph, where `GraphData.prepare` has them; they do not depend on weights.
    """

    sizes: Sizes
    rows: np.ndarray
    cells: PaddedCells
    material: MaterialValues
    target: np.ndarray
    weight: np.ndarray
    seen: Features | None = None


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
    seen : features by row, filled by `prepare`.
    """

    padded: list[PaddedCells]
    of: np.ndarray
    group: np.ndarray
    sizes: list[Sizes]
    material: MaterialValues
    target: np.ndarray
    seen: dict[int, Features] = field(default_factory=dict)

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
        known = [self.seen[row] for row in full.tolist() if row in self.seen]
        seen = jax.tree.map(lambda *column: np.stack(column), *known) if len(known) == number else None
        return Batch(self.sizes[self.group[rows[0]]], full, cells, material, self.target[full], weight, seen)

    def prepare(self, rows: np.ndarray, number: int = 16) -> None:
        """Compute the features of some rows once for all passes over them: half the time of a pass is theirs."""
        missing = np.array([row for row in rows.tolist() if row not in self.seen], int)
        for batch in self.batches(missing, number) if missing.size else ():
            found = jax.tree.map(np.asarray, _see(batch.cells, batch.material, batch.sizes))
            for at, row in enumerate(batch.rows.tolist()):
                self.seen[row] = jax.tree.map(lambda column: column[at], found)  # noqa: B023

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


@partial(jax.jit, static_argnums=2)
def _see(cells: PaddedCells, material: MaterialValues, sizes: Sizes) -> Features:
    return jax.vmap(lambda one, state: network_features(one, state, sizes.nodes, sizes.width))(cells, material)


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
