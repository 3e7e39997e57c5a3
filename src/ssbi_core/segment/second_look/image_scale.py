"""A micrograph on its own scale: contrast and composition against the electrolyte of this very image.

A net that has seen many specimens and microscopes cannot know how bright a grain boundary is, or how far the
composition of a reaction layer lies from that of the electrolyte. Once a first look has found the electrolyte, both can
be told in units of its own scatter in this image: a boundary that is 2 % of the grey scale may be five times the noise
of the grains beside it, and stands out whether it is darker or brighter than these. That is what the second look sees:

- HAADF level less the electrolyte's median, over its scatter;
- HAADF level less the mean of solid electrolyte around (pores and electrode left out, so that their rims do not show);
- the logarithms of cation ratios (see `adaptation`) less the electrolyte's, near and far smoothed;
- what was found so far: log-probabilities after `adapted`, and the first look's own odds of layer against electrolyte.

Scatter is the median absolute deviation, times 1.48 (the standard deviation of a normal distribution).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import ndimage

from ssbi_core.materials import Phase
from ssbi_core.segment.adaptation import MAP_SCALE, composition_ratios, masked_mean
from ssbi_core.segment.unet import CLASSES

SURROUNDINGS = (5.0, 12.0)  # pixels, Gaussian, of the local mean
RATIO_SCALES = (MAP_SCALE, 7.0)  # pixels, Gaussian
NUM_CHANNELS = 1 + len(SURROUNDINGS) + 2 * len(RATIO_SCALES) + len(CLASSES) + 1
_FOUND = slice(1 + len(SURROUNDINGS) + 2 * len(RATIO_SCALES), NUM_CHANNELS - 1)
_LOG_SCALE = 4.0
_CLIP, _HALF = 6.0, 0.5
_FLOOR = 1e-4  # of probabilities
_LEAST = 500  # electrolyte pixels that a scale is taken from; all solids where there are fewer
_SUBSAMPLE = 5
_LLZO, _BOUNDARY, _LAYER, _PORE = (
    CLASSES.index(p) for p in (Phase.LLZO, Phase.GRAIN_BOUNDARY, Phase.REACTION_LAYER, Phase.PORE)
)


def on_image_scale(first: np.ndarray, adapted: np.ndarray, channels: np.ndarray, presence: np.ndarray) -> np.ndarray:
    """What the second look sees, (rows, columns, NUM_CHANNELS) float32.

    Parameters
    ----------
    first, adapted : (len(CLASSES), rows, columns) probabilities of the net, and of `adapted` from these.
    channels, presence : as from `input_channels`.
    """
    haadf = channels[..., 0]
    electrolyte = first[[_LLZO, _BOUNDARY, _LAYER]].sum(0) > 0.5
    of_scale = ndimage.binary_erosion(first[_LLZO] > 0.5, iterations=2)
    if of_scale.sum() < _LEAST:
        of_scale = first[_PORE] < 0.5
    weight = electrolyte.astype(np.float32)
    planes = [_standardised(haadf, of_scale)]
    for scale in SURROUNDINGS:
        around = masked_mean(haadf, weight, scale)
        planes.append(_standardised(np.where(electrolyte, haadf - around, np.float32(0)), of_scale) * weight)
    for scale in RATIO_SCALES:
        found = composition_ratios(channels, presence, weight, scale)
        planes += [
            _standardised(found[name], of_scale) * weight if name in found else np.zeros_like(haadf)
            for name in ("cations", "other")
        ]
    planes += [np.log(np.maximum(p, np.float32(_FLOOR))) / np.float32(_LOG_SCALE) for p in adapted]
    odds = np.log((first[_LAYER] + _FLOOR) / (first[_LLZO] + first[_BOUNDARY] + _FLOOR))
    return np.stack([*planes, odds / np.float32(_LOG_SCALE)], -1).astype(np.float32)


def log_probabilities(seen: Any) -> Any:
    """What was found before the second look, (..., len(CLASSES)), from what it sees."""
    return _LOG_SCALE * seen[..., _FOUND]


def _standardised(image: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Distance from the median over the mask in units of its scatter, clipped, halved to lie within about [-1, 1]."""
    values = image[mask][::_SUBSAMPLE]
    if not len(values):
        return np.zeros_like(image)
    middle = np.median(values)
    scatter = 1.4826 * np.median(np.abs(values - middle)) + 1e-6
    return np.clip((image - middle) / scatter, -_CLIP, _CLIP).astype(np.float32) * np.float32(_HALF)
