from __future__ import annotations

import numpy as np
import pytest

from ssbi_core.preprocess import denoise
from ssbi_core.preprocess.denoise import noise_level


def step(noise: float) -> tuple[np.ndarray, np.ndarray]:
    clean = np.where(np.arange(96) < 48, 1.0, 0.6)[None, :].repeat(96, 0)
    noisy = clean + noise * np.random.default_rng(4).standard_normal(clean.shape)
    return clean.astype(np.float32), noisy.astype(np.float32)


def test_noise_falls_and_the_edge_stays():
    clean, noisy = step(0.08)
    smooth = denoise(noisy)
    assert np.std((smooth - clean)[:, :40]) < 0.5 * np.std((noisy - clean)[:, :40])
    # The step keeps its height within two pixels of the edge.
    assert smooth[:, 45].mean() - smooth[:, 50].mean() > 0.37


def test_strength_zero_returns_the_image():
    _, noisy = step(0.05)
    np.testing.assert_array_equal(denoise(noisy, 0), noisy)


def test_noise_level_is_that_of_the_noise():
    assert noise_level(step(0.08)[1]) == pytest.approx(0.08, rel=0.05)
