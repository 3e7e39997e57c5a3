from __future__ import annotations

import numpy as np
import pytest

from ssbi_core.errors import InputError
from ssbi_core.preprocess import normalize
from ssbi_core.preprocess.normalize import HIGH_PERCENTILE, LOW_PERCENTILE


@pytest.fixture
def field() -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """A bright La-rich left and a dark Ni-rich right, with counting noise."""
    rng = np.random.default_rng(7)
    left = np.arange(96) < 50
    haadf = np.where(left, 1.0, 0.64)[None, :] + 0.05 * rng.standard_normal((80, 96))
    maps = {"La": rng.poisson(np.where(left, 3.0, 0.1)[None, :].repeat(80, 0))}
    maps["Ni"] = rng.poisson(np.where(left, 0.1, 3.0)[None, :].repeat(80, 0))
    return haadf.astype(np.float32), {name: counts.astype(np.float32) for name, counts in maps.items()}


def test_percentiles_are_at_minus_and_plus_one(field):
    image = normalize(field[0])
    assert image.dtype == np.float32
    np.testing.assert_allclose(np.percentile(image, (LOW_PERCENTILE, HIGH_PERCENTILE)), (-1, 1), rtol=1e-5)


@pytest.mark.parametrize(("gain", "offset"), [(1e-3, 0.0), (37.0, 1200.0), (6e4, -5.0)])
def test_gain_and_offset_do_not_matter(field, gain, offset):
    np.testing.assert_allclose(normalize(gain * field[0] + np.float32(offset)), normalize(field[0]), atol=2e-3)


def test_inverted_image_is_turned_back_where_the_maps_show_it(field):
    haadf, maps = field
    np.testing.assert_allclose(normalize(-haadf, maps), normalize(haadf, maps), atol=1e-5)


def test_nothing_is_inverted_without_maps_or_evidence(field):
    haadf, _ = field
    np.testing.assert_allclose(normalize(-haadf), -normalize(haadf), atol=1e-5)
    noise = {"La": np.random.default_rng(1).poisson(1.0, haadf.shape).astype(np.float32)}
    np.testing.assert_allclose(normalize(-haadf, noise), -normalize(haadf), atol=1e-5)


def test_saturated_pixels_do_not_set_the_scale(field):
    haadf = field[0].copy()
    reference = normalize(haadf)
    haadf[:12, :30] = 50.0
    image = normalize(haadf)
    # An image of two phases: without the saturated corner the scale is that of the rest.
    np.testing.assert_allclose(image[20:], reference[20:], atol=0.1)
    assert image.max() == 4.0


def test_hot_pixels_are_clipped(field):
    haadf = field[0].copy()
    haadf[5, 5] = 1e6
    image = normalize(haadf)
    assert image[5, 5] == 4.0
    np.testing.assert_allclose(image[20:], normalize(field[0])[20:], atol=0.01)


@pytest.mark.parametrize("value", [0.0, np.nan])
def test_constant_or_nan_is_refused(value):
    with pytest.raises(InputError, match="constant"):
        normalize(np.full((40, 40), value, np.float32))
