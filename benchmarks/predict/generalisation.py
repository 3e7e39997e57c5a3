"""How error falls with graphs to learn from, and rises outside them: `python -m benchmarks.predict.generalisation`.

The same 600 interfaces throughout. The learning curve tests nets of ever more graphs on one set of others. To
extrapolate, a net learns from one side of a property and is tested on the other, beside a net that learned as many
graphs of both; how many of the tested graphs the net itself calls out of range is told too.
"""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from typing import Any

import numpy as np

from benchmarks.predict.cross_validation import summarise
from benchmarks.predict.scoring import Predicted, rows_of
from benchmarks.predict.studies import ALL_IMAGES, PROTOCOL_SEED, study
from benchmarks.results_file import write_results
from ssbi_core.predict.config import NetworkConfig, TrainingConfig
from ssbi_core.predict.records import StudyRecords
from ssbi_core.predict.scope import describe
from ssbi_core.predict.train import train
from ssbi_core.predict.train_study import shown_lattices, study_data

SIZES = (20, 40, 80, 160, 320)
"""Graphs to learn from; a quarter as many more calibrate."""

TESTED = 180
_OUTSIDE = {
    "larger grains": ("process_initial_grain_size_nm", 55.0),
    "higher temperature": ("temperature_K", 350.0),
    "layer of Li2ZrO3, never learned": ("reaction_layer", "Li2ZrO3"),
}

Task = tuple[str, np.ndarray, np.ndarray, np.ndarray]  # name, and rows to learn from, to calibrate on and to test


def tasks(records: StudyRecords) -> list[Task]:
    """What is trained and tested; every picture is a sample of its own, so rows may be parted as they are."""
    order = np.random.default_rng(0).permutation(len(records.table))
    test, rest = order[:TESTED], order[TESTED:]
    found: list[Task] = [
        (f"{size} graphs", rest[:size], rest[size : size + max(size // 4, 10)], test) for size in SIZES
    ]
    for name, (column, edge) in _OUTSIDE.items():
        values = records.table[column].to_numpy()
        out = values == edge if isinstance(edge, str) else values > edge
        inside, outside = order[~out[order]], order[out[order]]
        half = len(outside) // 2
        number = len(inside)
        mixed = np.random.default_rng(1).permutation(np.concatenate([inside, outside[half:]]))[:number]
        found += [
            (f"{name}: {who}", *_parted(rows), outside[:half])
            for who, rows in (("not learned", inside), ("learned", mixed))
        ]
    return found


def _parted(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Four fifths to learn from, the rest to calibrate on."""
    cut = 4 * len(rows) // 5
    return rows[:cut], rows[cut:]


def measure(task: Task, records: StudyRecords) -> list[dict[str, Any]]:
    """Scores of the test graphs of one task."""
    name, *parts = task
    network, training = NetworkConfig.model_validate({}), TrainingConfig.model_validate({})
    cuts = shown_lattices(network, training)
    data, (learn, calibrate, test) = study_data(records, [(parts[0], cuts), (parts[1], cuts[:1]), (parts[2], cuts[:1])])
    model = train(data, learn, calibrate, system="llzo_nmc", repeats=len(cuts), network=network, training=training)
    drawn = model.draw(data, test)
    predicted = Predicted(drawn.mean, drawn.sd, heavy=True, conformal=model.conformal)
    rows = rows_of(name, 0, records.table["image"].to_numpy(str)[parts[2]], predicted.scores(data.target[test]))
    flagged = {
        row: float(bool(model.scope.outside(seen)))
        for batch in data.batches(test, 32)
        for row, seen in zip(
            batch.rows.tolist(), np.asarray(describe(batch.cells, batch.material, batch.sizes)), strict=True
        )
    }
    return [
        {**row, "flagged": flagged[at], "learned_from": len(parts[0])}
        for row, at in zip(rows, test.tolist(), strict=True)
    ]


def main() -> None:
    records = study(PROTOCOL_SEED, ALL_IMAGES)
    methods, rows = {}, []
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        for found in pool.map(partial(measure, records=records), tasks(records)):
            name, rows = found[0]["method"], rows + found
            methods[name] = {
                "learned_from": found[0]["learned_from"],
                "flagged": float(np.mean([row["flagged"] for row in found])),
                **summarise(found, name)[name],
            }
            print(f"{name}: {methods[name]['ape']}", file=sys.stderr, flush=True)
    write_results("predict.generalisation", {"methods": methods, "rows": rows})


if __name__ == "__main__":
    main()
