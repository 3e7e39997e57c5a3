from __future__ import annotations

import numpy as np
from benchmarks.predict.peers.gaussian_process import fit_gaussian_process


def test_interpolates_and_is_unsure_where_it_has_no_data():
    features = np.random.default_rng(0).uniform(-2, 2, (80, 2))
    process = fit_gaussian_process(features, np.sin(features[:, 0]) - 15, restarts=0)
    inside = np.array([[0.3, 0.0], [-1.0, 1.0]])
    mean, sd = process.predict(inside)
    np.testing.assert_allclose(mean, np.sin(inside[:, 0]) - 15, atol=0.05)
    assert (process.predict(np.array([[9.0, 0.0]]))[1] > 4 * sd).all()


def test_noise_is_part_of_the_spread():
    rng = np.random.default_rng(1)
    features = rng.uniform(-2, 2, (150, 1))
    process = fit_gaussian_process(features, features[:, 0] + rng.normal(0, 0.3, 150), restarts=0)
    np.testing.assert_allclose(process.predict(np.zeros((1, 1)))[1], 0.3, rtol=0.25)
