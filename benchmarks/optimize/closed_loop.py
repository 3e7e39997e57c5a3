"""What a closed loop gains on interfaces with a reaction layer: `python -m benchmarks.optimize.closed_loop`.

Twenty simulated interfaces of a seed that no net was trained on, those whose process leaves a reaction layer of some
nanometres. Each is bettered from its own process within the default levers; the gain is verified by finite elements on
32 fields of view of start and optimum that the search never saw. A loop that is interrupted goes on where it was.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.predict.studies import benchmark_folder
from benchmarks.results_file import write_results
from ssbi_core.io import PhaseMap
from ssbi_core.io.atomic import atomic_path
from ssbi_core.materials import Phase
from ssbi_core.optimize import OptimizationResult, optimize
from ssbi_core.simulate import ProcessParameters
from ssbi_core.simulate.study import simulate_sample

SEED, INTERFACES = 41, 20
LAYER_NM, LAYER_SHARE = 3.0, 0.005  # mean thickness aimed at, and area fraction that is really there
WANTED, TYPICAL = 0.35, 0.60


def main(number: int) -> None:
    """Run what has not been run, write after each."""
    folder = benchmark_folder() / "closed_loop"
    folder.mkdir(parents=True, exist_ok=True)
    found = []
    for name, phases, process in interfaces(number):
        path = folder / f"{name}.json"
        if not path.is_file():
            _keep(path, _measured(phases, process))
        found.append({"interface": name, **json.loads(path.read_text(encoding="utf-8"))})
        print(f"{name}: {found[-1]['gain']:+.0%} in {found[-1]['seconds']:.0f} s", file=sys.stderr, flush=True)
        write_results("optimize.closed_loop", {**summary(found), "interfaces": found})
    print(summary(found))


def interfaces(number: int) -> Iterator[tuple[str, PhaseMap, ProcessParameters]]:
    """The first so many of the seed that have a reaction layer."""
    index = given = 0
    while given < number:
        _, structure, row = simulate_sample(SEED, index)
        index += 1
        share = row[f"fraction_{Phase.REACTION_LAYER.key}"]
        if row["target_layer_thickness_nm"] < LAYER_NM or share < LAYER_SHARE:
            continue
        given += 1
        process = ProcessParameters(**{name: row[f"process_{name}"] for name in ProcessParameters.model_fields})
        yield row["image"], PhaseMap(structure.labels, structure.pixel_size_nm, name=row["image"]), process


def summary(found: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Gains, whether the surrogate was right, and times."""
    gain = np.array([each["gain"] for each in found])
    edited = np.array([each["gain_of_edited_image"] for each in found])
    seconds = np.array([each["seconds"] for each in found])
    return {
        "number": len(found),
        "share_gaining_35_percent": float(np.mean(gain >= WANTED)),
        "share_surely_gaining_35_percent": float(np.mean([each["gain_interval_90"][0] >= WANTED for each in found])),
        "median_gain": float(np.median(gain)),
        "least_gain": float(gain.min()),
        "share_surrogate_right": float(np.mean([each["surrogate_right"] for each in found])),
        "median_gain_of_edited_image": float(np.median(edited)),
        "share_of_edited_images_gaining_35_percent": float(np.mean(edited >= WANTED)),
        "median_seconds": float(np.median(seconds)),
        "most_seconds": float(seconds.max()),
    }


def _measured(phases: PhaseMap, process: ProcessParameters) -> dict[str, Any]:
    begun = time.perf_counter()
    result = optimize(phases, process=process)
    return {**_record(result), "seconds": time.perf_counter() - begun}


def _record(result: OptimizationResult) -> dict[str, Any]:
    verified = result.verification
    return {
        "gain": verified.gain,
        "gain_interval_90": list(verified.gain_interval_90),
        "share_better": verified.share_better,
        "baseline_S_per_cm": verified.baseline,
        "optimized_S_per_cm": verified.optimized,
        "expected_S_per_cm": result.expected_S_per_cm,
        "expected_interval_90_S_per_cm": list(result.expected_interval_90_S_per_cm),
        "surrogate_right": result.agrees,
        "gain_of_edited_image": (result.edited_S_per_cm or 0.0) / (result.image_S_per_cm or np.nan) - 1,
        "rounds": len(result.best_by_round) - 1,
        "evaluations": result.evaluations,
        "optimum": result.optimum.model_dump(),
    }


def _keep(path: Path, content: dict[str, Any]) -> None:
    with atomic_path(path) as temporary:
        temporary.write_text(json.dumps(content), encoding="utf-8")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else INTERFACES)
