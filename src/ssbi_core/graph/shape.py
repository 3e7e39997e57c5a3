"""Size, position and shape of all regions at once, from sums over pixels.

Every feature is a moment: pixel counts give the area, coordinate sums the centroid, products of
coordinates the ellipse (in 3D, ellipsoid) of equal second moments. `numpy.bincount` sums them for all
regions in one pass, so thousands of grains cost as much as one.
"""

from __future__ import annotations

import math
from itertools import combinations_with_replacement
from typing import NamedTuple

import numpy as np
from scipy.ndimage import find_objects


class Shapes(NamedTuple):
    """One row per region; lengths in pixels.

    Attributes
    ----------
    size : pixels (voxels).
    centroid : (n, dimensions).
    equivalent_diameter : of the circle (sphere) of equal size.
    elongation : longest over shortest axis of the equal-moment ellipse, at least 1.
    orientation : degrees between the longest axis and the transport axis, 0 to 90; 0 for round regions.
    bounds : (n, dimensions, 2) first pixel and one past the last along each array axis.
    """

    size: np.ndarray
    centroid: np.ndarray
    equivalent_diameter: np.ndarray
    elongation: np.ndarray
    orientation: np.ndarray
    bounds: np.ndarray


def measure_shapes(regions: np.ndarray, num_regions: int, along: int) -> Shapes:
    """Shapes of regions 0 .. num_regions - 1 of an int image; `along` is the array axis of transport."""
    ids, dimensions = regions.ravel() + 1, regions.ndim
    size = region_sum(ids, None, num_regions)
    coordinates = [_coordinate(regions.shape, axis) for axis in range(dimensions)]
    centroid = np.stack([region_sum(ids, x, num_regions) for x in coordinates], axis=1) / size[:, None]
    covariance = np.empty((num_regions, dimensions, dimensions))
    for i, j in combinations_with_replacement(range(dimensions), 2):
        product = region_sum(ids, coordinates[i] * coordinates[j], num_regions) / size
        covariance[:, i, j] = covariance[:, j, i] = product - centroid[:, i] * centroid[:, j]
    covariance += np.eye(dimensions) / 12  # a pixel is a square, not a point
    elongation, orientation = _axes(covariance, along)
    return Shapes(size, centroid, _equivalent_diameter(size, dimensions), elongation, orientation, _bounds(regions))


def region_sum(ids: np.ndarray, weights: np.ndarray | None, num_regions: int) -> np.ndarray:
    """Sum of `weights` (pixel count if None) over each region; `ids` are region numbers plus 1, flat."""
    return np.bincount(ids, weights, num_regions + 1)[1:].astype(float)


def _coordinate(shape: tuple[int, ...], axis: int) -> np.ndarray:
    along = np.arange(shape[axis], dtype=float).reshape([-1 if i == axis else 1 for i in range(len(shape))])
    return np.broadcast_to(along, shape).ravel()


def _equivalent_diameter(size: np.ndarray, dimensions: int) -> np.ndarray:
    return np.sqrt(4 * size / math.pi) if dimensions == 2 else np.cbrt(6 * size / math.pi)


def _axes(covariance: np.ndarray, along: int) -> tuple[np.ndarray, np.ndarray]:
    variance, axes = np.linalg.eigh(covariance)
    elongation = np.sqrt(variance[:, -1] / variance[:, 0])
    orientation = np.degrees(np.arccos(np.clip(np.abs(axes[:, along, -1]), 0, 1)))
    return elongation, np.where(elongation > 1 + 1e-6, orientation, 0.0)


def _bounds(regions: np.ndarray) -> np.ndarray:
    boxes = find_objects(regions + 1)
    bounds = [[(side.start, side.stop) for side in box] for box in boxes]
    return np.array(bounds, dtype=np.int64).reshape(len(boxes), regions.ndim, 2)
