"""3D polycrystals after Dai et al. (arXiv 2209.05583): `python -m benchmarks.predict.polycrystals`.

They report an error below 1.4 % with 4,000 volumes to train on, each with the three components as one target. Here a
component is a graph of its own, and the learning curve ends below 1,000 graphs. Settings were chosen by learning from
the first 120 volumes and predicting the next 40; the test volumes are for this table alone.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from benchmarks.predict.own_network import log_network
from benchmarks.predict.polycrystals.figure import draw
from benchmarks.predict.polycrystals.global_peer import mixture, process_prediction, volume_features
from benchmarks.predict.polycrystals.graphs import polycrystal_graphs
from benchmarks.predict.polycrystals.scores import AXES, scores, spread_of_axes
from benchmarks.predict.studies import benchmark_folder
from benchmarks.results_file import write_results
from ssbi_core.predict.config import NetworkConfig, TrainingConfig
from ssbi_core.predict.data import GraphData
from ssbi_core.predict.fit import fit, predict_rows

CURVE = (10, 40, 80, 160, 320)
"""Volumes learned from, the first so many; three graphs each."""

TEST = range(1000, 1050)
"""Volumes tested on."""

NETWORK = NetworkConfig.model_validate({"steps": 2, "across": 4, "layer_across": 4})
UPDATES = 1_500
"""Steps of the optimiser, whatever there is to learn from."""


def training(data: GraphData, learn: np.ndarray) -> TrainingConfig:
    """Settings that make about `UPDATES` steps on some rows."""
    config = TrainingConfig(batch=8, learning_rate=0.01)
    return config.model_copy(update={"epochs": max(round(UPDATES / data.steps(learn, config.batch)), 1)})


def predictions(data: GraphData, features: np.ndarray, learn: np.ndarray, test: np.ndarray) -> dict[str, np.ndarray]:
    """ln sigma of the rows `test` by every method that learns from the rows `learn`."""
    target, network, start = data.target.astype(float), log_network(data), mixture(features)
    weights = fit(data, learn, NETWORK, training(data, learn))
    with_network = np.column_stack([features, network - start])
    return {
        "this net": predict_rows(data, test, NETWORK, weights)[0],
        "Gaussian process with network": process_prediction(with_network, target, learn, test, network),
        "Gaussian process without": process_prediction(features, target, learn, test, start),
    }


def main() -> None:
    indices, folder = [*range(max(CURVE)), *TEST], benchmark_folder() / "polycrystals"
    data, features = polycrystal_graphs(folder, indices), volume_features(folder, indices)
    test = np.arange(AXES * max(CURVE), len(data))
    target = data.target[test].astype(float)
    results: dict[str, Any] = {
        "test_volumes": len(TEST),
        "axes_of_a_volume_differ": spread_of_axes(target),
        "nothing_learned": scores(log_network(data)[test], target),
        "by_training_graphs": {},
        "network": NETWORK.model_dump(),
        "updates": UPDATES,
    }
    for number in CURVE:
        found = predictions(data, features, np.arange(AXES * number), test)
        of_method = {name: scores(each, target, found["this net"]) for name, each in found.items()}
        results["by_training_graphs"][str(AXES * number)] = of_method
        print(AXES * number, {name: each["mape"] for name, each in of_method.items()}, file=sys.stderr)
        write_results("predict.polycrystals", results)  # a curve that was interrupted is one too
    draw(results)


if __name__ == "__main__":
    main()
