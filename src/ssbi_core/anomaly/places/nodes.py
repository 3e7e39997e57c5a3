"""Grains, pores, gaps and patches of layer: the nodes of the graph, compared with their like by size and shape."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np

from ssbi_core.anomaly.places.place import Place
from ssbi_core.anomaly.places.slenderness import skeleton_length_and_width
from ssbi_core.graph.interface_graph import InterfaceGraph

_SMALLEST = 12  # pixels; the shape of smaller bodies is that of the pixels
_ELECTROLYTE_SIDE = ("llzo", "dislocation", "reaction_layer", "coating")


def node_places(graph: InterfaceGraph) -> list[Place]:
    """Grains, pores, gaps along the interface and patches of layer of a 2D graph."""
    at_interface, lines, found = _between_the_sides(graph), _midlines(graph), []
    for index, node in enumerate(graph.nodes.to_dict("records")):
        if node["area_nm2"] >= _SMALLEST * graph.pixel_size_nm**2:
            measured = _measured(node, bool(at_interface[index]), lines[index])
            if measured is not None:
                found.append(_placed(graph, index, node, *measured))
    return found


def _measured(
    node: Mapping[Hashable, Any], between: bool, line: np.ndarray
) -> tuple[str, dict[str, float], dict[str, str]] | None:
    """Kind, features and words of a node; None for what is not compared."""
    diameter, elongation = float(node["equivalent_diameter_nm"]), float(node["elongation"])
    length = diameter * np.sqrt(elongation)
    if node["phase"] == "llzo":
        features, words = {"size": np.log10(diameter)}, {"size": f"{diameter:.3g} nm across"}
        if not node["touches_edge"]:  # what the picture leaves of a grain may have any shape
            features["elongation"], words["elongation"] = (
                np.log10(elongation),
                f"{elongation:.2g} times as long as wide",
            )
        return "grain", features, words
    if node["phase"] == "pore":
        features = {"length": np.log10(length), "slenderness": np.log10(max(line[0], 1e-3) / max(line[1], 1e-3))}
        words = {"length": f"{length:.3g} nm long", "slenderness": f"{line[0]:.3g} nm long and {line[1]:.2g} nm wide"}
        if between:  # how large a gap is its length says
            return "gap", features, words
        return "pore", features | {"size": np.log10(diameter)}, words | {"size": f"{diameter:.3g} nm across"}
    if node["phase"] in ("reaction_layer", "coating"):
        away = float(np.nan_to_num(node["distance_to_interface_nm"]))
        return "layer_patch", {"away": np.log10(1 + away)}, {"away": f"{away:.3g} nm from the interface"}
    return None


def _midlines(graph: InterfaceGraph) -> np.ndarray:
    """(nodes, 2) length and width in nm of each pore along its midline; 0 of what is no pore."""
    pore = np.append(graph.nodes["phase"].to_numpy(str) == "pore", False)
    bodies = np.where(pore[graph.regions], graph.regions, -1)
    return np.stack(skeleton_length_and_width(bodies, len(graph.nodes)), axis=1) * graph.pixel_size_nm


def _placed(
    graph: InterfaceGraph, index: int, node: Mapping[Hashable, Any], kind: str, features: dict, words: dict
) -> Place:
    rows = (int(node["bbox_row_start_px"]), int(node["bbox_row_stop_px"]))
    columns = (int(node["bbox_column_start_px"]), int(node["bbox_column_stop_px"]))
    inside = graph.regions[rows[0] : rows[1], columns[0] : columns[1]] == index
    box = (rows[0], columns[0], rows[1], columns[1])
    return Place(kind, str(node["phase"]), box, features, words, np.packbits(inside))


def _between_the_sides(graph: InterfaceGraph) -> np.ndarray:
    """(nodes,) whether a node touches electrode on one side and electrolyte or a layer on the other."""
    phase = graph.nodes["phase"].to_numpy(str)
    pairs = graph.edges.loc[graph.edges["touching"], ["sender", "receiver"]].to_numpy(np.int64)
    both = np.concatenate([pairs, pairs[:, ::-1]])
    electrode, other = np.zeros(len(phase), bool), np.zeros(len(phase), bool)
    electrode[both[phase[both[:, 1]] == "nmc", 0]] = True
    other[both[np.isin(phase[both[:, 1]], _ELECTROLYTE_SIDE), 0]] = True
    return electrode & other
