"""Sizes rounded so coarsely that few programs have to be compiled, whatever pictures come.

Compiling takes seconds, predicting milliseconds: half as much work again for nothing is the better bargain where graphs
come one by one.
"""

from __future__ import annotations

from collections.abc import Sequence

from ssbi_core.graph.cells import ConductionCells
from ssbi_core.predict.padded import Sizes, largest, sizes_of

_STEPS = Sizes(256, 512, 24)


def coarse_sizes(cells: Sequence[ConductionCells]) -> Sizes:
    """Sizes that hold all of these graphs."""
    needed = largest([sizes_of(each) for each in cells])
    return Sizes(*(-(-size // step) * step for size, step in zip(needed, _STEPS, strict=True)))
