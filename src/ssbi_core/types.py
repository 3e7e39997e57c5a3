"""Array aliases used in annotations across the library; shapes are checked by beartype in the tests."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float32, Float64, UInt8

Image = Float32[np.ndarray, "rows columns"]
"""A single-channel micrograph or element map."""

Resampled = Float32[np.ndarray, "new_rows new_columns"]
"""An image on another grid than the one that came in."""

Labels = UInt8[np.ndarray, "*grid"]
"""Phase codes, 2D (rows, columns) or 3D (slices, rows, columns)."""

Field = Float64[np.ndarray, "*grid"]
"""One float64 value per pixel or voxel."""


def silent(_doing: str, _done: float) -> None:
    """Progress that nobody listens to."""
