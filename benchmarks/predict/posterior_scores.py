"""How well a posterior of a conductivity agrees with what finite elements say."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmarks.predict.scoring import LEVELS
from ssbi_core.predict import ConductivityPosterior
from ssbi_core.predict.metrics import bootstrap_mean

COVERED = [f"covered_{level:g}" for level in LEVELS]
WIDTHS = [f"width_decades_{level:g}" for level in LEVELS]


def scores(posterior: ConductivityPosterior, conductivity: float) -> dict[str, float]:
    """Every score of one posterior, of which `conductivity` in S/cm is the truth.

    Whether the interval of each level holds it and how many decades that is wide, the absolute percentage error of the
    centre, the standard deviation in decades, and the probability that the posterior gives to less than the truth.
    """
    found = {
        "ape": abs(posterior.mean_S_per_cm / conductivity - 1),
        "sd_decades": posterior.sd_log10,
        "probability_below": float(posterior.cumulative(conductivity)),
    }
    intervals = [posterior.interval(level) for level in LEVELS]
    found |= {name: float(low <= conductivity <= high) for name, (low, high) in zip(COVERED, intervals, strict=True)}
    return found | {name: math.log10(high / low) for name, (low, high) in zip(WIDTHS, intervals, strict=True)}


def averaged(rows: Sequence[dict[str, Any]], keys: Sequence[str], factors: Sequence[str]) -> dict[str, Any]:
    """Mean of some columns with their 95 % intervals; rows that share a value of a factor are not independent."""
    crossed = [np.array([row[factor] for row in rows]) for factor in factors]
    return {key: bootstrap_mean(np.array([row[key] for row in rows]), *crossed, seed=0)._asdict() for key in keys}


def by_class(
    rows: Sequence[dict[str, Any]], column: str, keys: Sequence[str], count: str = "rows"
) -> dict[str, dict[str, float]]:
    """Number of rows, called `count`, and mean of some columns for each value of a column."""
    found = {}
    for value in sorted({row[column] for row in rows}):
        own = [row for row in rows if row[column] == value]
        found[str(value)] = {count: len(own), **{key: float(np.mean([row[key] for row in own])) for key in keys}}
    return found
