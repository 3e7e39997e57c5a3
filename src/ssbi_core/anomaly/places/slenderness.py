"""How long and how thin bodies are, however they bend or join: cracks are slender, pores are not."""

from __future__ import annotations

import numpy as np
from scipy import ndimage
from skimage.morphology import skeletonize


def skeleton_length_and_width(bodies: np.ndarray, number: int) -> tuple[np.ndarray, np.ndarray]:
    """Length of the midline of each body and its mean width along that line.

    Parameters
    ----------
    bodies : (rows, columns) index of the body at each pixel, negative outside; bodies must not touch one another.
    number : of bodies.

    Returns
    -------
    ndarray, ndarray
        (number,) in pixels; 0 for a body without pixels.
    """
    padded = np.pad(bodies, 1, constant_values=-1)
    inside = padded >= 0
    midline = skeletonize(inside)
    reach = ndimage.distance_transform_edt(inside)
    own, radius = padded[midline], np.asarray(reach)[midline]
    length = np.bincount(own, minlength=number).astype(float)
    # The distance is to the middle of the first pixel outside, half a pixel more than to the edge, on either side.
    width = 2 * np.bincount(own, radius, minlength=number) / np.maximum(length, 1) - (length > 0)
    return length, width
