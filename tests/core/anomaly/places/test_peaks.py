"""Maps to places."""

from __future__ import annotations

import numpy as np
import pytest

from ssbi_core.anomaly.places.peaks import patches, peaks


def test_peaks_come_highest_first_and_apart() -> None:
    field = np.zeros((20, 20))
    field[5, 5], field[5, 6], field[15, 15] = 4.0, 3.0, 2.0
    found = list(peaks(field, 5))
    assert [height for height, _ in found] == [4.0, 2.0]
    assert found[0][1].sum() == 2


def test_patches_come_by_their_sum_and_specks_are_left_out() -> None:
    excess = np.zeros((20, 20))
    excess[2:4, 2:4], excess[10:12, 10:16], excess[18, 18] = 2.0, 1.0, 99.0
    found = list(patches(excess, 3))
    assert [total for total, _ in found] == pytest.approx([12.0, 8.0])


def test_an_empty_map_has_neither() -> None:
    assert not list(peaks(np.zeros((4, 4)), 3))
    assert not list(patches(np.zeros((4, 4)), 1))
