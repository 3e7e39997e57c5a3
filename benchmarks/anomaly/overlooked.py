"""Is the reaction layer named as the first cost where it is, from the image alone, and its cost right?

    python -m benchmarks.anomaly.overlooked [--images N] [--size PX]

Simulated interfaces whose true labels, solved, name the reaction layer as the body that costs most; the same image is
segmented by the shipped net, solved, and asked. What a model that ignores the layer says is its own conductivity
without it.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any

import numpy as np

from benchmarks.results_file import write_results
from ssbi_core.anomaly import compare_without_layer, costliest_body, phase_costs
from ssbi_core.errors import SolverError
from ssbi_core.io import PhaseMap
from ssbi_core.preprocess import register_elements
from ssbi_core.segment import segment
from ssbi_core.simulate import simulate_sample
from ssbi_core.transport import ConductionSolution, TransportConfig, solve_conduction

SEED = 71_000
_LAYER = "reaction_layer"
_SOLVER = TransportConfig.model_validate({"bounds": False, "bottlenecks": False})


def main() -> None:
    """Search images until there are enough, and write ``results/anomaly.overlooked.json``."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.anomaly.overlooked", description=__doc__)
    parser.add_argument("--images", type=int, default=60, metavar="N", help="images (default: %(default)s)")
    parser.add_argument("--size", type=int, default=512, metavar="PX", help="of an image (default: %(default)s)")
    options = parser.parse_args()
    rows: list[dict[str, Any]] = []
    for row in _cases(options.size):
        rows.append(row)
        print(row, flush=True)
        if len(rows) == options.images:
            break
    write_results("anomaly.overlooked", _results(options, rows))


def _cases(size: int) -> Iterator[dict[str, Any]]:
    """Images in which the true labels name the layer first."""
    index = -1
    while True:
        index += 1
        micrograph, structure, row = simulate_sample(SEED, index, shape=(size, size))
        truth = _solved(PhaseMap(structure.labels, row["pixel_size_nm"]), None)
        if truth is None or not truth.percolates or _first_cost(truth) != _LAYER:
            continue
        registered, _ = register_elements(micrograph)
        seen = _solved(segment(registered), truth.axis)
        compared = None if seen is None else compare_without_layer(seen, truth.effective_conductivity.estimate)
        errors = None if compared is None else compared.errors_decades
        yield {
            "index": index,
            "first_cost": None if seen is None else _first_cost(seen),
            "gain": 0.0 if seen is None else seen.knockout_gain_with_contact.get(_LAYER, 0.0),
            "true_gain": truth.knockout_gain_with_contact[_LAYER],
            "error_with_layer_decades": None if errors is None else errors[0],
            "error_without_layer_decades": None if errors is None else errors[1],
        }


def _first_cost(solved: ConductionSolution) -> str | None:
    found = costliest_body(phase_costs(solved))
    return None if found is None else found.phase


def _solved(phases: PhaseMap, axis: int | None) -> ConductionSolution | None:
    """None where the solver says that it did not converge: what it costs is then not known."""
    try:
        return solve_conduction(phases, axis=axis, config=_SOLVER)
    except SolverError as error:
        print(error, flush=True)
        return None


def _results(options: argparse.Namespace, rows: list[dict[str, Any]]) -> dict[str, Any]:
    errors = [abs(row["gain"] / row["true_gain"] - 1) for row in rows]
    known = [row for row in rows if row["error_with_layer_decades"] is not None]
    return {
        "settings": vars(options),
        "seed": SEED,
        "images": len(rows),
        "named_first": float(np.mean([row["first_cost"] == _LAYER for row in rows])),
        "median_error_of_gain": float(np.median(errors)),
        "median_error_with_layer_decades": float(np.median([row["error_with_layer_decades"] for row in known])),
        "median_error_without_layer_decades": float(np.median([row["error_without_layer_decades"] for row in known])),
        "cases": rows,
    }


if __name__ == "__main__":
    main()
