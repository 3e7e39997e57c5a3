"""Graphs of fixed shape: what a jitted function sees of an `InterfaceGraph`.

Sizes are padded up to a bucket so that few shapes are compiled, and masks say what is real. Lengths,
conductivities and resistances span decades and are given as log10; what does not apply to a node or an
edge is 0. The feature names are constants: the order of the columns is part of a trained model.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from ssbi_core.errors import InputError
from ssbi_core.graph.axis import AXIS_NAMES, array_axis
from ssbi_core.graph.interface_graph import InterfaceGraph, contact_column
from ssbi_core.graph.nodes import TERMINALS
from ssbi_core.materials import PHASES, Phase

_NODE_PHASES = (*(p.key for p in PHASES if p not in (Phase.GRAIN_BOUNDARY, Phase.CONTACT)), *TERMINALS)
_BOUNDARIES = ("direct", "grain_boundary", "contact", "dislocation", "terminal", "none")
_SMALLEST = 1e-14  # S/cm and ohm cm2: below any conductor, and the stand-in for zero

NODE_FEATURES = (
    *(f"is_{phase}" for phase in _NODE_PHASES),
    "log10_equivalent_diameter_nm",
    "log10_elongation",
    "orientation_cosine",
    "relative_position",
    "log10_distance_to_interface_nm",
    "boundary_fraction",
    "log10_thickness_nm",
    "touches_edge",
    "log10_conductivity_S_per_cm",
    "mean_uncertainty",
)
"""Columns of `PaddedGraph.node_features`."""

EDGE_FEATURES = (
    *(f"is_{boundary}" for boundary in _BOUNDARIES),
    "log10_contact_size_nm",
    "boundary_share",
    "boundary_width_nm",
    "log10_area_specific_resistance_ohm_cm2",
    "log10_centroid_distance_nm",
    "direction_cosine",
    "log10_gap_nm",
)
"""Columns of `PaddedGraph.edge_features`; the contact size is a length in 2D, the root of an area in 3D."""


class PaddedGraph(NamedTuple):
    """A graph padded to fixed sizes; a pytree of arrays.

    Attributes
    ----------
    node_features : (num_nodes, len(NODE_FEATURES)) float32.
    edge_features : (num_edges, len(EDGE_FEATURES)) float32.
    senders, receivers : (num_edges,) int32, each pair once; padding edges join the last node to itself.
    node_mask, edge_mask : bool, True where real.
    """

    node_features: np.ndarray
    edge_features: np.ndarray
    senders: np.ndarray
    receivers: np.ndarray
    node_mask: np.ndarray
    edge_mask: np.ndarray


def pad(graph: InterfaceGraph, num_nodes: int, num_edges: int) -> PaddedGraph:
    """Pad a graph to `num_nodes` nodes and `num_edges` edges.

    Raises
    ------
    InputError
        If the graph is larger than that.
    """
    nodes, edges = len(graph.nodes), len(graph.edges)
    if nodes > num_nodes or edges > num_edges:
        raise InputError(
            f"a graph of {nodes} nodes and {edges} edges",
            f"at most {num_nodes} nodes and {num_edges} edges",
            "pad to larger sizes",
        )
    return PaddedGraph(
        _padded(node_features(graph), num_nodes, 0),
        _padded(edge_features(graph), num_edges, 0),
        _padded(graph.edges["sender"].to_numpy(np.int32), num_edges, num_nodes - 1),
        _padded(graph.edges["receiver"].to_numpy(np.int32), num_edges, num_nodes - 1),
        np.arange(num_nodes) < nodes,
        np.arange(num_edges) < edges,
    )


def node_features(graph: InterfaceGraph) -> np.ndarray:
    """Node features as (nodes, len(NODE_FEATURES)) float32."""
    nodes = graph.nodes
    columns = {f"is_{phase}": nodes["phase"] == phase for phase in _NODE_PHASES}
    columns["orientation_cosine"] = np.cos(np.radians(nodes["orientation_deg"]))
    columns["relative_position"] = _relative_position(graph)
    return _matrix(nodes, columns, NODE_FEATURES)


def edge_features(graph: InterfaceGraph) -> np.ndarray:
    """Edge features as (edges, len(EDGE_FEATURES)) float32."""
    edges = graph.edges
    columns = {f"is_{boundary}": edges["boundary"] == boundary for boundary in _BOUNDARIES}
    contact = edges[contact_column(graph.regions.ndim)].to_numpy(float)
    columns["log10_contact_size_nm"] = _log10(contact ** (1 / (graph.regions.ndim - 1)), 1.0)
    return _matrix(edges, columns, EDGE_FEATURES)


def _matrix(table: pd.DataFrame, ready: dict, names: tuple[str, ...]) -> np.ndarray:
    matrix = np.zeros((len(table), len(names)), np.float32)
    for column, name in enumerate(names):
        if name not in ready:
            ready[name] = _column(table, name)
        matrix[:, column] = np.nan_to_num(np.asarray(ready[name], dtype=float))
    return matrix


def _column(table: pd.DataFrame, name: str) -> np.ndarray:
    source = name.removeprefix("log10_")
    if source not in table:
        return np.zeros(len(table))
    values = table[source].to_numpy(float)
    if source == name:
        return values
    return _log10(values, 1.0 if source.endswith("_nm") or source == "elongation" else _SMALLEST)


def _log10(values: np.ndarray, smallest: float) -> np.ndarray:
    return np.log10(np.maximum(values, smallest))


def _relative_position(graph: InterfaceGraph) -> np.ndarray:
    length = graph.regions.shape[array_axis(graph.axis, graph.regions.ndim)] * graph.pixel_size_nm
    column = f"centroid_{AXIS_NAMES[graph.axis].removesuffix('s')}_nm"
    return (graph.nodes[column].to_numpy(float) + graph.pixel_size_nm / 2) / length


def _padded(array: np.ndarray, size: int, value: int) -> np.ndarray:
    missing = [(0, size - len(array)), *[(0, 0)] * (array.ndim - 1)]
    return np.pad(array, missing, constant_values=value)
