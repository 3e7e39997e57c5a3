"""Patches that are brighter or darker than their phase is elsewhere in the image."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from ssbi_core.anomaly.chemistry.blocks import BODY_OF
from ssbi_core.anomaly.places.peaks import patches
from ssbi_core.anomaly.places.place import Place, commonest_phase, place_at
from ssbi_core.materials import Phase

_WIDTH = 2.0  # pixels
_LIMIT = 4.5  # spreads of the phase's brightness
_FEWEST, _MOST = 20, 5  # pixels of a patch, patches
_SAMPLE = 50  # pixels of a phase, below which its brightness is not known
_EDGE = 6  # pixels from another phase in which brightness is a mixture


def contrast_places(haadf: np.ndarray, labels: np.ndarray) -> list[Place]:
    """Patches of unlike brightness in an image of (rows, columns) codes, by their summed deviation."""
    deviation = brightness_deviation(haadf, labels)
    found = []
    for total, where in patches(np.maximum(np.abs(deviation) - _LIMIT, 0.0), _FEWEST):
        if len(found) == _MOST:
            break
        middle = float(np.median(deviation[where]))
        tone, phase = "brighter" if middle > 0 else "darker", commonest_phase(labels, where)
        words = {"strength": f"{tone} than {phase} is elsewhere, by {abs(middle):.1f} of its spreads"}
        found.append(place_at("contrast", phase, where, {"strength": float(np.log10(total))}, words))
    return found


def brightness_deviation(haadf: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """(rows, columns) brightness less the median of its phase, in robust spreads of it; 0 near other phases."""
    image = ndimage.gaussian_filter(np.nan_to_num(np.asarray(haadf, float)), _WIDTH, mode="nearest")
    bodies = np.array([BODY_OF.get(phase, phase) for phase in Phase], np.uint8)[labels]
    inner = ndimage.maximum_filter(bodies, 2 * _EDGE + 1) == ndimage.minimum_filter(bodies, 2 * _EDGE + 1)
    deviation = np.zeros(labels.shape)
    for phase in np.unique(bodies[inner & (bodies > 0)]):
        own = inner & (bodies == phase)
        if np.count_nonzero(own) >= _SAMPLE:
            deviation[own] = _standardised(image, own)
    return deviation


def _standardised(image: np.ndarray, own: np.ndarray) -> np.ndarray:
    """Brightness of the pixels over a plane through them: a wedge is not an anomaly."""
    rows, columns = np.nonzero(own)
    plane = np.stack([np.ones(len(rows)), rows, columns], axis=1)
    values = image[own]
    fitted = plane @ np.linalg.lstsq(plane, values, rcond=None)[0]
    off = values - fitted
    off -= np.median(off)
    spread = 1.4826 * np.median(np.abs(off))
    return off / max(spread, 1e-6 * max(abs(float(np.median(values))), 1e-9))
