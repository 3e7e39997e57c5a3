"""What a hyperparameter search gains over settings made by hand: `python -m benchmarks.predict.tuning [STUDY [OUT]]`.

50 trials on 150 simulated interfaces of 512 x 512 pixels, those that

    ssbi simulate -n 150 --seed 12 --no-images --solve -o STUDY

makes; a study that is not there is made first. Both folders are continued where an earlier run left them. Tuned and
hand-set settings are compared on divisions of the study that the search never saw.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.results_file import write_results
from ssbi_core.optimize.tuning.config import TuningConfig
from ssbi_core.optimize.tuning.outcome import TuningOutcome
from ssbi_core.optimize.tuning.predictor import PredictorSubject
from ssbi_core.predict.config import NetworkConfig, TrainingConfig
from ssbi_core.predict.solve_study import solve_study
from ssbi_core.simulate import simulate_study
from ssbi_core.tuning_study import tune_study

IMAGES, SEED, WORKERS, TRIALS = 150, 12, 2, 50
HAND_SET = PredictorSubject(
    NetworkConfig(hidden=16, steps=3, across=11, layer_across=48),
    TrainingConfig(batch=16, lattices=2, epochs=36, learning_rate=5e-3, penalty=1e-6),
)
"""Written out, since the library's defaults may be what a search found."""


def main(study: Path, output: Path) -> None:
    """Make the study, search, write."""
    if not (study / "records").is_dir():
        simulate_study(IMAGES, SEED, study, images=False, progress=say)
        solve_study(study, seed=SEED, workers=WORKERS, progress=say)
    config = TuningConfig(trials=TRIALS, seed=0, workers=WORKERS)
    outcome = tune_study(HAND_SET, study, output, config, progress=say)
    results = compared(outcome)
    write_results("predict.tuning", results)
    print(results)


def compared(outcome: TuningOutcome) -> dict[str, Any]:
    """Best and hand-set settings, their errors, and what the search took."""
    seconds = np.asarray(outcome.trials["seconds"], float)
    record = outcome.record()
    return {
        **{name: record[name] for name in ("study", "search", "trials", "measure", "value", "default_value")},
        **{name: record[name] for name in ("other_divisions", "parameters", "default_parameters", "importance")},
        "workers": WORKERS,
        "seconds_per_trial": {"median": float(np.median(seconds)), "total": float(seconds.sum())},
    }


def say(message: str, share: float) -> None:
    """One line, overwritten."""
    print(f"\r{share:4.0%} {message:70}", end="", file=sys.stderr)


if __name__ == "__main__":
    work = Path(tempfile.gettempdir()) / "ssbi-tuning"
    given = [Path(argument) for argument in sys.argv[1:]]
    main(*[*given, *[work / "study", work / "tuned"][len(given) :]])
