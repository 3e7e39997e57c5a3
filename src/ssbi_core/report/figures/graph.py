"""The microstructure graph over the dimmed image: regions as dots, contacts as lines.

Dots have the colour of their phase, and their area grows with the region's; lines between regions
that touch are coloured by the resistance of the contact, those that merely come near are dotted.
The two terminals are the bars along the faces the potential is applied to.
"""

from __future__ import annotations

from typing import NamedTuple

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import ListedColormap, LogNorm
from matplotlib.patches import Rectangle

from ssbi_core.graph.interface_graph import InterfaceGraph
from ssbi_core.materials import PHASES, Phase
from ssbi_core.report.figures.panel import SCREEN_DPI, ColorScale, LegendEntry, Panel
from ssbi_core.report.figures.section import Section, micrograph_picture, phase_picture
from ssbi_core.report.formatting import chemical
from ssbi_core.report.records import ImageResult

_DIM = 0.35
_LEVELS = 32  # what is dimmed needs no more, and noise compresses to half
_TERMINALS = {"terminal_first": "#FF7F50", "terminal_last": "#6EC1FF"}
_GAP_COLOR = "#B8BEC6"
_RESISTANCE = "area_specific_resistance_ohm_cm2"
_CMAP = ListedColormap(mpl.colormaps["plasma"](np.linspace(0.35, 1, 256)), name="plasma_bright")  # seen on dark grey


class _Shown(NamedTuple):
    """The part of a graph that meets the section."""

    nodes: pd.DataFrame
    edges: pd.DataFrame
    axis: int


def graph_panel(result: ImageResult) -> Panel | None:
    """Return the panel of the graph, None where it was not built."""
    if result.graph is None:
        return None
    section = Section.of(result)
    graph = _shown(result.graph, section)
    scale = _scale(graph.edges)
    background = _background(result, section)

    def draw(axes: Axes) -> None:
        axes.imshow(background, extent=section.extent)
        _draw_edges(axes, graph, section, scale)
        _draw_nodes(axes, graph.nodes, result)
        _draw_terminals(axes, graph.axis, section)

    regions = int((~graph.nodes["phase"].isin(list(_TERMINALS))).sum())
    touching = int(graph.edges["touching"].sum())
    return Panel(
        "graph",
        "Microstructure graph",
        f"{regions} regions, {touching} contacts, {len(graph.edges) - touching} near pairs.{section.words}",
        f"Graph of the regions of {result.name} with the contacts between them, over the dimmed image",
        section,
        draw,
        _legend(graph, result),
        scale,
    )


def _shown(graph: InterfaceGraph, section: Section) -> _Shown:
    nodes, edges = graph.nodes, graph.edges
    if section.slice_index is None:
        return _Shown(nodes, edges, graph.axis)
    in_slice = nodes.index.isin(np.unique(section.cut(graph.regions)))
    shown = nodes[in_slice | nodes["phase"].isin(list(_TERMINALS)).to_numpy()]
    among = edges["sender"].isin(shown.index) & edges["receiver"].isin(shown.index)
    return _Shown(shown, edges[among], graph.axis)


def _segments(edges: pd.DataFrame, nodes: pd.DataFrame, axis: int, section: Section) -> np.ndarray:
    """Ends of the lines, (edges, 2, 2) as x, y in nm; a line to a terminal runs straight to its face."""
    regions = nodes.reindex(np.union1d(edges["sender"], edges["receiver"]))
    position = regions[["centroid_column_nm", "centroid_row_nm"]].to_numpy(float, copy=True)
    phase = regions["phase"]
    ends = [regions.index.get_indexer(edges[end]) for end in ("sender", "receiver")]
    segments = np.stack([position[end] for end in ends], axis=1)
    across = 1 - axis  # component of (x, y) along the transport axis
    for this, other in ((0, 1), (1, 0)):
        for face, terminal in enumerate(_TERMINALS):
            at_face = phase.iloc[ends[this]].eq(terminal).to_numpy()
            segments[at_face, this] = segments[at_face, other]
            segments[at_face, this, across] = face * section.size_nm[axis]
    return segments


def _draw_edges(axes: Axes, graph: _Shown, section: Section, scale: ColorScale | None) -> None:
    edges, nodes = graph.edges, graph.nodes
    if graph.axis == 2:  # terminals lie in front of and behind the picture
        hidden = nodes.index[nodes["phase"].isin(list(_TERMINALS))]
        edges = edges[~edges["sender"].isin(hidden) & ~edges["receiver"].isin(hidden)]
    for touching in (False, True):
        chosen = edges[edges["touching"] == touching]
        if chosen.empty:
            continue
        segments = _segments(chosen, nodes, graph.axis, section)
        lines = LineCollection(list(segments), linewidths=1.1 if touching else 0.8, alpha=0.9)
        if touching:
            lines.set_color(_edge_colors(chosen, scale))
        else:
            lines.set(color=_GAP_COLOR, linestyle=(0, (1, 2)))
        axes.add_collection(lines)


def _edge_colors(edges: pd.DataFrame, scale: ColorScale | None) -> list[str] | np.ndarray:
    if scale is None:
        return ["white"]
    resistance = edges[_RESISTANCE].to_numpy(float)
    colors = np.asarray(scale.cmap(scale.norm(np.maximum(resistance, scale.norm.vmin or 0))))
    colors[~np.isfinite(resistance)] = (1, 1, 1, 1)
    return colors


def _draw_nodes(axes: Axes, nodes: pd.DataFrame, result: ImageResult) -> None:
    regions = nodes[~nodes["phase"].isin(list(_TERMINALS))]
    colors = [result.system.color_of(Phase.parse(key)) for key in regions["phase"]]
    box = axes.get_window_extent()
    diameter = regions["equivalent_diameter_nm"].to_numpy(float) / Section.of(result).size_nm[1] * box.width
    points = np.clip(0.35 * diameter * 72 / SCREEN_DPI, 2.5, 11.0)
    axes.scatter(
        regions["centroid_column_nm"],
        regions["centroid_row_nm"],
        s=points**2,
        c=colors,
        edgecolors="white",
        linewidths=0.7,
        zorder=3,
    )


def _draw_terminals(axes: Axes, axis: int, section: Section) -> None:
    if axis == 2:
        return
    thickness = 0.012
    for face, color in enumerate(_TERMINALS.values()):
        start = face * (1 - thickness)
        corner = (0, 1 - thickness - start) if axis == 0 else (start, 0)  # axes fractions run upwards, rows downwards
        size = (1, thickness) if axis == 0 else (thickness, 1)
        axes.add_artist(Rectangle(corner, *size, color=color, transform=axes.transAxes, linewidth=0, zorder=4))


def _background(result: ImageResult, section: Section) -> np.ndarray:
    grey = micrograph_picture(result, section)
    picture = phase_picture(result, section) if grey is None else np.repeat(grey[..., None], 3, axis=2)
    return np.round(picture * _LEVELS) / _LEVELS * _DIM


def _scale(edges: pd.DataFrame) -> ColorScale | None:
    """Return the colours of contacts that resist, None where no contact has a resistance."""
    if _RESISTANCE not in edges:
        return None
    resistance = edges.loc[edges["touching"], _RESISTANCE].to_numpy(float)
    resistance = resistance[np.isfinite(resistance) & (resistance > 0)]
    if resistance.size == 0:
        return None
    low, high = float(resistance.min()), float(resistance.max())
    low, high = (low, high) if high > 2 * low else (low / 2, high * 2)
    return ColorScale(_CMAP, LogNorm(max(low, high * 1e-6), high), "Resistance of a contact in Ω cm²")


def _legend(graph: _Shown, result: ImageResult) -> tuple[LegendEntry, ...]:
    counts = graph.nodes["phase"].value_counts()
    entries = [
        LegendEntry(result.system.color_of(phase), chemical(result.system.title_of(phase)), str(counts[phase.key]), "o")
        for phase in PHASES
        if phase.key in counts
    ]
    if not graph.edges["touching"].all():
        entries.append(LegendEntry(_GAP_COLOR, "Near, not touching", marker=":"))
    if graph.axis != 2:
        names = ("First face (1 V)", "Last face (0 V)")
        entries += [LegendEntry(color, name) for color, name in zip(_TERMINALS.values(), names, strict=True)]
    return tuple(entries)
