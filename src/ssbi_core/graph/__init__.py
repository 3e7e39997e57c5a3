"""Labels to microstructure graph."""

from ssbi_core.graph.interface_graph import InterfaceGraph

__all__ = ["InterfaceGraph"]
