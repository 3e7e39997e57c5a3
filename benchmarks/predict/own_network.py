"""The network that the net sees, with nothing learned."""

from __future__ import annotations

import numpy as np

from ssbi_core.predict.data import GraphData


def log_network(data: GraphData) -> np.ndarray:
    """Natural logarithm of the conductivity of every row's network, (rows,); a by-product of the net's features."""
    data.prepare(np.arange(len(data)))
    own = [data.seen[row].log_network + data.padded[graph].shape for row, graph in enumerate(data.of.tolist())]
    return np.array(own, float)
