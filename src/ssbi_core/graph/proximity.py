"""Regions that are close but do not touch, and the gap between them.

Candidates are the nearest centroids. The gap is found by alternating projection: from a point of one
region to the nearest border pixel of the other, back, and so on, which walks down to the closest pair
of points (exact for convex regions; Cheney and Goldstein, Proc. Amer. Math. Soc. 10, 448, 1959). One
search tree serves all regions: the region number is a further coordinate, scaled so that points of
different regions are never neighbours.
"""

from __future__ import annotations

import numpy as np
from scipy.spatial import KDTree

NEIGHBOURS = 8  # nearest centroids tried per region
REACH = 2.0  # largest gap, in mean equivalent diameters of the two regions
_PROJECTIONS = 6


def near_pairs(
    centroid: np.ndarray, diameter: np.ndarray, border: np.ndarray, owner: np.ndarray, touching: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of regions that do not touch and are at most `REACH` mean diameters apart.

    Parameters
    ----------
    centroid, diameter : (n, dimensions) and (n,), in pixels.
    border, owner : (m, dimensions) border pixels and (m,) the region each belongs to.
    touching : (k, 2) pairs to leave out, lower region first.

    Returns
    -------
    pairs : (p, 2) region numbers, lower first, sorted.
    gap : (p,) pixels between the two borders.
    """
    number = len(centroid)
    keys = np.setdiff1d(_candidates(centroid, np.unique(owner)), touching[:, 0] * number + touching[:, 1])
    pairs = np.stack([keys // max(number, 1), keys % max(number, 1)], axis=1)
    if not len(pairs):
        return pairs, np.zeros(0)
    gap = _gap(centroid, border, owner, pairs)
    near = gap <= REACH * diameter[pairs].mean(1)
    return pairs[near], gap[near]


def _candidates(centroid: np.ndarray, regions: np.ndarray) -> np.ndarray:
    count = min(NEIGHBOURS + 1, len(regions))
    if count < 2:
        return np.zeros(0, np.int64)
    nearest = regions[KDTree(centroid[regions]).query(centroid[regions], count)[1]]
    one, other = np.repeat(regions, count), nearest.ravel()
    keys = np.minimum(one, other) * len(centroid) + np.maximum(one, other)
    return np.unique(keys[one != other])


def _gap(centroid: np.ndarray, border: np.ndarray, owner: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    apart = 4 * (np.ptp(border, axis=0).max() + 1)  # farther than any two points of the image
    tree = KDTree(np.column_stack([border, owner * apart]))
    point = centroid[pairs[:, 0]]
    for turn in range(_PROJECTIONS):
        distance, index = tree.query(np.column_stack([point, pairs[:, (turn + 1) % 2] * apart]))
        point = border[index]
    return np.maximum(distance - 1, 0)
