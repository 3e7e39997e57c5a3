"""Patches of unlike brightness."""

from __future__ import annotations

import numpy as np
import pytest

from ssbi_core.anomaly.places.contrast import contrast_places


@pytest.fixture
def image() -> tuple[np.ndarray, np.ndarray]:
    """A wedge of electrolyte over electrode with noise: brightness and codes."""
    labels = np.ones((96, 96), np.uint8)
    labels[48:] = 3
    level = np.where(labels == 1, 1.0, 0.6) * np.linspace(0.8, 1.2, 96)
    return level + 0.05 * np.random.default_rng(0).normal(size=level.shape), labels


def test_a_wedge_alone_has_no_place(image: tuple[np.ndarray, np.ndarray]) -> None:
    assert contrast_places(*image) == []


def test_a_dark_patch_is_found_where_it_is(image: tuple[np.ndarray, np.ndarray]) -> None:
    haadf, labels = image
    haadf[20:32, 40:52] -= 0.2
    (place,) = contrast_places(haadf, labels)
    assert place.phase == "llzo"
    assert place.bbox_px == pytest.approx((20, 40, 32, 52), abs=3)
    assert place.words["strength"].startswith("darker than llzo")
