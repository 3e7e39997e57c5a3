"""The graph as layers: a marker at each region's centroid, a line for each pair.

Coordinates are pixel indices of the image the graph was built from, so that the image's own placement puts them where
the image is. Row i of the points is node i.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.colors import to_rgba

from napari_ssbi.inputs import MARK
from napari_ssbi.layers import LayerData
from napari_ssbi.views.coloring import color_nodes, graph_system
from ssbi_core.graph import InterfaceGraph, array_axis
from ssbi_core.graph.axis import AXIS_NAMES
from ssbi_core.graph.nodes import TERMINALS

NODE_BORDER = "#16181D"
_MARKER = 0.3  # of the region's diameter
_SMALLEST, _LARGEST = 1 / 150, 1 / 25  # of the picture's shortest side
# Warm is resisting, as in the report's figure; pairs that are merely near are faint.
_EDGE_COLORS = {
    "direct": to_rgba("#DDE3EA", 0.9),
    "grain_boundary": to_rgba("#FFA94D", 0.9),
    "contact": to_rgba("#FF5C7A", 1.0),
    "dislocation": to_rgba("#FFE08A", 0.9),
    "terminal": to_rgba("#6EC1FF", 0.25),
    "none": to_rgba("#B8BEC6", 0.22),
}


def graph_layers(graph: InterfaceGraph, placed: Mapping[str, Any]) -> list[LayerData]:
    """Edges and nodes as layers, the nodes on top.

    Parameters
    ----------
    graph : 2D or 3D.
    placed : keyword arguments that place a layer (scale, translate, units, ...) where the graph's image is.

    Returns
    -------
    list of LayerData
        Vectors "<name> edges" and Points "<name> nodes"; the columns of the tables are their features.
    """
    return [_edges(graph, placed), _nodes(graph, placed)]


def node_places(graph: InterfaceGraph) -> np.ndarray:
    """(n, dimensions) centroids in pixels, in the order of the array axes."""
    places = np.empty((len(graph.nodes), graph.regions.ndim))
    for axis in range(graph.regions.ndim):
        name = AXIS_NAMES[axis].removesuffix("s")
        places[:, array_axis(axis, graph.regions.ndim)] = graph.nodes[f"centroid_{name}_nm"] / graph.pixel_size_nm
    return places


def edge_colors(edges: pd.DataFrame) -> np.ndarray:
    """(m, 4) RGBA by what the pair meets through."""
    return np.array([_EDGE_COLORS[kind] for kind in edges["boundary"]], float).reshape(-1, 4)


def _nodes(graph: InterfaceGraph, placed: Mapping[str, Any]) -> LayerData:
    terminal = graph.nodes["phase"].isin(TERMINALS).to_numpy()
    settings = {
        "name": f"{graph.name} nodes",
        "features": graph.nodes.reset_index(drop=True),
        "size": node_sizes(graph),
        "symbol": np.where(terminal, "square", "disc"),
        "face_color": color_nodes(graph.nodes, "phase", graph_system(graph)).colors,
        "border_color": NODE_BORDER,
        "border_width": 0.12,
        "metadata": {MARK: {"role": "graph_nodes", "graph": graph.name}},
    }
    return node_places(graph), {**settings, **placed}, "points"


def _edges(graph: InterfaceGraph, placed: Mapping[str, Any]) -> LayerData:
    ends = node_places(graph)[graph.edges[["sender", "receiver"]].to_numpy(np.int64)]
    along = array_axis(graph.axis, graph.regions.ndim)
    # A terminal is a face, not a point: its edges run straight to it.
    terminal = (graph.edges["boundary"] == "terminal").to_numpy()
    sideways = [axis for axis in range(ends.shape[2]) if axis != along]
    for axis in sideways:
        ends[terminal, 1, axis] = ends[terminal, 0, axis]
    settings = {
        "name": f"{graph.name} edges",
        "features": graph.edges.reset_index(drop=True),
        "edge_color": edge_colors(graph.edges) if len(graph.edges) else "white",  # napari takes no empty array
        "edge_width": max(min(graph.regions.shape[-2:]) / 300, 0.3),
        "vector_style": "line",
        "metadata": {MARK: {"role": "graph_edges", "graph": graph.name}},
    }
    vectors = np.stack([ends[:, 0], ends[:, 1] - ends[:, 0]], axis=1)
    return vectors, {**settings, **placed}, "vectors"


def node_sizes(graph: InterfaceGraph) -> np.ndarray:
    """(n,) diameters of the markers in pixels, in the order of the nodes."""
    terminal = graph.nodes["phase"].isin(TERMINALS).to_numpy()
    side = min(graph.regions.shape[-2:])
    diameter = graph.nodes["equivalent_diameter_nm"].to_numpy(float) / graph.pixel_size_nm
    return np.where(terminal, side * _LARGEST / 2, np.clip(_MARKER * diameter, side * _SMALLEST, side * _LARGEST))
