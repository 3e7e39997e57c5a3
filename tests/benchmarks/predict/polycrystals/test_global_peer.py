import numpy as np
import pytest
from benchmarks.predict.polycrystals.global_peer import mixture, process_prediction


def test_the_mixture_is_grain_without_boundaries_and_boundary_without_grains():
    features = np.array([[np.log(0.01), 0.0, 3.0], [np.log(0.01), 1.0, 3.0]])
    np.testing.assert_allclose(np.exp(mixture(features)), [1.0, 0.01])


def test_the_process_learns_what_the_network_misses():
    rng = np.random.default_rng(0)
    features = rng.uniform(-1, 1, (60, 2))
    network = rng.normal(size=60)
    truth = network + 0.2 * features[:, 0] - 0.1 * features[:, 1] ** 2
    learn, test = np.arange(40), np.arange(40, 60)
    found = process_prediction(features, truth, learn, test, network)
    assert np.abs(found - truth[test]).max() < 0.02
    assert found.shape == (20,)
    assert process_prediction(features, truth, learn, test[:1], network) == pytest.approx(found[:1])
