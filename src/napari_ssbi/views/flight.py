"""The camera goes to a place of the image, near enough to see it and far enough to see where it is."""

from __future__ import annotations

import numpy as np
from napari.components import ViewerModel

from napari_ssbi.placement import Placement
from napari_ssbi.views.canvas import camera

_SHARE = 0.3  # of the canvas that a place takes
_NEAREST = 40.0  # pixels of the image across the canvas: nearer, it is nothing but squares


def fly_to(viewer: ViewerModel, box: tuple[int, int, int, int], placement: Placement) -> None:
    """Centre a box of the image in a 2D view.

    Parameters
    ----------
    viewer : whose camera moves; in a 3D view it stays.
    box : first row, first column, row and column after the last.
    placement : of the image in the world.
    """
    if viewer.dims.ndisplay != 2:
        return
    centre = np.array([(box[0] + box[2]) / 2, (box[1] + box[3]) / 2]) - 0.5
    world = np.array(placement.linear) @ centre + np.array(placement.offset)
    across = max(box[2] - box[0], box[3] - box[1]) / _SHARE
    own = camera(viewer)
    own.center = (0.0, float(world[-2]), float(world[-1]))
    own.zoom = min(_canvas_size(viewer)) / (max(across, _NEAREST) * max(placement.sizes))


def _canvas_size(viewer: ViewerModel) -> tuple[int, ...]:
    """Pixels of the canvas; napari before 0.9 has them on the viewer."""
    canvas = getattr(viewer, "canvas", None)
    return tuple(canvas.size if canvas is not None else viewer._canvas_size)  # type: ignore[attr-defined]
