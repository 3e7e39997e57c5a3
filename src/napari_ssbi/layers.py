"""Core records as napari layers: the only place where the two meet.

Every layer carries scale and units, because one layer without units turns off the scale bar of all.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from napari.utils.colormaps import DirectLabelColormap

from ssbi_core.io import Micrograph, PhaseMap
from ssbi_core.materials import PHASES, MaterialSystem, load_system

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
_AXES = ("z", "y", "x")


def micrograph_layers(micrograph: Micrograph, calibrated: bool = True) -> list[LayerData]:
    """The HAADF image in grey, then one additive layer per element map, hidden until wanted.

    Parameters
    ----------
    micrograph : what to show.
    calibrated : False where the pixel size is unknown; the layers are then in pixels.
    """
    placed = _placement(2, micrograph.pixel_size_nm if calibrated else None)
    facts = {"micrograph": micrograph.name, "sha256": micrograph.sha256, **micrograph.metadata}
    haadf = {
        "name": f"{micrograph.name} HAADF",
        "colormap": "gray",
        "contrast_limits": _limits(micrograph.haadf, 0.5, 99.5),
        "metadata": {"ssbi": {**facts, "role": "haadf"}},
    }
    layers: list[LayerData] = [(micrograph.haadf, {**haadf, **placed}, "image")]
    for element, counts in micrograph.elements.items():
        shown = {
            "name": f"{micrograph.name} {element}",
            "colormap": ELEMENT_COLORS.get(element, _OTHER_COLOR),
            "blending": "additive",
            "visible": False,
            "contrast_limits": _limits(counts, 0, 99.8),
            "metadata": {"ssbi": {**facts, "role": "element", "element": element}},
        }
        layers.append((counts, {**shown, **placed}, "image"))
    return layers


def phase_layer(phases: PhaseMap, calibrated: bool = True, system: str | MaterialSystem = "llzo_nmc") -> LayerData:
    """The phases as a Labels layer in the colours of the material system, names as features."""
    material = load_system(system)
    colors: dict[int | None, Any] = {int(phase): material.color_of(phase) for phase in PHASES}
    colors |= {0: "transparent", None: "transparent"}
    shown = {
        "name": f"{phases.name} phases",
        "colormap": DirectLabelColormap(color_dict=colors),
        "opacity": 0.6,
        "features": pd.DataFrame({"index": [0, *PHASES], "phase": ["unlabelled", *(p.key for p in PHASES)]}),
        "metadata": {"ssbi": {**phases.metadata, "role": "phases", "sha256": phases.sha256}},
    }
    return (
        phases.labels,
        {**shown, **_placement(phases.labels.ndim, phases.pixel_size_nm if calibrated else None)},
        "labels",
    )


def _placement(ndim: int, pixel_size_nm: float | None) -> dict[str, Any]:
    return {
        "scale": (pixel_size_nm or 1.0,) * ndim,
        "translate": (0.0,) * ndim,
        "units": ("nm" if pixel_size_nm else "pixel",) * ndim,
        "axis_labels": _AXES[-ndim:],
    }


def _limits(image: np.ndarray, low: float, high: float) -> tuple[float, float]:
    bottom, top = (float(value) for value in np.percentile(image, (low, high)))
    if top <= bottom:
        bottom, top = float(image.min()), float(image.max())
    return bottom, top if top > bottom else bottom + 1.0
