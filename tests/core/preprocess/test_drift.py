from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter
from scipy.ndimage import shift as shift_image

from ssbi_core.errors import InputError
from ssbi_core.preprocess import correct_drift


def drifting(shifts: np.ndarray, noise: float = 0.3) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(2)
    scene = gaussian_filter(rng.standard_normal((160, 160)), 2.5)
    scene /= scene.std()
    frames = [shift_image(scene, -np.asarray(s), order=3)[16:144, 16:144] for s in shifts]
    return scene[16:144, 16:144], np.stack([f + noise * rng.standard_normal(f.shape) for f in frames])


def test_drift_is_found_and_taken_out():
    true = np.array([(0, 0), (0.6, -1.2), (2.5, 0.4), (5.0, 3.3), (7.4, 6.1)])
    scene, frames = drifting(true)
    mean, shifts = correct_drift(frames)
    np.testing.assert_allclose(shifts, true, atol=0.2)
    inside = (slice(12, -12), slice(12, -12))
    corrected = np.std((mean - scene)[inside])
    plain = np.std((frames.mean(axis=0) - scene)[inside])
    assert corrected < 0.25
    assert corrected < 0.5 * plain
    assert mean.dtype == np.float32


def test_one_frame_is_returned_as_it_is():
    _, frames = drifting(np.zeros((1, 2)))
    mean, shifts = correct_drift(frames)
    np.testing.assert_allclose(mean, frames[0], rtol=1e-6)
    np.testing.assert_array_equal(shifts, [[0, 0]])


def test_frames_without_structure_are_not_moved():
    frames = np.random.default_rng(0).standard_normal((4, 96, 96))
    np.testing.assert_array_equal(correct_drift(frames)[1], np.zeros((4, 2)))


def test_an_image_is_not_a_stack():
    with pytest.raises(InputError, match="frames"):
        correct_drift(np.zeros((8, 8)))
