"""Probabilities that mean what they say: one temperature for all scores, fitted on samples held back.

Focal and Dice losses leave a net over- or underconfident. Dividing the scores by a temperature does
not change the most probable phase but makes a 70 % right seven times in ten (Guo et al., ICML 2017).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

_BINS = 15  # as in Guo et al. 2017


def fit_temperature(logits: np.ndarray, targets: np.ndarray) -> float:
    """Temperature in [0.2, 5] of least negative log-likelihood.

    Parameters
    ----------
    logits : (pixels, classes) float32.
    targets : (pixels,) integer classes.
    """

    def negative_log_likelihood(log_temperature: float) -> float:
        log_p = log_softmax(logits / np.float32(np.exp(log_temperature)), axis=-1)
        return -float(np.mean(np.take_along_axis(log_p, targets[:, None], -1), dtype=np.float64))

    bounds = (np.log(0.2), np.log(5.0))
    found: Any = minimize_scalar(negative_log_likelihood, bounds=bounds, method="bounded")
    return float(np.exp(found.x))


def expected_calibration_error(logits: np.ndarray, targets: np.ndarray, temperature: float) -> float:
    """Mean gap between confidence and accuracy over 15 equal bins (Guo et al. 2017, eq. 3)."""
    log_p = log_softmax(logits / np.float32(temperature), axis=-1)
    confidence = np.exp(log_p.max(-1)).astype(np.float64)
    correct = (log_p.argmax(-1) == targets).astype(np.float64)
    bins = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    gap = np.bincount(bins, correct - confidence, minlength=_BINS)
    return float(np.sum(np.abs(gap)) / max(len(targets), 1))
