"""Noise out, edges kept: non-local means, after Buades, Coll and Morel, CVPR 2005, vol. 2, p. 60."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import convolve
from skimage.restoration import denoise_nl_means

from ssbi_core.types import Image

_PATCH_PX, _SEARCH_PX = 5, 6
_LAPLACIAN = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32) / 6  # blind to steps and slopes
_MAD_OF_NORMAL = 0.6745


def denoise(image: Image, strength: float = 0.8) -> Image:
    """Average patches that look alike.

    Parameters
    ----------
    image : (rows, columns).
    strength : cut-off of the similarity in units of the noise (see `noise_level`); 0 returns the image.
    """
    image = np.asarray(image, dtype=np.float32)
    sigma = noise_level(image)
    if strength <= 0 or sigma == 0:
        return image
    smooth = denoise_nl_means(image, _PATCH_PX, _SEARCH_PX, h=strength * sigma, sigma=sigma, fast_mode=True)
    return np.asarray(smooth, dtype=np.float32)


def noise_level(image: Image) -> float:
    """Standard deviation of the noise, after Immerkaer, Comput. Vis. Image Underst. 64, 300 (1996), by medians."""
    return float(np.median(np.abs(convolve(image, _LAPLACIAN))) / _MAD_OF_NORMAL)
