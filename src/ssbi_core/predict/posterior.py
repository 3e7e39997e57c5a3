"""The conductivity of one graph: how large, how sure, and unsure because of what.

Two things make it unsure, and they are of different kinds. What the image and the material file leave open is known
by draws: the logarithm of the conductivity at materials and segmentations that are all as likely. What the net gets
wrong is known by its standard deviation and by how its errors on a calibration set were distributed in units of it;
of images, where there is a calibration set of images, so is what the segmentation gets wrong. The predictive
distribution is that of their sum, the convolution of the two: a step for every draw and every score, of which
quantiles are found without random numbers. Without draws its intervals are the conformal ones.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np

from ssbi_core.predict.conformal import Conformal

SOURCES = ("noise", "weights", "segmentation", "material")
"""What makes a prediction uncertain: what graphs do not tell, what was not learned, what the image does not show, and
what the material file does not know."""

_LN10 = math.log(10)
_HALVINGS = 45  # of where an interval may end: to 13 digits
_ROUNDING = 1e-12  # of a probability
_NODES = 64  # errors of the net that stand for all of them in a density
_BANDWIDTH = 0.25  # of a density, over its spread; widens it by 3 %


@dataclass(frozen=True, eq=False)
class ConductivityPosterior:
    """Posterior predictive distribution of an effective conductivity.

    Attributes
    ----------
    mean_S_per_cm : its centre (the mean of the logarithm), S/cm.
    variance : of the natural logarithm, by source; they add up. A source that was not asked for is missing.
    conformal : distribution of the net's errors in units of their standard deviation.
    out_of_range : what of this graph lies outside of what the net was trained on, in words; intervals do not account
        for it.
    temperature : K.
    axis : transport axis.
    model : SHA-256 of the weights.
    draws : (s,) natural logarithm of the conductivity at equally likely materials and segmentations, less its mean; a
        single 0 without either.
    errors_of : sources whose errors `conformal` describes; the others are in `draws`.
    measurements : number of measured conductivities that the materials were learned from.
    notes : what else a reader of the numbers has to know, in words.
    """

    mean_S_per_cm: float
    variance: dict[str, float]
    conformal: Conformal
    out_of_range: tuple[str, ...]
    temperature: float
    axis: int
    model: str
    draws: np.ndarray = field(default_factory=lambda: np.zeros(1))
    errors_of: tuple[str, ...] = ("noise", "weights")
    measurements: int = 0
    notes: tuple[str, ...] = ()

    @property
    def sd_log10(self) -> float:
        """Standard deviation of log10 of the conductivity."""
        return math.sqrt(sum(self.variance.values())) / _LN10

    @property
    def residual_sd(self) -> float:
        """Standard deviation of the natural logarithm by the sources in `errors_of`."""
        return math.sqrt(sum(self.variance.get(source, 0.0) for source in self.errors_of))

    @property
    def variance_share(self) -> dict[str, float]:
        """Share of each source in the variance; they sum to 1."""
        total = sum(self.variance.values())
        return {source: value / total for source, value in self.variance.items()}

    def stretched(self, factor: float) -> ConductivityPosterior:
        """The same about the same centre, its logarithm so many times as widely spread."""
        variance = {source: factor**2 * value for source, value in self.variance.items()}
        return replace(self, variance=variance, draws=factor * self.draws)

    def interval(self, level: float = 0.9) -> tuple[float, float]:
        """Interval of a level (0 to 1) in S/cm that leaves as much probability below as above.

        Raises
        ------
        InputError
            If the level is not between 0 and 1.
        """
        above, below = self._reach(self.draws, level), self._reach(-self.draws, level)
        return self.mean_S_per_cm * math.exp(-below), self.mean_S_per_cm * math.exp(above)

    def cumulative(self, conductivity: np.ndarray | float) -> np.ndarray:
        """Probability that the conductivity is at most so many S/cm; of the shape of `conductivity`."""
        return self._share_below(np.log(np.asarray(conductivity, float) / self.mean_S_per_cm), self.draws)

    def density(self, conductivity: np.ndarray) -> np.ndarray:
        """Probability per decade at conductivities (n,) in S/cm, smoothed: to look at, not to compute with."""
        levels = (np.arange(_NODES) + 0.5) / _NODES
        errors = self.residual_sd * np.array([self.conformal.quantile(level) for level in levels])
        points = (self.draws[:, None] + np.concatenate([-errors, errors])).ravel()
        quarter = np.subtract(*np.quantile(points, [0.75, 0.25])) / 1.349  # the spread, whatever the tails are
        width = _BANDWIDTH * min(quarter, points.std())
        at = np.log(np.asarray(conductivity, float) / self.mean_S_per_cm)
        kernels = np.exp(-0.5 * ((at[:, None] - points) / width) ** 2)
        return kernels.mean(1) / (math.sqrt(2 * math.pi) * width) * _LN10

    def summary(self) -> str:
        """In words."""
        low, high = self.interval(0.9)
        shares = ", ".join(f"{source} {share:.0%}" for source, share in self.variance_share.items())
        text = f"{self.mean_S_per_cm:.3g} S/cm, 90 % between {low:.3g} and {high:.3g} S/cm; variance from {shares}"
        return "; ".join([text, *(f"out of range: {what}" for what in self.out_of_range), *self.notes])

    def _reach(self, draws: np.ndarray, level: float) -> float:
        """How far above the centre the interval of a level ends, in the natural logarithm."""
        alone = self.conformal.quantile(level) * self.residual_sd
        low, high = alone + float(draws.min()), alone + float(draws.max())
        for _ in range(_HALVINGS if low < high else 0):
            middle = (low + high) / 2
            enough = self._share_below(np.asarray(middle), draws) >= (1 + level) / 2 - _ROUNDING
            low, high = (low, middle) if enough else (middle, high)
        return high

    def _share_below(self, log_ratio: np.ndarray, draws: np.ndarray) -> np.ndarray:
        """Probability that the logarithm of the conductivity lies at most so far above its centre."""
        errors = (log_ratio[..., None] - draws) / self.residual_sd
        return self.conformal.cumulative(errors).mean(-1)
