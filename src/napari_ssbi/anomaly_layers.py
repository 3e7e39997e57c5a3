"""Anomalies as layers: scores of the pixels, scores of the nodes, and numbered boxes around the places."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.colors import to_rgba_array
from napari.utils.colormaps import Colormap, ensure_colormap

from napari_ssbi.compute.anomalies import FoundPlace
from napari_ssbi.inputs import MARK
from napari_ssbi.layers import LayerData
from napari_ssbi.placement import Placement

MAP, NODES, BOXES, NUMBERS = "anomaly_map", "anomaly_nodes", "anomaly_boxes", "anomaly_numbers"
SCALE_TITLE, SCALE_UNIT = "Anomaly", "decades: 2 is 1 in 100"
_COLORMAP = "plasma"  # ends in yellow: white is not seen on a bright electrode
_LEAST_TOP = 2.0  # decades; a scale that ends below makes of every normal place a bright one
_MOST_TOP = 4.0  # no population tells more
_BOX_COLOR, _DIM_COLOR, _CHOSEN_COLOR = "#E69F00", "#8A8F98", "#FFFFFF"
_LEAST_BOX, _LINE, _DOT = 0.02, 1 / 250, 1 / 28  # of the picture's longer side
_EDGES = 4
_STOPS = 65


def map_layer(pixels: np.ndarray, name: str, placement: Placement, visible: bool) -> LayerData:
    """Scores of the pixels; where nothing is strange the image below is seen."""
    settings = {
        "name": f"{name} Anomaly (decades)",
        "colormap": _see_through(),
        "contrast_limits": (0.0, scale_top(pixels)),
        "opacity": 0.8,
        "visible": visible,
        "metadata": {MARK: {"role": MAP, "unit": "decades"}},
    }
    return pixels, {**settings, **placement.layer_settings()}, "image"


def node_layer(
    places: np.ndarray, sizes: np.ndarray, scores: np.ndarray, name: str, placement: Placement, visible: bool
) -> LayerData:
    """Nodes of the graph that have a score, in the colours of the map.

    Parameters
    ----------
    places, sizes : (n, 2) centroids and (n,) diameters of the markers, in pixels.
    scores : (n,) -log10 of the share of normal images with such a place.
    """
    scored = scores > 0
    share = np.clip(scores[scored] / scale_top(scores), 0, 1)
    settings = {
        "name": f"{name} Anomaly of nodes (decades)",
        "features": {"node": np.flatnonzero(scored), "anomaly": scores[scored]},
        "size": sizes[scored] if scored.any() else 1.0,
        "face_color": ensure_colormap(_COLORMAP).map(share) if scored.any() else "white",
        "border_color": "white",
        "border_width": 0.08,
        "visible": visible,
        "metadata": {MARK: {"role": NODES, "unit": "decades"}},
    }
    return places[scored], {**settings, **placement.layer_settings()}, "points"


def box_layer(
    places: Sequence[FoundPlace], shape: tuple[int, ...], name: str, placement: Placement, visible: bool
) -> LayerData:
    """Boxes around the places, four lines each: drawn far sooner than shapes, whose first takes seconds."""
    corners = [_corners(place.bbox_px, shape) for place in places]
    lines = [np.stack([box, np.roll(box, -1, axis=0) - box], axis=1) for box in corners]
    settings = {
        "name": f"{name} Anomalous places",
        "features": {"number": np.repeat([place.number for place in places], _EDGES)},
        "edge_color": _BOX_COLOR,
        "edge_width": max(shape) * _LINE,
        "vector_style": "line",
        "visible": visible,
        "metadata": {MARK: {"role": BOXES}},
    }
    return np.concatenate(lines or [np.empty((0, 2, 2))]), {**settings, **placement.layer_settings()}, "vectors"


def number_layer(
    places: Sequence[FoundPlace], shape: tuple[int, ...], name: str, placement: Placement, visible: bool
) -> LayerData:
    """Numbers of the places, at the upper left corner of each box."""
    corners = [_corners(place.bbox_px, shape)[0] for place in places]
    settings = {
        "name": f"{name} Numbers of the places",
        "features": {"number": [place.number for place in places]},
        "size": max(shape) * _DOT,
        "face_color": _BOX_COLOR,
        "border_color": "black",
        "border_width": 0.05,
        "text": {"string": "{number}", "color": "black", "size": 9},
        "visible": visible,
        "metadata": {MARK: {"role": NUMBERS}},
    }
    return np.reshape(corners, (-1, 2)), {**settings, **placement.layer_settings()}, "points"


def box_colors(places: Sequence[FoundPlace], rate: float, chosen: int | None) -> np.ndarray:
    """(places, 4) RGBA of each box: the chosen one, those rarer than the false-alarm rate, and the others."""
    usual = [_BOX_COLOR if stands_out(place, rate) else _DIM_COLOR for place in places]
    colors = [_CHOSEN_COLOR if place.number == chosen else own for place, own in zip(places, usual, strict=True)]
    return to_rgba_array(colors)


def edge_colors(colors: np.ndarray) -> np.ndarray:
    """(4 places, 4) RGBA of the lines of the boxes."""
    return np.repeat(colors, _EDGES, axis=0)


def stands_out(place: FoundPlace, rate: float) -> bool:
    """Whether no more than this share of normal images has such a place."""
    return place.share <= rate


def scale_top(scores: np.ndarray) -> float:
    """Upper end of the colour scale, in decades."""
    return float(np.clip(scores.max(initial=0.0), _LEAST_TOP, _MOST_TOP))


def _see_through() -> Colormap:
    """The colours of the scale, from transparent to opaque over its first quarter."""
    share = np.linspace(0, 1, _STOPS)
    colors = ensure_colormap(_COLORMAP).map(share)
    colors[:, 3] = np.clip(4 * share, 0, 1)
    return Colormap(colors, name="anomaly")


def _corners(box: tuple[int, int, int, int], shape: tuple[int, ...]) -> np.ndarray:
    """(4, 2) corners of a box in pixels, on the edges of its pixels, grown to be seen; the upper left one first."""
    centre = np.array([(box[0] + box[2]) / 2, (box[1] + box[3]) / 2]) - 0.5
    half = np.maximum([box[2] - box[0], box[3] - box[1]], _LEAST_BOX * max(shape)) / 2
    return centre + half * np.array([(-1, -1), (-1, 1), (1, 1), (1, -1)])
