"""Labels to microstructure graph."""

from ssbi_core.graph.axis import array_axis, interface_axis
from ssbi_core.graph.build import build_graph
from ssbi_core.graph.export import read_graph, to_networkx, write_graph
from ssbi_core.graph.interface_graph import InterfaceGraph
from ssbi_core.graph.padding import EDGE_FEATURES, NODE_FEATURES, PaddedGraph, pad

__all__ = [
    "EDGE_FEATURES",
    "NODE_FEATURES",
    "InterfaceGraph",
    "PaddedGraph",
    "array_axis",
    "build_graph",
    "interface_axis",
    "pad",
    "read_graph",
    "to_networkx",
    "write_graph",
]
