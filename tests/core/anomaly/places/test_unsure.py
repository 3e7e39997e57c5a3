"""Patches that the segmentation is unsure of."""

from __future__ import annotations

import numpy as np

from ssbi_core.anomaly.places.unsure import unsure_places


def test_the_patch_of_doubt_comes_first() -> None:
    doubt = np.full((64, 64), 0.02)
    doubt[10:22, 30:44] = 0.6
    worst = unsure_places(doubt, np.ones((64, 64), np.uint8))[0]
    row, column, end_row, end_column = worst.bbox_px
    assert row <= 15 <= end_row
    assert column <= 36 <= end_column
    assert worst.features["doubt"] > 0.3
