"""Local thickness of a drawn layer from run lengths: exact for straight layers at any angle.

If a plane layer of thickness w and unit normal n is cut along axis i, the cut is w / |n_i| long. So from the run
lengths a_i through a pixel, sum 1 / a_i^2 = 1 / w^2. A run that reaches the edge of the picture counts as infinite.
"""

from __future__ import annotations

import numpy as np


def local_thickness(mask: np.ndarray) -> np.ndarray:
    """Thickness in pixels at every pixel of the mask, 0 outside.

    Parameters
    ----------
    mask : boolean (rows, columns) or (slices, rows, columns).
    """
    lengths = [run_length(mask, axis) for axis in range(mask.ndim)]
    inverse_square = sum(1 / np.square(a) for a in lengths)
    # A mask that fills the picture has no other side: its longest extent stands in.
    thickness = np.where(inverse_square > 0, 1 / np.sqrt(np.maximum(inverse_square, 1e-30)), max(mask.shape))
    return np.where(mask, thickness, 0.0)


def run_length(mask: np.ndarray, axis: int) -> np.ndarray:
    """Length of the run of true pixels through each true pixel along an axis; inf where it reaches the edge.

    Values at false pixels mean nothing (1).
    """
    moved = np.moveaxis(mask, axis, -1)
    rows = np.pad(moved.reshape(-1, moved.shape[-1]), ((0, 0), (1, 1))).astype(np.int8)
    change = np.diff(rows, axis=1).ravel()  # +1 where a run starts, -1 one past its end
    starts, ends = np.flatnonzero(change == 1), np.flatnonzero(change == -1)
    width = moved.shape[-1] + 1
    length = (ends - starts).astype(np.float64)
    length[(starts % width == 0) | (ends % width == width - 1)] = np.inf
    result = np.ones(moved.shape)
    result[moved] = np.repeat(length, ends - starts)
    return np.moveaxis(result, -1, axis)
