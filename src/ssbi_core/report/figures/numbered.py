"""Numbers on a picture: dots beside the places they name, moved apart until each can be read."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes

from ssbi_core.report.figures.overlays import font_size


class Numbered(NamedTuple):
    """A dot.

    Attributes
    ----------
    text : one or two characters.
    anchor : x, y in nm of the place that it names.
    color : #rrggbb.
    """

    text: str
    anchor: tuple[float, float]
    color: str


def draw_numbers(axes: Axes, dots: Sequence[Numbered], size_nm: tuple[float, float]) -> None:
    """Draw dots above their places, the first on top; the axes span `size_nm`, height and width."""
    if not dots:
        return
    height, width = size_nm
    size = 0.75 * font_size(axes)
    box = axes.get_window_extent()
    dot = 1.9 * size / 72 * axes.get_figure(root=True).dpi / box.width * width  # type: ignore[union-attr]
    places = _apart(np.array([each.anchor for each in dots], float), dot, (width, height))
    for each, place in reversed(list(zip(dots, places, strict=True))):
        if math.dist(each.anchor, place) > 0.6 * dot:
            axes.plot(*zip(each.anchor, place, strict=True), color="white", linewidth=0.09 * size, zorder=5)
        x, y = place
        axes.text(
            x,
            y,
            each.text,
            fontsize=size,
            color="black",
            ha="center",
            va="center_baseline",
            zorder=6,
            bbox={
                "boxstyle": "circle,pad=0.22" if len(each.text) == 1 else "circle,pad=0.08",
                "facecolor": each.color,
                "edgecolor": "white",
                "linewidth": 0.07 * size,
            },
        )


def _apart(anchors: np.ndarray, dot: float, size: tuple[float, float]) -> np.ndarray:
    """Places of the numbers beside their anchors, moved until none hides another or leaves the picture."""
    places = anchors.copy()
    places[:, 1] -= 1.1 * dot  # beside the piece, not on it
    low, high = np.full(2, 0.8 * dot), np.array(size) - 0.8 * dot
    for _ in range(200):
        away = places[:, None] - places[None]
        away[..., 0] += 1e-3 * dot * np.subtract.outer(np.arange(len(places)), np.arange(len(places)))  # no two alike
        distance = np.linalg.norm(away, axis=2) + np.eye(len(places)) * 10 * dot
        push = np.maximum(1.25 * dot - distance, 0)[..., None] * away / distance[..., None]
        if not push.any():
            break
        places = np.clip(places + 0.5 * push.sum(axis=1), low, np.maximum(high, low))
    return np.clip(places, low, np.maximum(high, low))
