"""Whether a graph is like those a net was trained on.

The net sees ratios of a graph's parts, which a picture of another scale shares; where their means or spreads over the
graph, weighted by power, leave the range of the training set, a prediction is an extrapolation and has to say so.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from ssbi_core.predict.conductance import MaterialValues
from ssbi_core.predict.data import GraphData
from ssbi_core.predict.features import LINES, network_features
from ssbi_core.predict.padded import PaddedCells, Sizes

_MARGIN = 0.15  # of a range, on both sides
_SIDE = (
    "resistance in the bodies",
    "crowding at contacts",
    "concentration of current",
    "width of contacts over that of cells",
    "length of paths over that of cells",
    "spreading behind contacts",
    "unevenness of layers",
)
NAMES = (
    "resistance of lines",
    "power of single contacts",
    "direction of contacts",
    "fineness of contacts in pixels",
    "contacts to the terminals",
    *(f"share of {line.key.replace('_', ' ')}" for line in LINES),
    *_SIDE,
    "number of cells",
)
"""Of the descriptors."""


@dataclass(frozen=True, eq=False)
class Scope:
    """Range of every descriptor over the training set.

    Attributes
    ----------
    low, high : (descriptors,).
    """

    low: np.ndarray
    high: np.ndarray

    @classmethod
    def of(cls, data: GraphData, rows: np.ndarray) -> Scope:
        """Of the graphs in some rows."""
        found = np.concatenate([describe(b.cells, b.material, b.sizes) for b in data.batches(rows, 32)])
        return cls(found.min(0), found.max(0))

    def outside(self, descriptors: np.ndarray) -> tuple[str, ...]:
        """What lies outside, in words, given the descriptors of one graph."""
        margin = _MARGIN * (self.high - self.low)
        far = (descriptors < self.low - margin) | (descriptors > self.high + margin)
        return tuple(
            f"{NAMES[at]} ({descriptors[at]:.3g}; trained on {self.low[at]:.3g} to {self.high[at]:.3g})"
            for at in np.flatnonzero(far)
        )


@partial(jax.jit, static_argnums=2)
def describe(cells: PaddedCells, material: MaterialValues, sizes: Sizes) -> jax.Array:
    """Descriptors (b, len(NAMES)) of a batch of graphs."""

    def one(cells: PaddedCells, material: MaterialValues) -> jax.Array:
        seen = network_features(cells, material, sizes.nodes, sizes.width)
        size = jnp.log(jnp.sum(cells.share > 0) + 1.0)
        return jnp.concatenate([seen.power @ seen.edge, seen.power @ seen.side.mean(1), size[None]])

    return jax.vmap(one)(cells, material)
