"""Labels to microstructure graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ssbi_core.graph.axis import array_axis, interface_axis
    from ssbi_core.graph.build import build_graph
    from ssbi_core.graph.cells import ConductionCells, conduction_cells
    from ssbi_core.graph.export import read_graph, to_networkx, write_graph
    from ssbi_core.graph.interface_graph import InterfaceGraph
    from ssbi_core.graph.padding import EDGE_FEATURES, NODE_FEATURES, PaddedGraph, pad
    from ssbi_core.graph.thickness import ThicknessProfile, layer_thickness
else:
    from ssbi_core.lazy_names import lazy_names

    lazy_names(
        __name__,
        {
            "ConductionCells": "cells",
            "EDGE_FEATURES": "padding",
            "NODE_FEATURES": "padding",
            "InterfaceGraph": "interface_graph",
            "PaddedGraph": "padding",
            "ThicknessProfile": "thickness",
            "array_axis": "axis",
            "build_graph": "build",
            "conduction_cells": "cells",
            "interface_axis": "axis",
            "layer_thickness": "thickness",
            "pad": "padding",
            "read_graph": "export",
            "to_networkx": "export",
            "write_graph": "export",
        },
    )

__all__ = [
    "ConductionCells",
    "EDGE_FEATURES",
    "NODE_FEATURES",
    "InterfaceGraph",
    "PaddedGraph",
    "ThicknessProfile",
    "array_axis",
    "build_graph",
    "conduction_cells",
    "interface_axis",
    "layer_thickness",
    "pad",
    "read_graph",
    "to_networkx",
    "write_graph",
]
