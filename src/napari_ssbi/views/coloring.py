"""Colours of nodes: by phase as in the legend of the material system, or by a measure on a perceptual scale."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.colors import to_rgba
from napari.utils.colormaps import ensure_colormap

from napari_ssbi.layers import phase_colors
from napari_ssbi.views.features import phase_code
from ssbi_core.errors import MaterialError
from ssbi_core.graph import InterfaceGraph
from ssbi_core.graph.nodes import TERMINALS
from ssbi_core.materials import MaterialSystem, load_system

COLORMAP = "viridis"
_TERMINAL_COLORS = dict(zip(TERMINALS, ("#FF7F50", "#6EC1FF"), strict=True))
_NOTHING = (0.5, 0.5, 0.5, 1.0)  # for nodes that do not have the measure
_DECADES = 2  # measures that span more are coloured by their logarithm


class Coloring(NamedTuple):
    """Colours of all nodes.

    Attributes
    ----------
    colors : (n, 4) RGBA in [0, 1].
    limits : least and largest value on the scale, None for phases.
    logarithmic : whether the scale is.
    """

    colors: np.ndarray
    limits: tuple[float, float] | None = None
    logarithmic: bool = False


def graph_system(graph: InterfaceGraph) -> MaterialSystem:
    """The material system a graph was built with, for its colours; the default one where it is not at hand."""
    try:
        return load_system(str(graph.metadata.get("material_system", "llzo_nmc")))
    except MaterialError:
        return load_system()


def color_nodes(nodes: pd.DataFrame, feature: str, system: MaterialSystem) -> Coloring:
    """Colours by ``phase`` or by a numeric column."""
    if feature == "phase":
        known = {key: np.array(to_rgba(color)) for key, color in node_phase_colors(nodes, system).items()}
        return Coloring(np.array([known[key] for key in nodes["phase"]]).reshape(-1, 4))
    values = nodes[feature].to_numpy(float)
    logarithmic = _spans_decades(values)
    with np.errstate(divide="ignore", invalid="ignore"):
        scaled = np.log10(values) if logarithmic else values
    finite = np.isfinite(scaled)
    colors = np.tile(_NOTHING, (len(values), 1))
    if not finite.any():
        return Coloring(colors)
    low, high = float(scaled[finite].min()), float(scaled[finite].max())
    share = (scaled[finite] - low) / (high - low if high > low else 1.0)
    colors[finite] = ensure_colormap(COLORMAP).map(share)
    limits = (10**low, 10**high) if logarithmic else (low, high)
    return Coloring(colors, limits, logarithmic)


def node_phase_colors(nodes: pd.DataFrame, system: MaterialSystem) -> dict[str, str]:
    """Colours of the phases among the nodes, in the order of the phases, terminals last."""
    legend = phase_colors(system)
    codes = {key: phase_code(key) for key in nodes["phase"].unique()}
    found = {key: legend[code] for key, code in codes.items() if code is not None}
    found = dict(sorted(found.items(), key=lambda item: codes[item[0]] or 0))
    return found | {key: color for key, color in _TERMINAL_COLORS.items() if key in codes}


def _spans_decades(values: np.ndarray) -> bool:
    finite = values[np.isfinite(values)]
    positive = finite[finite > 0]
    return bool(positive.size and finite.min() >= 0 and positive.max() > 10**_DECADES * positive.min())
