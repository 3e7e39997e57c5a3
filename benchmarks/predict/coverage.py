"""How often intervals hold, on 600 images none of which was learned from: `python -m benchmarks.predict.coverage`.

Three folds by sample: of the 400 others, half is learned from and half calibrates the intervals. Each image counts
twice, with the values of the material file and with drawn ones, at a temperature and with a layer chemistry of its own.
Coverage is also told apart by temperature and by the chemistry of the reaction layer.
"""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from typing import Any

import numpy as np

from benchmarks.predict.coverage_figure import draw
from benchmarks.predict.cross_validation import summarise
from benchmarks.predict.posterior_scores import COVERED, by_class
from benchmarks.predict.scoring import Predicted, rows_of
from benchmarks.predict.studies import ALL_IMAGES, PROTOCOL_SEED, study
from benchmarks.results_file import write_results
from ssbi_core.predict.config import NetworkConfig, TrainingConfig
from ssbi_core.predict.predictor import Predictor
from ssbi_core.predict.records import StudyRecords, split_by_sample
from ssbi_core.predict.train import train
from ssbi_core.predict.train_study import shown_lattices, study_data

FOLDS = 3
_CALIBRATE = 0.5  # of what is not tested


def fold(number: int, records: StudyRecords) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows to learn from, to calibrate on and to test."""
    parts = split_by_sample(records.table, (1 / FOLDS,) * FOLDS, seed=0)
    rest = np.concatenate([part for at, part in enumerate(parts) if at != number])
    inner = StudyRecords(records.folder, records.table.iloc[rest].reset_index(drop=True))
    learn, calibrate = split_by_sample(inner.table, (1 - _CALIBRATE, _CALIBRATE), seed=number)
    return rest[learn], rest[calibrate], parts[number]


def trained(number: int, records: StudyRecords) -> tuple[Predictor, Any, np.ndarray]:
    """The net of one fold, and its test graphs: data and rows."""
    network, training = NetworkConfig.model_validate({}), TrainingConfig(seed=number)
    cuts = shown_lattices(network, training)
    learn, calibrate, test = fold(number, records)
    data, rows = study_data(records, [(learn, cuts), (calibrate, cuts[:1]), (test, cuts[:1])])
    kinds = records.table["reaction_layer"].iloc[calibrate].tolist()
    model = train(
        data, *rows[:2], system="llzo_nmc", repeats=len(cuts), network=network, training=training, kinds=kinds
    )
    return model, data, rows[2]


def measure(number: int, records: StudyRecords) -> list[dict[str, Any]]:
    """Scores of the test graphs of one fold."""
    model, data, test = trained(number, records)
    drawn = model.draw(data, test)
    table = records.table.iloc[fold(number, records)[2]]
    kinds = table["reaction_layer"].tolist()
    predicted = Predicted(drawn.mean, drawn.sd, heavy=True, conformal=model.conformal, kinds=kinds)
    rows = rows_of("this net", number, table["image"].to_numpy(str), predicted.scores(data.target[test]))
    states = table[["temperature_K", "reaction_layer"]].to_dict("records")
    return [{**row, **state} for row, state in zip(rows, states, strict=True)]


def main() -> None:
    records = study(PROTOCOL_SEED, ALL_IMAGES, drawn=1)
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        rows = [row for found in pool.map(partial(measure, records=records), range(FOLDS)) for row in found]
    print(f"{len(rows)} graphs", file=sys.stderr)
    classes = {
        value: own
        for column in ("temperature_K", "reaction_layer")
        for value, own in by_class(rows, column, ["ape", *COVERED], "graphs").items()
    }
    results = {"all": summarise(rows, "this net")["this net"], "classes": classes, "rows": rows}
    write_results("predict.coverage", results)
    draw(results)


if __name__ == "__main__":
    main()
