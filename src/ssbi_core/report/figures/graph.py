"""The microstructure graph over the dimmed image: regions as dots, contacts as lines.

Dots have the colour of their phase and grow with the region; lines are coloured by what the regions
meet through, the warmer the more it resists, and dotted where they merely come near. The two
terminals are the bars along the faces the potential is applied to.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.patches import Rectangle

from ssbi_core.graph.interface_graph import InterfaceGraph
from ssbi_core.materials import PHASES, Phase
from ssbi_core.report.figures.panel import SCREEN_DPI, LegendEntry, Panel
from ssbi_core.report.figures.section import Section, micrograph_picture, phase_picture
from ssbi_core.report.formatting import chemical, number
from ssbi_core.report.records import ImageResult

_DIM = 0.35
_LEVELS = 32  # what is dimmed needs no more, and noise compresses better
_TERMINALS = {"terminal_first": "#FF7F50", "terminal_last": "#6EC1FF"}
_NEAR_COLOR = "#B8BEC6"
_DIRECT_COLOR = "#DDE3EA"
_KIND_COLORS = {"dislocation": "#FFE08A", "grain_boundary": "#FFA94D", "contact": "#FF5C7A"}  # warm is resisting
_RESISTANCE = "area_specific_resistance_ohm_cm2"
_POSITION = ["centroid_column_nm", "centroid_row_nm"]


class _Shown(NamedTuple):
    """The part of a graph that is drawn; positions are nm from the picture's corner."""

    nodes: pd.DataFrame
    edges: pd.DataFrame
    axis: int


def graph_panel(result: ImageResult) -> Panel | None:
    """Return the panel of the graph, None where it was not built."""
    if result.graph is None:
        return None
    section = Section.of(result)
    graph = _shown(result.graph, section)
    background = dimmed_background(result, section)

    def draw(axes: Axes) -> None:
        axes.imshow(background, extent=section.extent)
        _draw_edges(axes, graph, section)
        _draw_nodes(axes, graph.nodes, section, result)
        _draw_terminals(axes, graph.axis, section)

    regions = int((~_is_terminal(graph.nodes)).sum())
    touching = int(graph.edges["touching"].to_numpy(bool).sum())
    return Panel(
        "graph",
        "Microstructure graph",
        f"{regions} regions, {touching} contacts, {len(graph.edges) - touching} near pairs.{section.words}",
        f"Graph of the regions of {result.name} with the contacts between them, over the dimmed image",
        section,
        draw,
        _legend(graph, result),
    )


def _shown(graph: InterfaceGraph, section: Section) -> _Shown:
    nodes, edges = graph.nodes.copy(), graph.edges
    nodes[_POSITION] += 0.5 * section.pixel_size_nm  # centroids count from the centre of the first pixel
    if section.slice_index is not None:
        in_slice = np.isin(nodes.index.to_numpy(), np.unique(section.cut(graph.regions)))
        nodes = nodes.loc[in_slice | (_is_terminal(nodes) & (graph.axis != 2))]
    ends = edges[["sender", "receiver"]].to_numpy()
    return _Shown(nodes, edges.loc[np.isin(ends, nodes.index.to_numpy()).all(axis=1)], graph.axis)


def _is_terminal(nodes: pd.DataFrame) -> np.ndarray:
    return np.isin(nodes["phase"].to_numpy(str), list(_TERMINALS))


def _draw_edges(axes: Axes, graph: _Shown, section: Section) -> None:
    segments, kinds = _segments(graph, section), graph.edges["boundary"].to_numpy(str)
    touching = graph.edges["touching"].to_numpy(bool)
    near = LineCollection(list(segments[~touching]), colors=_NEAR_COLOR, linewidths=0.8, linestyles=[(0, (1, 2))])
    axes.add_collection(near)
    for kind, color in _edge_colors(graph.edges).items():  # the most resisting last, on top
        axes.add_collection(
            LineCollection(
                list(segments[touching & (kinds == kind)]),
                colors=color,
                linewidths=0.7 if color == _DIRECT_COLOR else 1.2,
            )
        )


def _segments(graph: _Shown, section: Section) -> np.ndarray:
    """Ends of the lines, (edges, 2, 2) as x, y in nm; a line to a terminal runs straight to its face."""
    rows = [graph.nodes.index.get_indexer(pd.Index(graph.edges[end])) for end in ("sender", "receiver")]
    segments = np.stack([graph.nodes[_POSITION].to_numpy(float)[row] for row in rows], axis=1)
    phases = graph.nodes["phase"].to_numpy(str)
    for this, other in ((0, 1), (1, 0)):
        for face, terminal in enumerate(_TERMINALS):
            at_face = phases[rows[this]] == terminal
            segments[at_face, this] = segments[at_face, other]
            segments[at_face, this, 1 - graph.axis] = face * section.size_nm[graph.axis] if at_face.any() else 0
    return segments


def _edge_colors(edges: pd.DataFrame) -> dict[str, str]:
    """Kind of contact -> colour, from the least to the most resisting."""
    return {kind: _KIND_COLORS.get(kind, _DIRECT_COLOR) for kind in _resistances(edges)}


def _resistances(edges: pd.DataFrame) -> dict[str, float]:
    touching = edges.loc[edges["touching"].to_numpy(bool)]
    medians = touching.groupby("boundary")[_RESISTANCE].median().sort_values()
    return {str(kind): float(value) for kind, value in medians.items()}


def _draw_nodes(axes: Axes, nodes: pd.DataFrame, section: Section, result: ImageResult) -> None:
    regions = nodes.loc[~_is_terminal(nodes)]
    colors = [result.system.color_of(Phase.parse(key)) for key in regions["phase"]]
    width = axes.get_window_extent().width
    diameter = regions["equivalent_diameter_nm"].to_numpy(float) / section.size_nm[1] * width * 72 / SCREEN_DPI
    size = np.clip(0.35 * diameter, 2.5, 11.0)
    x, y = regions[_POSITION].to_numpy(float).T
    axes.scatter(x, y, s=size**2, c=colors, edgecolors="white", linewidths=0.7, zorder=3)


def _draw_terminals(axes: Axes, axis: int, section: Section) -> None:
    if axis == 2:  # they lie in front of and behind the picture
        return
    height, width = section.size_nm
    thickness = 0.012 * (height, width)[axis]
    for face, color in enumerate(_TERMINALS.values()):
        start = face * ((height, width)[axis] - thickness)
        corner, size = ((0, start), (width, thickness)) if axis == 0 else ((start, 0), (thickness, height))
        axes.add_artist(Rectangle(corner, *size, color=color, linewidth=0, zorder=4))


def dimmed_background(result: ImageResult, section: Section) -> np.ndarray:
    """The micrograph, or else the phases, dark enough to draw on; (rows, columns, 3)."""
    grey = micrograph_picture(result, section)
    picture = phase_picture(result, section) if grey is None else np.repeat(grey[..., None], 3, axis=2)
    return np.round(picture * _LEVELS) / _LEVELS * _DIM


def _legend(graph: _Shown, result: ImageResult) -> tuple[LegendEntry, ...]:
    counts = graph.nodes["phase"].value_counts()
    entries = [
        LegendEntry(result.system.color_of(phase), chemical(result.system.title_of(phase)), str(counts[phase.key]), "o")
        for phase in PHASES
        if phase.key in counts
    ]
    entries += _edge_legend(graph.edges, result)
    if graph.axis != 2:
        names = ("First face (1 V)", "Last face (0 V)")
        entries += [LegendEntry(color, name) for color, name in zip(_TERMINALS.values(), names, strict=True)]
    return tuple(entries)


def _edge_legend(edges: pd.DataFrame, result: ImageResult) -> list[LegendEntry]:
    resistances, colors = _resistances(edges), _edge_colors(edges)
    entries = [
        LegendEntry(colors[kind], _kind_title(kind, result), f"{number(value)} Ω cm²", "-")
        for kind, value in resistances.items()
        if value > 0
    ]
    if any(value == 0 for value in resistances.values()):
        entries.append(LegendEntry(_DIRECT_COLOR, "Direct contact", marker="-"))
    if not edges["touching"].to_numpy(bool).all():
        entries.append(LegendEntry(_NEAR_COLOR, "Near, not touching", marker=":"))
    return entries


def _kind_title(kind: str, result: ImageResult) -> str:
    return chemical(result.system.title_of(Phase.parse(kind)))
