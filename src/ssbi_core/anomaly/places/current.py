"""Where current crowds and resistance sits: pieces of interface that cost much, and paths that carry much."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from ssbi_core.anomaly.places.peaks import peaks
from ssbi_core.anomaly.places.place import Place, commonest_phase, place_at
from ssbi_core.transport.bottleneck import Bottleneck
from ssbi_core.transport.solution import ConductionSolution

_LEAST = 0.002  # of the power: cheaper pieces are not worth a look
_MOST = 60  # pieces of one image
_SMOOTH = 2.0  # pixels: current is singular at corners
_PEAKS = 2


def boundary_places(transport: ConductionSolution) -> list[Place]:
    """Pieces of interface that hold a noteworthy share of the resistance of a 2D image."""
    found = transport.bottlenecks
    if found is None or found.image.ndim != 2:
        return []
    costly = [piece for piece in found.segments[:_MOST] if piece.power_share >= _LEAST]
    boxes = ndimage.find_objects(np.where(found.image <= len(costly), found.image, 0), len(costly))
    return [_piece(piece, found.image, box) for piece, box in zip(costly, boxes, strict=True) if box is not None]


def _piece(piece: Bottleneck, image: np.ndarray, box: tuple[slice, slice]) -> Place:
    # Not by the cost itself: that is mostly how long the interface happens to be in the picture.
    features = {"cost_per_length": float(np.log10(piece.power_share / piece.size))}
    cost = f"{piece.size:.3g} nm long, {piece.power_share:.0%} of the resistance"
    words = {"cost_per_length": f"{cost}, {piece.crowding:.2g} times the mean current across it"}
    inside = np.packbits(image[box] == piece.rank)
    edges = (box[0].start, box[1].start, box[0].stop, box[1].stop)
    return Place("boundary", piece.phase, edges, features, words, inside)


def hot_spots(transport: ConductionSolution, labels: np.ndarray) -> list[Place]:
    """Where the current density is highest, over the mean of the image."""
    if not transport.percolates:
        return []
    crowding = crowding_map(transport)
    found = []
    for height, around in peaks(crowding, _PEAKS):
        words = {"crowding": f"{height:.2g} times the mean current"}
        phase = commonest_phase(labels, around)
        found.append(place_at("hot_spot", phase, around, {"crowding": float(np.log10(height))}, words))
    return found


def crowding_map(transport: ConductionSolution) -> np.ndarray:
    """(rows, columns) current density over its mean, smoothed over the singular corners."""
    density = np.asarray(transport.current_density, float)
    return ndimage.gaussian_filter(density, _SMOOTH, mode="nearest") / max(float(density.mean()), 1e-300)
