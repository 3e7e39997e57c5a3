"""Few sizes of arrays for all sizes of pictures: each needs programs of its own, and compiling them takes seconds.

A picture is filled up with insulating pixels behind its last row and column. Beside it they change nothing; behind
the outlet the solver is told where the picture ends.
"""

from __future__ import annotations

import numpy as np

_STEPS = 16  # sizes from one power of two to the next: at most 1/16 more along an axis


def bucket(size: int) -> int:
    """The least size not below this one that programs are made for."""
    step = 1 << max(size.bit_length() - _STEPS.bit_length(), 0)
    return -(-size // step) * step


def filled(field: np.ndarray) -> np.ndarray:
    """The field in an array of the next size along every axis, insulating where it was not."""
    return np.pad(field, [(0, bucket(n) - n) for n in field.shape])
