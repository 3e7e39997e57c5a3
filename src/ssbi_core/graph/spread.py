"""Nearest-region assignment: regions grow into the lines between them until they meet halfway.

Interfaces are drawn as lines a few pixels wide, so the regions they separate do not touch in the label
image. Growing all regions by one pixel per step into the line pixels (a breadth-first search whose
frontier is one array) makes them meet in the middle of the line. The cost is that of the line pixels,
not of the image, and the step at which a pixel was reached is its distance from the region, from which
the drawn width follows. Ties go to the lowest region, so the result does not depend on scan order.
"""

from __future__ import annotations

import numpy as np

FREE = -1
"""Pixels that belong to no region and may be taken by one."""

BLOCKED = -2
"""Pixels that belong to no region and stay so."""


def spread(ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give every reachable free pixel to its nearest region.

    Parameters
    ----------
    ids : integer image of any dimension: region numbers >= 0, `FREE` or `BLOCKED`.

    Returns
    -------
    filled : int32, as `ids`; `FREE` only where no region can be reached.
    steps : int32, distance in pixels along the axes to the region (0 in regions and unreached pixels).
    """
    padded = np.pad(ids.astype(np.int32), 1, constant_values=BLOCKED)
    filled, steps = padded.ravel(), np.zeros(padded.size, np.int32)
    neighbours = _neighbour_offsets(padded)
    frontier, step = np.flatnonzero(filled == FREE), 0
    while frontier.size:
        step += 1
        nearest = _lowest_neighbour(filled, frontier, neighbours)
        reached = nearest != _NONE
        frontier = frontier[reached]
        filled[frontier], steps[frontier] = nearest[reached], step
        frontier = _free_around(filled, frontier, neighbours, scratch=steps)  # they get their step next
    inside = (slice(1, -1),) * ids.ndim
    return filled.reshape(padded.shape)[inside], steps.reshape(padded.shape)[inside]


_NONE = np.iinfo(np.int32).max


def _neighbour_offsets(image: np.ndarray) -> list[int]:
    strides = [stride // image.itemsize for stride in image.strides]
    return [sign * stride for stride in strides for sign in (-1, 1)]


def _lowest_neighbour(filled: np.ndarray, pixels: np.ndarray, offsets: list[int]) -> np.ndarray:
    lowest = np.full(pixels.size, _NONE, np.int32)
    for offset in offsets:
        found = filled[pixels + offset]
        np.minimum(lowest, np.where(found >= 0, found, _NONE), out=lowest)
    return lowest


def _free_around(filled: np.ndarray, pixels: np.ndarray, offsets: list[int], scratch: np.ndarray) -> np.ndarray:
    around = np.concatenate([pixels + offset for offset in offsets])
    around = around[filled[around] == FREE]
    # Once each: every pixel keeps the number of its last mention, which is far cheaper than sorting.
    mention = np.arange(around.size, dtype=np.int32)
    scratch[around] = mention
    return around[scratch[around] == mention]
