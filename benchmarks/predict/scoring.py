"""Scores of predictive distributions of ln sigma that are Student's t or normal about a mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from ssbi_core.predict.conformal import Conformal
from ssbi_core.predict.metrics import absolute_percentage_error, gaussian_crps, gaussian_nll, sample_crps
from ssbi_core.predict.tails import DEGREES, UNIT_SCALE

LEVELS = (0.5, 0.8, 0.9, 0.95)
_QUANTILES = (np.arange(400) + 0.5) / 400


@dataclass(frozen=True, eq=False)
class Predicted:
    """Of some graphs: mean and standard deviation of ln sigma, all (n,), and how the error is distributed.

    Attributes
    ----------
    heavy : Student's t of the net's degrees of freedom; normal otherwise.
    conformal : of a calibration set; without, intervals are those of the distribution itself.
    kinds : of the graphs, where the calibration set tells kinds apart.
    """

    mean: np.ndarray
    sd: np.ndarray
    heavy: bool
    conformal: Conformal | None = None
    kinds: Sequence[str] = ()

    def reach(self, level: float) -> np.ndarray:
        """Half width (n,) of the interval of a level."""
        if self.conformal is not None:
            kinds = self.kinds or [""] * len(self.sd)
            found = {kind: self.conformal.of_kind(kind).quantile(level) for kind in set(kinds)}
            return np.array([found[kind] for kind in kinds]) * self.sd
        tail = stats.t.ppf((1 + level) / 2, DEGREES) * UNIT_SCALE if self.heavy else stats.norm.ppf((1 + level) / 2)
        return tail * self.sd

    def scores(self, target: np.ndarray) -> dict[str, np.ndarray]:
        """Every score of every graph, (n,) each; `target` is ln sigma."""
        error = np.abs(target - self.mean)
        found = {
            "ape": absolute_percentage_error(np.exp(self.mean), np.exp(target)),
            "log_error": self.mean - target,
            "log_target": target,
        }
        found |= {f"covered_{level:g}": (error <= self.reach(level)).astype(float) for level in LEVELS}
        found |= {f"width_{level:g}": 2 * self.reach(level) for level in LEVELS}
        return found | self._densities(target)

    def _densities(self, target: np.ndarray) -> dict[str, np.ndarray]:
        if not self.heavy:
            return {
                "nll": gaussian_nll(target, self.mean, self.sd),
                "crps": gaussian_crps(target, self.mean, self.sd),
            }
        scale = self.sd * UNIT_SCALE
        samples = self.mean[:, None] + scale[:, None] * stats.t.ppf(_QUANTILES, DEGREES)
        return {
            "nll": -stats.t.logpdf(target, DEGREES, self.mean, scale),
            "crps": sample_crps(target, samples),
        }


def rows_of(method: str, repeat: int, names: np.ndarray, scores: dict[str, np.ndarray]) -> list[dict[str, Any]]:
    """One record per tested graph."""
    return [
        {"method": method, "repeat": repeat, "image": name, **{key: float(value[at]) for key, value in scores.items()}}
        for at, name in enumerate(names.tolist())
    ]
