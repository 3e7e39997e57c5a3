"""How large a cell each pixel of a picture may belong to."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from ssbi_core.transport.surfaces import Surfaces

LARGEST = 16
"""Edge of the largest cell in pixels."""
_GRADING = 1  # a cell of s pixels keeps so many times s away from every change; below 1, neighbours may differ by 4 : 1


def cell_sizes(fields: list[np.ndarray], surfaces: Surfaces) -> np.ndarray:
    """Edge in pixels (grid) of the cell each pixel belongs to: a power of two that divides the cell's position.

    All `fields`, (grid) or (grid, d, d), are constant in each cell; surfaces only touch cells of one pixel.
    """
    shape = fields[0].shape[:2]
    nodes = surfaces.nodes(shape)
    critical = nodes[:-1, :-1] | nodes[:-1, 1:] | nodes[1:, :-1] | nodes[1:, 1:]
    for field in fields:
        for layer in field.reshape(*shape, -1).transpose(2, 0, 1):
            critical |= ndimage.minimum_filter(layer, 3) != ndimage.maximum_filter(layer, 3)
    # A cell must not overhang the picture: where the largest would, the edge counts as a change.
    ragged = [(0, int(n % LARGEST > 0)) for n in shape]
    critical = np.pad(critical, ragged, constant_values=True)
    if not critical.any():
        return np.full(shape, LARGEST)  # the shape is a multiple of it
    distance = np.asarray(ndimage.distance_transform_cdt(~critical, "chessboard"))
    size = np.ones(shape, dtype=np.int32)
    edge = 2
    while edge <= LARGEST:
        rows, columns = (n // edge for n in shape)
        tiles = distance[: rows * edge, : columns * edge].reshape(rows, edge, columns, edge)
        fits = tiles.min(axis=(1, 3)) >= _GRADING * edge
        size[: rows * edge, : columns * edge][np.kron(fits, np.ones((edge, edge), dtype=bool))] = edge
        edge *= 2
    return size
