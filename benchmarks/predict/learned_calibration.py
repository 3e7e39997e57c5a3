"""Calibrate the shipped predictor once it has learned a material: `python -m benchmarks.predict.learned_calibration`.

To be run again whenever the predictor changed. What a net says after it has learned from a few measurements is surer
than it is right: material numbers take up what the net gets wrong of the measured samples. By how much is found on
groups of interfaces of the seed that settings are chosen on, and `learned_stretch` widens predictions by it.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from benchmarks.predict.card import MODELS
from benchmarks.predict.learned_groups import learned_groups
from benchmarks.predict.studies import TUNING_SEED
from ssbi_core.predict import ConductivityPosterior
from ssbi_core.predict.predictor import load_predictor, save_predictor

_LEVEL = 0.9


def main() -> None:
    """Learn and predict what was not yet, write the predictor anew."""
    needed = np.sort(
        [
            _needed(after, case.conductivity.estimate)
            for group in learned_groups(TUNING_SEED)
            for case, after in zip(group.cases, group.after, strict=True)
        ]
    )
    rank = min(math.ceil((len(needed) + 1) * _LEVEL), len(needed))  # split conformal prediction
    stretch = max(1.0, float(needed[rank - 1]))
    path = save_predictor(MODELS, replace(load_predictor(MODELS), learned_stretch=stretch))
    print(f"{path}: predictions after learning stretched by {stretch:.3f}, from {len(needed)} cases")


def _needed(after: ConductivityPosterior, truth: float) -> float:
    """By how much the interval would have to be stretched to end at the truth."""
    low, high = after.interval(_LEVEL)
    end = high if truth > after.mean_S_per_cm else low
    return abs(math.log(truth / after.mean_S_per_cm) / math.log(end / after.mean_S_per_cm))


if __name__ == "__main__":
    main()
