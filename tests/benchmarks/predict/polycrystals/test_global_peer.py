import numpy as np
import pytest
from benchmarks.predict.polycrystals.global_peer import mean_conductivity, process_prediction
from benchmarks.predict.polycrystals.volumes import SolvedVolume

from ssbi_core.materials import Phase


def test_the_mean_conductivity_is_by_transport_axis_and_weighted_by_size():
    labels = np.full((8, 8, 8), Phase.LLZO, np.uint8)
    labels[:, 5:7] = Phase.GRAIN_BOUNDARY
    tensors = np.stack([np.diag([0.5, 1.0, 0.8]), np.eye(3)])  # slices, rows, columns; 5 rows and 1 row
    found = mean_conductivity(SolvedVolume(labels, tensors, 0.1, np.ones(3)))
    np.testing.assert_allclose(found, [1.0, (5 * 0.8 + 1) / 6, (5 * 0.5 + 1) / 6])


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
