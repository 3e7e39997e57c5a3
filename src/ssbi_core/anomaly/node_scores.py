"""How anomalous each node of the graph is: as the worst place that it is, that it holds, or that it lies in."""

from __future__ import annotations

import numpy as np

from ssbi_core.anomaly.report import ImageAnomaly
from ssbi_core.graph.interface_graph import InterfaceGraph

_SHARE = 0.5  # of the place in the node, or of the node in the place; less is a neighbour that it only touches


def node_scores(image: ImageAnomaly, graph: InterfaceGraph) -> np.ndarray:
    """Score of each node.

    Parameters
    ----------
    image : with all its places.
    graph : of the same image.

    Returns
    -------
    ndarray
        (nodes,) float32: -log10 of the share of normal images with such a place; 0 where a node has none.
    """
    number = len(graph.nodes)
    areas = np.bincount(graph.regions[graph.regions >= 0], minlength=number)
    scores = np.zeros(number, np.float32)
    for found in image.places:
        row, column, end_row, end_column = found.place.bbox_px
        inside = graph.regions[row:end_row, column:end_column][found.place.pixels()]
        shared = np.bincount(inside[inside >= 0], minlength=number)
        held = (shared > 0) & ((shared >= _SHARE * len(inside)) | (shared >= _SHARE * areas))
        scores[held] = np.maximum(scores[held], np.float32(found.score))
    return scores
