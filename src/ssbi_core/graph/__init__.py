"""Labels to microstructure graph."""

from ssbi_core.graph.axis import array_axis, interface_axis
from ssbi_core.graph.interface_graph import InterfaceGraph

__all__ = ["InterfaceGraph", "array_axis", "interface_axis"]
