"""Errors on the test graphs, with intervals over volumes: the three axes of one are not independent."""

from __future__ import annotations

from typing import Any

import numpy as np

from ssbi_core.predict.metrics import absolute_percentage_error, bootstrap_difference, bootstrap_mean, r_squared

AXES = 3


def scores(log_sigma: np.ndarray, target: np.ndarray, ours: np.ndarray | None = None) -> dict[str, Any]:
    """Errors of predicted ln sigma, and how much larger they are than ours; all (3 n,), three rows per volume.

    `between_axes` is the standard deviation of what remains of the error of ln sigma once its mean over a volume is
    taken away: what depends on where the boundaries lie, and not on how many there are.
    """
    error, volumes = absolute_percentage_error(np.exp(log_sigma), np.exp(target)), np.arange(len(target)) // AXES
    found: dict[str, Any] = {
        "mape": bootstrap_mean(error, volumes, seed=0)._asdict(),
        "median_ape": float(np.median(error)),
        "largest_ape": float(error.max()),
        "r2_log": r_squared(log_sigma, target),
        "between_axes": spread_of_axes(log_sigma - target),
    }
    if ours is not None:
        own = absolute_percentage_error(np.exp(ours), np.exp(target))
        found["mape_more_than_ours"] = bootstrap_difference(error, own, volumes, seed=0)._asdict()
    return found


def spread_of_axes(values: np.ndarray) -> float:
    """Standard deviation of values (3 n,) about the mean of their volume, unbiased."""
    return float(np.sqrt(values.reshape(-1, AXES).var(axis=1, ddof=1).mean()))
