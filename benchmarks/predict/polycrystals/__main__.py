"""3D polycrystals after Dai et al. (arXiv 2209.05583): `python -m benchmarks.predict.polycrystals`.

They report an error below 1.4 % with 4,000 volumes to train on, each with the three components as one target. Here a
component is a graph of its own, and the learning curve ends below 1,000 graphs. Settings were chosen on the validation
volumes; the test volumes are for this table alone.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from benchmarks.predict.polycrystals.global_peer import mixture, process_prediction, volume_features
from benchmarks.predict.polycrystals.graphs import log_network, polycrystal_graphs
from benchmarks.predict.studies import benchmark_folder
from benchmarks.results_file import write_results
from ssbi_core.predict.config import NetworkConfig, TrainingConfig
from ssbi_core.predict.data import GraphData
from ssbi_core.predict.fit import fit, predict_rows
from ssbi_core.predict.metrics import absolute_percentage_error, bootstrap_difference, bootstrap_mean, r_squared

LEARN, VALIDATION, TEST = range(280), range(900, 920), range(1000, 1040)
"""Volumes to learn from, to choose settings on, and to test; three graphs each."""

CURVE = (10, 33, 100, 280)
"""Volumes learned from."""

NETWORK = NetworkConfig.model_validate({"steps": 2, "across": 4, "layer_across": 4})
UPDATES = 1_600
"""Steps of the optimiser, whatever there is to learn from."""


def training(data: GraphData, learn: np.ndarray) -> TrainingConfig:
    """Settings that make about `UPDATES` steps on some rows."""
    config = TrainingConfig(batch=8, learning_rate=0.01)
    return config.model_copy(update={"epochs": max(UPDATES // data.steps(learn, config.batch), 1)})


def predictions(data: GraphData, features: np.ndarray, learn: np.ndarray, test: np.ndarray) -> dict[str, np.ndarray]:
    """ln sigma of the rows `test` by every method that learns from the rows `learn`."""
    target, network = data.target.astype(float), log_network(data)
    weights = fit(data, learn, NETWORK, training(data, learn))
    start = mixture(features)
    with_network = np.column_stack([features, network - start])
    return {
        "this net": predict_rows(data, test, NETWORK, weights)[0],
        "Gaussian process on the network and global numbers": process_prediction(
            with_network, target, learn, test, network
        ),
        "Gaussian process on global numbers": process_prediction(features, target, learn, test, start),
    }


def scores(log_sigma: np.ndarray, target: np.ndarray, ours: np.ndarray) -> dict[str, Any]:
    """Errors of predicted ln sigma with intervals over volumes, and how much larger they are than ours."""
    error, own = (absolute_percentage_error(np.exp(each), np.exp(target)) for each in (log_sigma, ours))
    volumes = np.arange(len(target)) // 3
    return {
        "mape": bootstrap_mean(error, volumes, seed=0)._asdict(),
        "median_ape": float(np.median(error)),
        "largest_ape": float(error.max()),
        "r2_log": r_squared(log_sigma, target),
        "mape_more_than_ours": bootstrap_difference(error, own, volumes, seed=0)._asdict(),
    }


def main() -> None:
    indices = [*LEARN, *TEST]
    folder = benchmark_folder() / "polycrystals"
    data, features = polycrystal_graphs(folder, indices), volume_features(folder, indices)
    test = np.arange(3 * len(LEARN), len(data))
    target, curve = data.target[test].astype(float), {}
    for number in CURVE:
        found = predictions(data, features, np.arange(3 * number), test)
        curve[str(3 * number)] = {name: scores(each, target, found["this net"]) for name, each in found.items()}
        print(3 * number, {name: each["mape"] for name, each in curve[str(3 * number)].items()}, file=sys.stderr)
    raw = log_network(data)[test]
    results = {
        "training_volumes": len(LEARN),
        "test_volumes": len(TEST),
        "spread_of_axes": float(np.std(target.reshape(-1, 3) - target.reshape(-1, 3).mean(1, keepdims=True))),
        "nothing_learned": scores(raw, target, found["this net"]),
        "by_training_graphs": curve,
        "network": NETWORK.model_dump(),
        "updates": UPDATES,
    }
    write_results("predict.polycrystals", results)


if __name__ == "__main__":
    main()
