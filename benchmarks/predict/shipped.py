"""The shipped net on interfaces it has never seen: `python -m benchmarks.predict.shipped`.

A study of its own seed, each picture at a temperature and with a layer chemistry of its own, solved between bounds
within 2 %. Error, how often the intervals hold, and how many graphs a second go through, cells ready, compiled before.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.predict.cross_validation import summarise
from benchmarks.predict.posterior_scores import COVERED, by_class
from benchmarks.predict.scoring import Predicted, rows_of
from benchmarks.predict.studies import study
from benchmarks.results_file import write_results
from ssbi_core.predict.fit import predict_rows
from ssbi_core.predict.predictor import load_predictor
from ssbi_core.predict.train_study import study_data

SEED, IMAGES = 13, 150
_CLASSES = ("temperature_K", "reaction_layer")


def main() -> None:
    records, model = study(SEED, IMAGES), load_predictor()
    lattice = (model.network.across, model.network.layer_across)
    data, (rows,) = study_data(records, [(np.arange(len(records.table)), [lattice])])
    drawn = model.draw(data, rows)
    kinds = records.table["reaction_layer"].tolist()
    predicted = Predicted(drawn.mean, drawn.sd, heavy=True, conformal=model.conformal, kinds=kinds)
    found = rows_of("this net", 0, records.table["image"].to_numpy(str), predicted.scores(data.target[rows]))
    scores = summarise(found, "this net")["this net"]
    states = records.table[list(_CLASSES)].to_dict("records")
    of_state = [{**row, **state} for row, state in zip(found, states, strict=True)]
    results = {
        "images": len(rows),
        "scores": scores,
        "classes": {name: by_class(of_state, name, ["ape", *COVERED], "graphs") for name in _CLASSES},
        "graphs_per_second": {
            "mean": _rate(lambda: predict_rows(data, rows, model.network, model.weights, 16), len(rows)),
            f"{model.num_samples}_samples": _rate(lambda: model.draw(data, rows), len(rows)),
        },
        "sha256": model.sha256,
        "rows": found,
    }
    write_results("predict.shipped", results)
    print({key: value for key, value in results.items() if key != "rows"})


def _rate(run: Callable[[], Any], number: int, times: int = 3) -> float:
    """Graphs per second, the best of a few passes after one that compiles."""
    run()
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return number / min(seconds)


if __name__ == "__main__":
    main()
