"""The edge table: who touches whom and through what, who touches the terminals, who is merely near.

The three kinds of edges are collected in pixels and given units at the end, in `edge_table`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ssbi_core.graph.borders import Borders, find_faces
from ssbi_core.graph.interface_graph import contact_column
from ssbi_core.graph.proximity import near_pairs
from ssbi_core.graph.shape import Shapes
from ssbi_core.materials import MaterialSystem, Phase

PAIR = ["sender", "receiver"]
_NAMES = np.array(["direct", *(phase.key for phase in Phase if phase)], dtype=object)


def touching_edges(borders: Borders, codes: np.ndarray) -> pd.DataFrame:
    """Edges of touching regions.

    A pair may meet partly through a boundary line and partly directly: the edge bears the name and width
    of the kind it meets by most, and ``boundary_share`` says how much of the contact that is.
    """
    inner = borders.second < len(codes)  # the rest is the border to unlabelled pixels
    first, second, kind, size, width = (column[inner] for column in borders)
    pair = first * len(codes) + second
    _, number = np.unique(pair, return_inverse=True)
    contact = np.bincount(number, size)[number]
    order = np.lexsort((size, pair))
    main = order[np.append(np.diff(pair[order]) > 0, True)[: len(order)]]  # the longest part of each pair
    edges = pd.DataFrame({"sender": first[main], "receiver": second[main], "boundary": _NAMES[kind[main]]})
    share = size[main] / contact[main]
    return edges.assign(contact=contact[main], boundary_share=share, width=width[main], touching=True, gap=0.0)


def terminal_edges(filled: np.ndarray, conducts: np.ndarray, along: int) -> pd.DataFrame:
    """Edges of conducting regions to the terminals (numbered n, n + 1) whose face they reach."""
    tables = []
    for terminal, position in enumerate((0, -1)):
        face = np.take(filled, position, axis=along)
        pixels = np.bincount(face[face >= 0], minlength=len(conducts))
        sender = np.flatnonzero((pixels > 0) & conducts)
        tables.append(pd.DataFrame({"sender": sender, "receiver": len(conducts) + terminal, "contact": pixels[sender]}))
    edges = pd.concat(tables, ignore_index=True)
    return edges.assign(boundary="terminal", boundary_share=1.0, width=0.0, touching=True, gap=0.0)


def near_edges(filled: np.ndarray, shapes: Shapes, touching: pd.DataFrame) -> pd.DataFrame:
    """Edges of pairs that do not touch but are near."""
    faces = find_faces(filled)
    at_border = np.zeros(filled.size, bool)
    at_border[faces.before] = at_border[faces.after] = True
    at_border = at_border.reshape(filled.shape) & (filled >= 0)
    owner, known = filled[at_border].astype(np.int64), touching[PAIR].to_numpy(np.int64)
    pairs, gap = near_pairs(shapes.centroid, shapes.equivalent_diameter, np.argwhere(at_border), owner, known)
    edges = pd.DataFrame({"sender": pairs[:, 0], "receiver": pairs[:, 1], "gap": gap})
    return edges.assign(boundary="none", boundary_share=0.0, width=0.0, touching=False, contact=0.0)


def edge_table(
    edges: pd.DataFrame, nodes: pd.DataFrame, resistances: dict[str, float], axis: int, pixel_size_nm: float
) -> pd.DataFrame:
    """Give edges units, resistance, distance and direction between centroids.

    A terminal is a plane, so the distance to it is the one along the transport axis.
    """
    centroid = nodes[[name for name in nodes if name.startswith("centroid_")]].to_numpy(float)
    offset = np.abs(np.diff(centroid[edges[PAIR].to_numpy(np.int64)], axis=1)[:, 0])
    terminal = (edges["boundary"] == "terminal").to_numpy()
    distance = np.where(terminal, offset[:, axis], np.linalg.norm(offset, axis=1))
    dimensions = centroid.shape[1]
    table = {
        **{name: edges[name].to_numpy(np.int64) for name in PAIR},
        "touching": edges["touching"].to_numpy(bool),
        "boundary": edges["boundary"].to_numpy(object),
        contact_column(dimensions): edges["contact"].to_numpy(float) * pixel_size_nm ** (dimensions - 1),
        "boundary_share": edges["boundary_share"].to_numpy(float),
        "boundary_width_nm": edges["width"].to_numpy(float) * pixel_size_nm,
        "area_specific_resistance_ohm_cm2": [resistances[kind] for kind in edges["boundary"]],
        "centroid_distance_nm": distance,
        "direction_cosine": np.divide(offset[:, axis], distance, out=np.zeros(len(edges)), where=distance > 0),
        "gap_nm": edges["gap"].to_numpy(float) * pixel_size_nm,
    }
    return pd.DataFrame(table).sort_values(PAIR).reset_index(drop=True)


def boundary_resistances(system: MaterialSystem, temperature: float) -> dict[str, float]:
    """Area-specific resistance in ohm cm2 by kind of boundary; NaN for pairs that do not touch."""
    interfaces = (Phase.GRAIN_BOUNDARY, Phase.CONTACT, Phase.DISLOCATION)
    values = {phase.key: system.resistance(phase, temperature) for phase in interfaces}
    # A dislocation is a node with two sides: half its resistance to enter, half to leave.
    values["dislocation"] /= 2
    return {**values, "direct": 0.0, "terminal": 0.0, "none": float("nan")}
