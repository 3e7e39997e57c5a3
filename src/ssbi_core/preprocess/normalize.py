"""Grey values to a scale that does not depend on the detector's gain, offset or sign.

Percentiles set the scale, so a few hot pixels do not; pixels stuck at the ends of the detector's
range are left out of them, because their true values are unknown. An inverted image (bright field, or a
detector of negative gain) is recognised by the element maps alone: bright must be where the heavy elements are.
Without maps nothing is inverted.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy.ndimage import gaussian_filter

from ssbi_core.errors import InputError
from ssbi_core.preprocess.contrast import correlation, scattering_map
from ssbi_core.types import Image

LOW_PERCENTILE, HIGH_PERCENTILE = 2.0, 98.0
LARGEST_VALUE = 4.0
SATURATED_FRACTION = 1e-3  # a value at the end of the range this common is a limit, not a measurement
INVERTED_BELOW = -0.2
_SMOOTHING_PX = 3.0


def normalize(haadf: Image, elements: Mapping[str, Image] | None = None) -> Image:
    """Return the image with its percentiles 2 and 98 at -1 and +1, clipped to [-4, 4], float32.

    Not the median: it jumps between the phases of an image of two.

    Parameters
    ----------
    haadf : (rows, columns) grey values in any unit.
    elements : element maps on the same grid; they decide whether the image is inverted.

    Raises
    ------
    InputError
        If the image is constant or not finite.
    """
    image = np.asarray(haadf, dtype=np.float32)
    if not np.isfinite(image).all() or image.min() == image.max():
        raise InputError(
            "a constant image or one with NaN", "finite grey values with contrast", "use ssbi_core.io.read"
        )
    low, high = np.percentile(_unsaturated(image), (LOW_PERCENTILE, HIGH_PERCENTILE))
    if low == high:
        low, high = image.min(), image.max()
    middle, half = (high + low) / 2, (high - low) / 2
    sign = -1 if elements and is_inverted(image, elements) else 1
    return np.clip(sign * (image - middle) / half, -LARGEST_VALUE, LARGEST_VALUE).astype(np.float32)


def is_inverted(haadf: Image, elements: Mapping[str, Image]) -> bool:
    """Whether the image is dark where the heavy elements are."""
    expected = gaussian_filter(scattering_map(elements), _SMOOTHING_PX)
    return correlation(gaussian_filter(haadf, _SMOOTHING_PX), expected) < INVERTED_BELOW


def _unsaturated(image: Image) -> np.ndarray:
    inside = np.ones(image.shape, bool)
    for limit in (image.min(), image.max()):
        at_limit = image == limit
        if at_limit.mean() > SATURATED_FRACTION:
            inside &= ~at_limit
    # An image of few grey levels would lose most of itself.
    return image[inside] if inside.mean() > 0.5 else image.ravel()
