"""Crowds of pores."""

from __future__ import annotations

import numpy as np

from ssbi_core.anomaly.places.crowds import crowds_of_pores


def _with_pores(places: list[tuple[int, int]]) -> np.ndarray:
    labels = np.ones((160, 160), np.uint8)
    for row, column in places:
        labels[row : row + 4, column : column + 4] = 6
    return labels


def test_the_crowd_is_where_the_pores_are_close() -> None:
    crowd = [(30 + 7 * i, 40 + 7 * j) for i in range(3) for j in range(3)]
    worst = crowds_of_pores(_with_pores([*crowd, (120, 120), (140, 20)]), 1.0)[0]
    row, column, end_row, end_column = worst.bbox_px
    assert row <= 37 <= end_row
    assert column <= 47 <= end_column
    assert worst.phase == "pore"
    assert end_row - row < 80


def test_more_pores_in_one_place_are_a_larger_crowd() -> None:
    few = crowds_of_pores(_with_pores([(30, 40), (37, 40), (120, 120)]), 1.0)[0]
    many = crowds_of_pores(_with_pores([(30, 40), (37, 40), (30, 47), (37, 47), (120, 120)]), 1.0)[0]
    assert many.features["number"] > few.features["number"] + 0.2


def test_one_pore_is_no_crowd() -> None:
    assert crowds_of_pores(_with_pores([(30, 40)]), 1.0) == []
