"""The protocol of 200 images, against peers on the same splits: `python -m benchmarks.predict.cross_validation`.

Ten times, 160 samples to learn from, 20 to calibrate intervals on, 20 to test, split by sample. The net sees the graph
alone; a second one, of two fidelities, learns what a finer resistor network leaves. Peers: ridge regression on coarse
solves of the pixels, a Gaussian process on global numbers, the Laplace posterior of the last layer alone, and on the
first repeats, which cost a fit each, the net without its corrections or its recurrence and a deep ensemble of the net.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from multiprocessing import get_context
from typing import Any

import numpy as np

from benchmarks.predict.finer_solves import finer_log_sigma, offsets
from benchmarks.predict.peer_features import peer_features
from benchmarks.predict.peers import fit_coarse_ridge, fit_gaussian_process
from benchmarks.predict.peers.coarse_solves import BLOCKS, MEANS
from benchmarks.predict.scoring import LEVELS, Predicted, rows_of
from benchmarks.predict.studies import PROTOCOL_IMAGES, PROTOCOL_SEED, study
from benchmarks.results_file import write_results
from ssbi_core.predict.config import Guide, NetworkConfig, TrainingConfig
from ssbi_core.predict.conformal import Conformal
from ssbi_core.predict.data import GraphData
from ssbi_core.predict.fit import Weights, fit, predict_rows
from ssbi_core.predict.metrics import bootstrap_difference, bootstrap_mean, r_squared
from ssbi_core.predict.records import StudyRecords, split_by_sample
from ssbi_core.predict.train import train
from ssbi_core.predict.train_study import shown_lattices, study_data

REPEATS = 10
COSTLY_REPEATS = 3
ENSEMBLE = 4
_COARSE = len(BLOCKS) * len(MEANS)

Parts = tuple[np.ndarray, np.ndarray, np.ndarray]


def measure(repeat: int, records: StudyRecords, features: np.ndarray, finer: np.ndarray) -> list[dict[str, Any]]:
    """Scores of every method on the test graphs of one repeat."""
    learn, calibrate, test = split_by_sample(records.table, (0.8, 0.1, 0.1), repeat)
    target = np.log(records.table["conductivity_S_per_cm"].to_numpy())
    names = records.table["image"].to_numpy(str)[test]
    found = {
        **_regressions(features, target, (learn, calibrate, test)),
        **_nets(records, repeat, finer, learn, calibrate, test),
    }
    return [row for name, each in found.items() for row in rows_of(name, repeat, names, each.scores(target[test]))]


def _regressions(features: np.ndarray, target: np.ndarray, parts: Parts) -> dict[str, Predicted]:
    learn, _, test = parts
    ridge = fit_coarse_ridge(features[learn], target[learn])
    process = fit_gaussian_process(features[learn, _COARSE:], target[learn], restarts=0)
    return {
        "ridge on coarse solves": Predicted(*ridge.predict(features[test]), heavy=False),
        "Gaussian process": Predicted(*process.predict(features[test, _COARSE:]), heavy=False),
    }


def _nets(records: StudyRecords, repeat: int, finer: np.ndarray, *parts: np.ndarray) -> dict[str, Predicted]:
    network, training = NetworkConfig.model_validate({}), TrainingConfig(seed=repeat)
    cuts = shown_lattices(network, training)
    data, (learn, calibrate, test) = study_data(records, [(parts[0], cuts), (parts[1], cuts[:1]), (parts[2], cuts[:1])])
    fitted, found = fit(data, learn, network, training), {}

    def posterior(data: GraphData, weights: Weights, guide: Guide) -> Predicted:
        chosen = training.model_copy(update={"guide": guide})
        model = train(
            data,
            learn,
            calibrate,
            system="llzo_nmc",
            repeats=len(cuts),
            network=network,
            training=chosen,
            fitted=weights,
        )
        drawn = model.draw(data, test)
        return Predicted(drawn.mean, drawn.sd, heavy=True, conformal=model.conformal)

    found["this net"] = posterior(data, fitted, "laplace")
    found["last layer alone"] = posterior(data, fitted, "last_layer")
    added = offsets(data, _in_order(finer, [(parts[0], len(cuts)), (parts[1], 1), (parts[2], 1)]))
    rest = replace(data, target=data.target - added)
    left = posterior(rest, fit(rest, learn, network, training), "laplace")
    found["two fidelities"] = replace(left, mean=left.mean + added[test])
    if repeat < COSTLY_REPEATS:
        plain = network.model_copy(update={"corrects": False})
        found["no correction of contacts"] = _point(data, learn, calibrate, test, plain, [training])
        still = network.model_copy(update={"steps": 0})
        found["no recurrence"] = _point(data, learn, calibrate, test, still, [training])
        members = [training.model_copy(update={"seed": 100 * repeat + 10 + member}) for member in range(ENSEMBLE)]
        found["deep ensemble"] = _point(data, learn, calibrate, test, network, members)
    return found


def _in_order(values: np.ndarray, parts: Sequence[tuple[np.ndarray, int]]) -> np.ndarray:
    """Values of a study's rows in the order of `study_data`: each part as often as it was cut."""
    return np.concatenate([np.tile(values[rows], times) for rows, times in parts])


def _point(
    data: GraphData,
    learn: np.ndarray,
    calibrate: np.ndarray,
    test: np.ndarray,
    network: NetworkConfig,
    members: list[TrainingConfig],
) -> Predicted:
    """Maximum a posteriori fits: their mean, their spread, and the errors on the calibration set."""
    fitted = [fit(data, learn, network, training) for training in members]
    both = np.concatenate([calibrate, test])
    each = np.array([predict_rows(data, both, network, weights)[0] for weights in fitted])
    mean, between = each.mean(0), each.var(0)
    error = mean[: len(calibrate)] - data.target[calibrate]
    sd = np.sqrt(between + np.mean(error**2))
    conformal = Conformal.of(data.target[calibrate], mean[: len(calibrate)], sd[: len(calibrate)])
    return Predicted(mean[len(calibrate) :], sd[len(calibrate) :], heavy=True, conformal=conformal)


def summarise(rows: list[dict[str, Any]], ours: str) -> dict[str, Any]:
    """Means with their 95 % intervals by method, and how far each is from ours on the same graphs."""
    by = {name: [row for row in rows if row["method"] == name] for name in dict.fromkeys(row["method"] for row in rows)}
    return {name: _of_method(own, by[ours]) for name, own in by.items()}


def _of_method(own: list[dict[str, Any]], ours: list[dict[str, Any]]) -> dict[str, Any]:
    images, repeats = np.array([row["image"] for row in own]), np.array([row["repeat"] for row in own])
    column = {key: np.array([row[key] for row in own]) for key in own[0] if key not in ("method", "image", "repeat")}
    truth = column["log_target"]
    keys = [
        "ape",
        "nll",
        "crps",
        *(f"covered_{level:g}" for level in LEVELS),
        *(f"width_{level:g}" for level in LEVELS),
    ]
    found: dict[str, Any] = {key: bootstrap_mean(column[key], images, repeats, seed=0)._asdict() for key in keys}
    found["median_ape"] = float(np.median(column["ape"]))
    found["r2_log"] = r_squared(truth + column["log_error"], truth)
    found["r2_linear"] = r_squared(np.exp(truth + column["log_error"]), np.exp(truth))
    found["graphs"], found["repeats"] = len(set(images.tolist())), len(set(repeats.tolist()))
    same = {(row["image"], row["repeat"]): row for row in ours}
    for key in ("ape", "nll", "crps"):
        other = np.array([same[image, repeat][key] for image, repeat in zip(images, repeats, strict=True)])
        found[f"{key}_more_than_ours"] = bootstrap_difference(column[key], other, images, repeats, seed=0)._asdict()
    return found


def main() -> None:
    records = study(PROTOCOL_SEED, PROTOCOL_IMAGES)
    features, finer = peer_features(records), finer_log_sigma(records)
    rows: list[dict[str, Any]] = []
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        for found in pool.map(partial(measure, records=records, features=features, finer=finer), range(REPEATS)):
            rows += found
            print(f"repeat {found[0]['repeat']} done", file=sys.stderr, flush=True)
    write_results("predict.cross_validation", {"methods": summarise(rows, "this net"), "rows": rows})


if __name__ == "__main__":
    main()
