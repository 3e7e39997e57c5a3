"""The highest peaks of a map, each with the ground around it: how a smooth map becomes a few places."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy import ndimage

_HEIGHT = 0.5  # of a peak: how far down its place reaches


def peaks(field: np.ndarray, number: int) -> Iterator[tuple[float, np.ndarray]]:
    """Yield height and pixels, (rows, columns) bool, of the highest separate peaks of a non-negative map."""
    left = np.array(field, float)
    for _ in range(number):
        at = np.unravel_index(int(left.argmax()), left.shape)
        height = float(left[at])
        if height <= 0:
            return
        bodies, _ = ndimage.label(left >= _HEIGHT * height)  # pyright: ignore[reportGeneralTypeIssues]
        around = bodies == bodies[at]
        yield height, around
        left[around] = 0.0


def patches(excess: np.ndarray, fewest: int) -> Iterator[tuple[float, np.ndarray]]:
    """Yield sum and pixels of the connected patches in which a map is above 0, the largest sum first."""
    bodies, number = ndimage.label(excess > 0, np.ones((3, 3)))  # pyright: ignore[reportGeneralTypeIssues]
    size = np.bincount(bodies.ravel(), minlength=number + 1)
    total = np.bincount(bodies.ravel(), excess.ravel(), minlength=number + 1)
    for body in np.argsort(-total[1:], kind="stable") + 1:
        if size[body] >= fewest:
            yield float(total[body]), bodies == body
