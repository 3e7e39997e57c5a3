"""How well predicted labels agree with true ones."""

from __future__ import annotations

import numpy as np

from ssbi_core.materials import PHASES, Phase


def confusion(predicted: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """(9, 9) counts of pixels by true code (rows) and predicted code (columns), unlabelled truth left out."""
    labelled = truth != Phase.UNLABELLED
    pairs = truth[labelled].astype(np.int64) * len(Phase) + predicted[labelled]
    return np.bincount(pairs, minlength=len(Phase) ** 2).reshape(len(Phase), len(Phase))


def intersection_over_union(counts: np.ndarray) -> dict[str, float]:
    """IoU of each phase that is in the truth or the prediction, from a confusion matrix."""
    hits = np.diag(counts)
    union = counts.sum(0) + counts.sum(1) - hits
    return {phase.key: float(hits[phase] / union[phase]) for phase in PHASES if union[phase]}
