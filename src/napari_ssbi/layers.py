"""Core records as napari layers: the only place where the two meet.

Every layer carries scale and units, because one layer without units turns off the scale bar of all.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from napari.utils.colormaps import DirectLabelColormap

from napari_ssbi.inputs import MARK
from napari_ssbi.placement import Placement
from ssbi_core.io import Micrograph, PhaseMap
from ssbi_core.materials import PHASES, MaterialSystem, Phase, load_system

LayerData = tuple[np.ndarray, dict[str, Any], str]

# Hues far apart for elements that are looked at together: electrolyte blue to violet, electrode green to
# yellow, light elements red to white.
ELEMENT_COLORS = {
    "La": "#3B82F6",
    "Zr": "#8B5CF6",
    "Ta": "#06B6D4",
    "Nb": "#14B8A6",
    "Al": "#94A3B8",
    "Ti": "#6366F1",
    "P": "#EC4899",
    "Ni": "#22C55E",
    "Mn": "#EAB308",
    "Co": "#F97316",
    "O": "#EF4444",
    "C": "#D4D4D8",
}
_OTHER_COLOR = "#FFFFFF"
FOUND_PHASES = "found_phases"
DERIVED = frozenset(
    {
        FOUND_PHASES,
        "uncertainty",
        "paint_next",
        "phases_before",
        "process_before",
        "process_after",
        "process_edited",
        "process_names",
        "graph_nodes",
        "graph_edges",
        "potential",
        "current_density",
        "sensitivity",
        "streamlines",
        "bottlenecks",
        "anomaly_map",
        "anomaly_nodes",
        "anomaly_boxes",
        "anomaly_numbers",
    }
)
"""Roles of layers that an analysis made; none of them is something to analyse."""


def micrograph_layers(micrograph: Micrograph, calibrated: bool = True, *, path: str | None = None) -> list[LayerData]:
    """The HAADF image in grey, then one additive layer per element map, hidden until wanted.

    Parameters
    ----------
    micrograph : what to show.
    calibrated : False where the pixel size is unknown; the layers are then in pixels.
    path : file it came from.
    """
    placed = Placement.square(2, micrograph.pixel_size_nm if calibrated else None).layer_settings()
    facts = {"micrograph": micrograph.name, "sha256": micrograph.sha256, "path": path, **micrograph.metadata}
    haadf = {
        "name": f"{micrograph.name} HAADF",
        "colormap": "gray",
        "contrast_limits": _limits(micrograph.haadf, 0.5, 99.5),
        "metadata": {MARK: {**facts, "role": "haadf"}},
    }
    layers: list[LayerData] = [(micrograph.haadf, {**haadf, **placed}, "image")]
    for element, counts in micrograph.elements.items():
        shown = {
            "name": f"{micrograph.name} {element}",
            "colormap": ELEMENT_COLORS.get(element, _OTHER_COLOR),
            "blending": "additive",
            "visible": False,
            "contrast_limits": _limits(counts, 0, 99.8),
            "metadata": {MARK: {**facts, "role": "element", "element": element}},
        }
        layers.append((counts, {**shown, **placed}, "image"))
    return layers


def phase_layer(
    phases: PhaseMap,
    calibrated: bool = True,
    system: str | MaterialSystem = "llzo_nmc",
    *,
    placement: Placement | None = None,
    path: str | None = None,
    role: str = "phases",
) -> LayerData:
    """The phases as a Labels layer in the colours of the material system, names as features.

    Without a placement the layer lies at the origin, in nm where `calibrated`.
    """
    placement = placement or Placement.square(phases.labels.ndim, phases.pixel_size_nm if calibrated else None)
    colors: dict[int | None, Any] = {int(phase): color for phase, color in phase_colors(system).items()}
    colors |= {0: "transparent", None: "transparent"}
    shown = {
        "name": f"{phases.name} phases",
        "colormap": DirectLabelColormap(color_dict=colors),
        "opacity": 0.6,
        "features": {"index": [0, *PHASES], "phase": ["unlabelled", *(p.key for p in PHASES)]},
        "metadata": {MARK: {**phases.metadata, "role": role, "sha256": phases.sha256, "path": path}},
    }
    return phases.labels, {**shown, **placement.layer_settings()}, "labels"


def phase_colors(system: str | MaterialSystem) -> dict[Phase, str]:
    """The legend: phase -> colour of the material system."""
    material = load_system(system)
    return {phase: material.color_of(phase) for phase in PHASES}


def _limits(image: np.ndarray, low: float, high: float) -> tuple[float, float]:
    bottom, top = (float(value) for value in np.percentile(image, (low, high)))
    if top <= bottom:
        bottom, top = float(image.min()), float(image.max())
    return bottom, top if top > bottom else bottom + 1.0
