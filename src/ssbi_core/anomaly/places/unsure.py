"""Patches that the segmentation is unsure of."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from ssbi_core.anomaly.places.peaks import peaks
from ssbi_core.anomaly.places.place import Place, commonest_phase, place_at

_WIDTH = 4.0  # pixels: every border is unsure over one or two
_PEAKS = 3


def unsure_places(uncertainty: np.ndarray, labels: np.ndarray) -> list[Place]:
    """The peaks of a smoothed uncertainty map, (rows, columns) in [0, 1]."""
    smooth = ndimage.gaussian_filter(np.asarray(uncertainty, float), _WIDTH, mode="nearest")
    found = []
    for height, around in peaks(smooth, _PEAKS):
        words = {"doubt": f"uncertainty {height:.2f} of 1 where {smooth.mean():.2f} is the mean"}
        found.append(place_at("unsure", commonest_phase(labels, around), around, {"doubt": height}, words))
    return found
