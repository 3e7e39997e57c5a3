"""The conductivity of one graph: how large, how sure, and unsure because of what."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ssbi_core.predict.conformal import Conformal

SOURCES = ("noise", "weights", "segmentation", "material")
"""What makes a prediction uncertain: what graphs do not tell, what was not learned, what the image does not show, and
what the material file does not know."""

_LN10 = math.log(10)


@dataclass(frozen=True, eq=False)
class ConductivityPosterior:
    """Posterior predictive distribution of an effective conductivity.

    Attributes
    ----------
    mean_S_per_cm : its centre (of the logarithm), S/cm.
    variance : of the natural logarithm, by source; they are independent and add up. A source that was not asked for
        is missing.
    conformal : what turns standard deviations into intervals.
    out_of_range : what of this graph lies outside of what the net was trained on, in words; intervals do not account
        for it.
    temperature : K.
    axis : transport axis.
    model : SHA-256 of the weights.
    """

    mean_S_per_cm: float
    variance: dict[str, float]
    conformal: Conformal
    out_of_range: tuple[str, ...]
    temperature: float
    axis: int
    model: str

    @property
    def sd_log10(self) -> float:
        """Standard deviation of log10 of the conductivity."""
        return math.sqrt(sum(self.variance.values())) / _LN10

    @property
    def variance_share(self) -> dict[str, float]:
        """Share of each source in the variance; they sum to 1."""
        total = sum(self.variance.values())
        return {source: value / total for source, value in self.variance.items()}

    def interval(self, level: float = 0.9) -> tuple[float, float]:
        """Interval of a level (0 to 1) in S/cm, central in the logarithm."""
        reach = self.conformal.quantile(level) * self.sd_log10 * _LN10
        return self.mean_S_per_cm * math.exp(-reach), self.mean_S_per_cm * math.exp(reach)

    def summary(self) -> str:
        """In words."""
        low, high = self.interval(0.9)
        shares = ", ".join(f"{source} {share:.0%}" for source, share in self.variance_share.items())
        text = f"{self.mean_S_per_cm:.3g} S/cm, 90 % between {low:.3g} and {high:.3g} S/cm; variance from {shares}"
        return "; ".join([text, *(f"out of range: {what}" for what in self.out_of_range)])
