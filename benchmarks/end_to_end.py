"""Held-out accuracy of `ssbi analyze`: phases against truth, and conductivity from predicted against true phases.

The twenty images are an ordinary simulated study with a seed used nowhere else. Run with
`python -m benchmarks.end_to_end`.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from benchmarks.results_file import write_results
from ssbi_core.io import read_labels
from ssbi_core.materials import PHASES, Phase
from ssbi_core.pipeline import AnalysisConfig, analyze
from ssbi_core.simulate import simulate_study
from ssbi_core.transport import solve_conduction

HELD_OUT_SEED = 60_000_000
NUM_IMAGES = 20
SCORED = (Phase.LLZO, Phase.NMC, Phase.REACTION_LAYER, Phase.PORE)


def main() -> None:
    """Simulate, analyse, compare, write."""
    overlap = np.zeros((NUM_IMAGES, len(PHASES) + 1, 2))
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        simulate_study(NUM_IMAGES, HELD_OUT_SEED, folder)
        for index, path in enumerate(sorted((Path(folder) / "images").iterdir())):
            truth = read_labels(Path(folder) / "labels" / f"{path.name.split('.')[0]}.tif")
            result = analyze(path, AnalysisConfig(stages=("segment", "transport"), knockout=False))
            overlap[index] = _overlap(truth.labels, result.phases.labels)
            reference = solve_conduction(truth, axis=result.transport.axis, knockout=False)
            rows.append(_compare(path.name, reference, result.transport, overlap[index]))
            print(rows[-1], flush=True)
    write_results("end_to_end", _summary(overlap, rows))


def _overlap(truth: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """Intersection and union in pixels, per phase code; pixels without truth do not count."""
    known = truth > 0
    pairs = [((truth == code) & known, (predicted == code) & known) for code in range(len(PHASES) + 1)]
    return np.array([((a & b).sum(), (a | b).sum()) for a, b in pairs])


def _compare(name: str, reference, predicted, overlap: np.ndarray) -> dict:
    true, found = reference.effective_conductivity.estimate, predicted.effective_conductivity.estimate
    error = abs(found / true - 1) if true > 0 else float(found > 0)
    iou = {p.key: float(overlap[p, 0] / overlap[p, 1]) for p in SCORED if overlap[p, 1]}
    return {"image": name, "true_S_per_cm": true, "predicted_S_per_cm": found, "relative_error": error, "iou": iou}


def _summary(overlap: np.ndarray, rows: list[dict]) -> dict:
    pooled = overlap.sum(axis=0)
    iou = {p.key: float(pooled[p, 0] / pooled[p, 1]) for p in PHASES if pooled[p, 1]}
    errors = np.array([row["relative_error"] for row in rows])
    resampled = np.random.default_rng(0).choice(errors, size=(10_000, errors.size))
    low, high = np.quantile(np.median(resampled, axis=1), [0.05, 0.95])
    return {
        "num_images": len(rows),
        "seed": HELD_OUT_SEED,
        "iou": iou,
        "mean_iou_of_llzo_nmc_reaction_layer_pore": float(np.mean([iou[p.key] for p in SCORED])),
        "median_relative_error_of_conductivity": float(np.median(errors)),
        "median_relative_error_interval_90": [float(low), float(high)],
        "images": rows,
    }


if __name__ == "__main__":
    main()
