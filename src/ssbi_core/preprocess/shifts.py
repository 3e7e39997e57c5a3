"""Shift between two images of the same field: the strongest cross-correlation within a bound, refined below a pixel.

Refinement is the matrix-multiplied Fourier transform of Guizar-Sicairos, Thurman and Fienup, Opt. Lett. 33, 156
(2008), as scikit-image has it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.ndimage import gaussian_filter
from scipy.ndimage import shift as shift_image
from skimage.registration import phase_cross_correlation

from ssbi_core.preprocess.contrast import correlation

SMOOTHING_PX = 1.5
_BACKGROUND_PX = 16.0


class Shift(NamedTuple):
    """Rows and columns to move an image by, in pixels, and the correlation there (negative: inverted)."""

    rows: float
    columns: float
    correlation: float


def find_shift(reference: np.ndarray, moving: np.ndarray, largest: float, subpixel: int) -> Shift:
    """Return by how much `moving` must be moved to lie on `reference`, at most `largest` px in each direction."""
    fixed, other = _prepared(reference), _prepared(moving)
    rows, columns = _coarse(fixed, other, int(largest))
    rolled = np.roll(other, (rows, columns), axis=(0, 1))
    sign = np.sign(np.sum(fixed * rolled)) or 1.0
    fine = phase_cross_correlation(
        fixed,
        sign * rolled,
        upsample_factor=subpixel,
        normalization=None,  # pyright: ignore[reportArgumentType]
    )[0]
    if np.abs(fine).max() > 1:  # another maximum, beyond the bound
        fine = np.zeros(2)
    found = np.clip((rows + fine[0], columns + fine[1]), -largest, largest)
    aligned = shift_image(other, found, order=1)
    return Shift(float(found[0]), float(found[1]), correlation(fixed, aligned))


def chance_correlation(shape: tuple[int, int]) -> float:
    """Five standard deviations of the correlation of two unrelated images after the smoothing used here."""
    independent = shape[0] * shape[1] / (8 * np.pi * SMOOTHING_PX**2)
    return float(5 / np.sqrt(max(independent, 1.0)))


def _prepared(image: np.ndarray) -> np.ndarray:
    """Noise and slow background out, edges faded, so that structure decides."""
    image = image.astype(np.float32)
    detail = gaussian_filter(image, SMOOTHING_PX) - gaussian_filter(image, _BACKGROUND_PX)
    detail -= detail.mean()
    return detail * np.outer(*(_fade(n) for n in detail.shape))


def _fade(n: int) -> np.ndarray:
    margin = max(n // 10, 1)
    return np.clip(np.minimum(np.arange(n) + 1, n - np.arange(n)) / margin, 0, 1).astype(np.float32)


def _coarse(fixed: np.ndarray, other: np.ndarray, largest: int) -> tuple[int, int]:
    cross = np.abs(np.fft.irfft2(np.fft.rfft2(fixed) * np.conj(np.fft.rfft2(other)), s=fixed.shape))
    steps = [np.arange(-min(largest, (n - 1) // 2), min(largest, (n - 1) // 2) + 1) for n in fixed.shape]
    window = cross[np.ix_(*steps)]
    row, column = np.unravel_index(np.argmax(window), window.shape)
    return int(steps[0][row]), int(steps[1][column])
