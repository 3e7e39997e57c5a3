"""Results of the stages as layers, each where its image is, with its unit in its name and its metadata."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from napari_ssbi.inputs import MARK
from napari_ssbi.layers import LayerData
from napari_ssbi.placement import Placement

if TYPE_CHECKING:
    from ssbi_core.transport import ConductionSolution, Streamlines


_PIECES = 3_000  # drawn without holding up the window, also where there is no graphics card
_SAMPLED = 256  # pixels along each side from which the limits of a colour scale are taken
_RANKED = 10  # more numbers on an image are clutter
_MARK_COLOR = "#E69F00"
_PAINT_COLOR = "#FFFFFF"


class Overlay(NamedTuple):
    """How a field is shown.

    Attributes
    ----------
    title, unit : for the layer's name, the colour bar and the metadata.
    colormap : perceptually uniform, and told apart by colour-blind readers.
    limits : percentiles of the colour scale.
    """

    title: str
    unit: str
    colormap: str
    limits: tuple[float, float]


OVERLAYS = {
    "uncertainty": Overlay("Uncertainty of the phases", "of 1", "magma", (0, 100)),
    "potential": Overlay("Potential", "V", "viridis", (0, 100)),
    "current_density": Overlay("Current density at 1 V", "A/cm²", "inferno", (0.5, 99.5)),
    "sensitivity": Overlay("Sensitivity dσ_eff/dσ", "1", "magma", (0.5, 99.5)),
}


def overlay_layer(role: str, values: np.ndarray, name: str, placement: Placement, visible: bool) -> LayerData:
    """A field of `OVERLAYS` over the image."""
    shown = OVERLAYS[role]
    values = np.asarray(values, np.float32)
    # No electrode reaches the inside of an island: its potential is NaN.
    every = tuple(slice(None, None, max(size // _SAMPLED, 1)) for size in values.shape)
    low, high = (float(v) for v in np.nanpercentile(values[every], shown.limits))
    settings = {
        "name": f"{name} {shown.title} ({shown.unit})",
        "colormap": shown.colormap,
        "contrast_limits": (low, high if high > low else low + 1.0),
        "opacity": 0.85,
        "visible": visible,
        "metadata": {MARK: {"role": role, "unit": shown.unit}},
    }
    return values, {**settings, **placement.layer_settings()}, "image"


def streamline_layer(lines: Streamlines, name: str, placement: Placement, visible: bool) -> LayerData:
    """Streamlines as a Vectors layer of their pieces: far quicker to draw than shapes."""
    every = max(sum(map(len, lines.lines)) // _PIECES, 1)
    coarse = [np.concatenate([line[:-1:every], line[-1:]]) for line in lines.lines if len(line) > 1]
    pieces = [np.stack([line[:-1], np.diff(line, axis=0)], axis=1) for line in coarse]
    vectors = np.concatenate(pieces) if pieces else np.empty((0, 2, 2))
    width = max(float(vectors[:, 0].max()) / 400, 0.3) if len(vectors) else 0.3
    settings = {
        "name": f"{name} Streamlines (equal currents)",
        "edge_color": "white",
        "edge_width": width,
        "vector_style": "line",
        "opacity": 0.8,
        "visible": visible,
        "metadata": {MARK: {"role": "streamlines"}},
    }
    return vectors, {**settings, **placement.layer_settings()}, "vectors"


def bottleneck_layer(solution: ConductionSolution, name: str, placement: Placement, visible: bool) -> LayerData | None:
    """The pieces of interface that cost most, as rings numbered by rank; None where there is no interface."""
    if solution.bottlenecks is None or not solution.bottlenecks.segments:
        return None
    worst = solution.bottlenecks.segments[:_RANKED]
    places = _middles(solution.bottlenecks.image, [piece.rank for piece in worst])
    share = np.array([piece.power_share for piece in worst])
    longest = max(solution.potential.shape)
    settings = {
        "name": f"{name} Bottlenecks (share of the resistance)",
        "features": solution.bottlenecks.table().head(_RANKED),
        "size": longest / 50 + longest / 20 * np.sqrt(share / max(share.max(), 1e-12)),
        "face_color": "transparent",
        "border_color": _MARK_COLOR,
        "border_width": 0.12,
        "text": {"string": "{rank}", "color": _MARK_COLOR, "size": 10, "translation": (0.0, longest / 25)},
        "visible": visible,
        "metadata": {MARK: {"role": "bottlenecks", "unit": "of the resistance"}},
    }
    return places, {**settings, **placement.layer_settings()}, "points"


def paint_next_layer(
    places: np.ndarray, shape: tuple[int, ...], name: str, placement: Placement, visible: bool
) -> LayerData | None:
    """Where a stroke would tell the net most, numbered from the most to the least; None where it is sure everywhere."""
    if not len(places):
        return None
    longest = max(shape)
    settings = {
        "name": f"{name} Paint here next",
        "features": {"order": np.arange(1, len(places) + 1)},
        "size": longest / 28,
        "face_color": "transparent",
        "border_color": _PAINT_COLOR,
        "border_width": 0.12,
        "text": {"string": "{order}", "color": _PAINT_COLOR, "size": 10, "translation": (0.0, longest / 30)},
        "visible": visible,
        "metadata": {MARK: {"role": "paint_next"}},
    }
    return np.asarray(places, float).reshape(-1, 2), {**settings, **placement.layer_settings()}, "points"


def _middles(image: np.ndarray, ranks: list[int]) -> np.ndarray:
    """The pixel of each piece nearest to its mean: the mean itself may lie beside a curved one."""
    marked = np.flatnonzero(image)
    rank, pixels = image.ravel()[marked], np.stack(np.unravel_index(marked, image.shape), axis=1)
    own = [pixels[rank == wanted] for wanted in ranks]
    return np.array([piece[np.argmin(((piece - piece.mean(axis=0)) ** 2).sum(axis=1))] for piece in own])
