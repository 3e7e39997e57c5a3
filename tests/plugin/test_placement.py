from __future__ import annotations

import numpy as np
import pytest
from napari.layers import Image

from napari_ssbi.placement import Placement

CORNERS = [(-0.5, -0.5), (3.5, 4.5), (-0.5, 4.5)]


@pytest.mark.parametrize(
    "moved",
    [
        {},
        {"scale": (2, 3), "translate": (5, 6)},
        {"scale": (2, 3), "translate": (5, 6), "rotate": 30, "units": ("um", "um")},
        {"scale": (0.5, 0.5), "shear": [0.3], "units": ("nm", "nm")},
        {"affine": [[0, 2, 1], [-3, 0, 4], [0, 0, 1]]},
    ],
)
def test_a_layer_on_a_finer_grid_covers_exactly_the_same_field(moved):
    image = Image(np.zeros((4, 5)), **moved)
    same = Image(np.zeros((4, 5)), **Placement.of(image).layer_settings())
    fine = Image(np.zeros((8, 15)), **Placement.of(image).on_grid((4, 5), (8, 15)).layer_settings())
    for corner in CORNERS:
        there = image.data_to_world(corner)
        np.testing.assert_allclose(same.data_to_world(corner), there, atol=1e-12)
        finer = [(c + 0.5) * r - 0.5 for c, r in zip(corner, (2, 3), strict=True)]
        np.testing.assert_allclose(fine.data_to_world(finer), there, atol=1e-12)
    assert same.units == image.units
    assert same.axis_labels == image.axis_labels


@pytest.mark.parametrize(("unit", "nm"), [("nm", 1), ("um", 1000), ("angstrom", 0.1), ("m", 1e9)])
def test_pixel_sizes_are_told_in_nm(unit, nm):
    layer = Image(np.zeros((4, 5)), scale=(0.5, 0.25), units=(unit, unit))
    assert Placement.of(layer).sizes_nm == pytest.approx((0.5 * nm, 0.25 * nm))


def test_a_world_of_pixels_has_no_size_until_one_is_given():
    placement = Placement.of(Image(np.zeros((4, 5)), scale=(2, 2), translate=(7, 8)))
    assert placement.sizes_nm is None
    typed = placement.with_pixel_size(0.3)
    assert typed.sizes_nm == pytest.approx((0.3, 0.3))
    assert typed.offset == placement.offset
