"""Several frames of one field to one sharp image: each frame is moved onto the mean of those before it."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import shift as shift_image

from ssbi_core.errors import InputError
from ssbi_core.preprocess.config import PreprocessConfig
from ssbi_core.preprocess.shifts import chance_correlation, find_shift
from ssbi_core.types import Image

_LARGEST_PART = 0.25  # of the shorter side: frames that share less are not the same field


def correct_drift(frames: np.ndarray, config: PreprocessConfig | None = None) -> tuple[Image, np.ndarray]:
    """Average frames after moving each onto the first.

    Parameters
    ----------
    frames : (frames, rows, columns).
    config : step of the shift.

    Returns
    -------
    mean : (rows, columns) float32; where frames left the field, the mean of those that cover it.
    shifts : (frames, 2) rows and columns in pixels each frame was moved by; the first is (0, 0). A frame too noisy to
        be placed keeps the shift of the one before it.

    Raises
    ------
    InputError
        If the array is not three-dimensional.
    """
    if frames.ndim != 3 or frames.size == 0:
        raise InputError(f"frames of shape {frames.shape}", "(frames, rows, columns)", "use ssbi_core.io.read_frames")
    config = config or PreprocessConfig()
    largest = _LARGEST_PART * min(frames.shape[1:])
    total, weight = frames[0].astype(np.float64), np.ones(frames.shape[1:])
    shifts = np.zeros((len(frames), 2))
    for i, frame in enumerate(frames[1:], start=1):
        mean = (total / np.maximum(weight, 1)).astype(np.float32)
        found = find_shift(mean, frame, largest, config.subpixel)
        sure = found.correlation > chance_correlation((frame.shape[0], frame.shape[1]))
        shifts[i] = (found.rows, found.columns) if sure else shifts[i - 1]
        moved, covered = _moved(frame, shifts[i])
        total += moved
        weight += covered
    return (total / np.maximum(weight, 1)).astype(np.float32), shifts


def _moved(frame: np.ndarray, shift: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    covered = shift_image(np.ones(frame.shape), shift, order=1) > 0.999
    return np.where(covered, shift_image(frame.astype(np.float64), shift, order=1), 0), covered
