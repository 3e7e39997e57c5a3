"""Stretches of layer."""

from __future__ import annotations

import re

import numpy as np
import pytest

from ssbi_core.anomaly.places.layers import layer_places, layer_profiles
from ssbi_core.materials import Phase


@pytest.fixture
def swollen() -> np.ndarray:
    """A layer of 6 pixels between rows that is 18 pixels thick over 40 columns."""
    labels = np.ones((96, 160), np.uint8)
    labels[60:] = 3
    labels[54:60] = 5
    labels[42:60, 60:100] = 5
    return labels


def test_the_swollen_stretch_is_the_first_place(swollen: np.ndarray) -> None:
    worst = layer_places(swollen, layer_profiles(swollen, 0, 0.5), {"reaction_layer": 0.62})[0]
    assert 10 ** worst.features["thickness"] == pytest.approx(9, rel=0.1)
    assert re.fullmatch(
        r"9\.?\d* nm thick, 3\.?\d* times its median, the layer 62% of the resistance", worst.words["thickness"]
    )
    row, column, end_row, end_column = worst.bbox_px
    assert (row, end_row) == (42, 60)
    assert column == pytest.approx(60, abs=25)
    assert end_column == pytest.approx(100, abs=25)


def test_without_a_layer_there_is_no_place(swollen: np.ndarray) -> None:
    bare = np.where(swollen == Phase.REACTION_LAYER, Phase.LLZO, swollen).astype(np.uint8)
    assert layer_profiles(bare, 0, 0.5) == {}
    assert layer_places(bare, {}, {}) == []
