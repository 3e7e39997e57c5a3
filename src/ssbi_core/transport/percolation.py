"""Does a conducting path join the two faces? Pixels conduct to each other through shared faces only.

Two pixels that touch in a corner share no face: the true conductance of a point is zero.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage


def percolates(live: np.ndarray, axis: int) -> bool:
    """Whether conducting pixels join the first to the last plane of the array axis.

    Parameters
    ----------
    live : boolean grid of conducting pixels.
    axis : array axis.
    """
    clusters = np.zeros(live.shape, dtype=np.int32)
    ndimage.label(live, output=clusters)
    first, last = np.asarray(clusters.take(0, axis)), np.asarray(clusters.take(-1, axis))
    return bool(np.intersect1d(first[first > 0], last[last > 0]).size)
