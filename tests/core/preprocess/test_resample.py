from __future__ import annotations

import numpy as np
import pytest

from ssbi_core.errors import CalibrationError, InputError
from ssbi_core.io import Micrograph
from ssbi_core.preprocess import resample, resample_labels, resample_micrograph


@pytest.fixture
def image() -> np.ndarray:
    return np.random.default_rng(0).random((45, 61)).astype(np.float32)


@pytest.mark.parametrize("shape", [(45, 61), (20, 33), (90, 122), (101, 40)])
def test_mean_is_kept_and_shape_is_exact(image, shape):
    result = resample(image, shape)
    assert result.shape == shape
    assert result.dtype == np.float32
    assert result.mean() == pytest.approx(image.mean(), rel=0.02)


def test_a_ramp_stays_a_ramp():
    ramp = np.arange(64, dtype=np.float32)[None, :].repeat(8, 0)
    fine = resample(ramp, (8, 128))
    np.testing.assert_allclose(
        fine[:, 8:-8], (np.arange(128)[None, 8:-8] + 0.5) / 2 - 0.5 + np.zeros((8, 1)), atol=1e-4
    )
    np.testing.assert_allclose(resample(fine, (8, 64))[:, 4:-4], ramp[:, 4:-4], atol=1e-4)


@pytest.mark.parametrize("shape", [(90, 122), (20, 33), (64, 64)])
def test_labels_come_back_to_the_exact_grid_without_new_ones(shape):
    labels = np.random.default_rng(1).choice([0, 3, 8], (45, 61)).astype(np.uint8)
    there = resample_labels(labels, shape)
    back = resample_labels(there, labels.shape)
    assert there.shape == shape
    assert back.shape == labels.shape
    assert set(np.unique(back)) <= {0, 3, 8}
    if min(shape[0] / 45, shape[1] / 61) >= 2:
        np.testing.assert_array_equal(back, labels)


def test_volumes_of_labels_are_resampled():
    labels = np.arange(2 * 3 * 4).reshape(2, 3, 4).astype(np.uint8)
    np.testing.assert_array_equal(resample_labels(labels, (4, 6, 8))[::2, ::2, ::2], labels)


def test_micrograph_keeps_field_and_counts(image):
    source = Micrograph(image, {"La": image * 7}, 2.0)
    result = resample_micrograph(source, 0.5)
    assert result.shape == (180, 244)
    assert result.pixel_size_nm == 0.5
    assert result.elements["La"].sum() == pytest.approx(source.elements["La"].sum(), rel=1e-5)
    assert resample_micrograph(source, 2.0) is source


def test_nonsense_is_refused(image):
    with pytest.raises(InputError, match="grid"):
        resample(image, (0, 4))
    with pytest.raises(InputError, match="axes"):
        resample_labels(image, (4, 4, 4))
    with pytest.raises(CalibrationError, match="pixel size"):
        resample_micrograph(Micrograph(image, {}, 1.0), -1)
