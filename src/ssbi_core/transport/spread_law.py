"""A power law of the spread against the area of a window: spread = c area^-b.

The logarithm of a standard deviation estimated from n windows scatters by about 1 / sqrt(2 (n - 1)) (exact to first
order for normal windows), which weighs the sizes and gives the fit its error.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

ROUNDING = 1e-6
"""A spread below this is the accuracy of the solves."""

_EXPECTED = 0.5  # exponent of disorder of finite range
_SLOW = 0.25  # below, features are as large as the windows, and a line through their spreads says nothing


@dataclass(frozen=True)
class SpreadLaw:
    """Fitted power law.

    Attributes
    ----------
    amplitude : ln c.
    exponent : b in [0, 1]; 0.5 for disorder whose range is short against the windows, and taken to be that where
        all windows are of one size.
    falls : whether the spread falls with the size as it should; if not, the law is the spread of the largest windows
        (b = 0).
    covariance : (2, 2) of (ln c, -b).
    """

    amplitude: float
    exponent: float
    falls: bool
    covariance: tuple[tuple[float, float], tuple[float, float]]

    def at(self, area: float) -> float:
        """The spread of windows of this area."""
        return math.exp(self.amplitude - self.exponent * math.log(area))

    def interval(self, area: float) -> tuple[float, float]:
        """The spread one standard error of the fit down and up."""
        at = np.array([1.0, math.log(area)])
        factor = math.exp(math.sqrt(max(float(at @ np.array(self.covariance) @ at), 0.0)))
        return self.at(area) / factor, self.at(area) * factor


def fit_spread(windows: Sequence[tuple[float, float, int]]) -> SpreadLaw | None:
    """Fit the law by weighted least squares in the logarithms.

    Parameters
    ----------
    windows : area, spread and number of windows of every size; spreads that are not finite are left out.

    Returns
    -------
    SpreadLaw
        None without any spread; a constant where the spreads are but rounding.
    """
    known = [(area, spread, count) for area, spread, count in windows if math.isfinite(spread) and count > 1]
    if not known:
        return None
    area, spread, count = (np.array(column, dtype=float) for column in zip(*known, strict=True))
    x, y, weight = np.log(area), np.log(np.maximum(spread, ROUNDING)), 2 * (count - 1)
    if spread.max() <= ROUNDING:
        return SpreadLaw(math.log(ROUNDING), 0.0, True, ((0.0, 0.0), (0.0, 0.0)))
    if np.unique(area).size == 1:
        return _with_exponent(_EXPECTED, True, x, y, weight)
    design = np.stack([np.ones_like(x), x], axis=1)
    normal = np.linalg.inv(design.T @ (weight[:, None] * design))
    amplitude, slope = normal @ design.T @ (weight * y)
    if -slope < _SLOW:
        largest = x == x.max()
        return _with_exponent(0.0, False, x[largest], y[largest], weight[largest])
    if -slope > 1:
        return _with_exponent(1.0, True, x, y, weight)
    # Sizes that scatter about the line more than their number explains widen the error.
    excess = float(weight @ (y - design @ (amplitude, slope)) ** 2) / max(area.size - 2, 1)
    (aa, ab), (_, bb) = (normal * max(excess, 1.0)).tolist()
    return SpreadLaw(float(amplitude), float(-slope), True, ((aa, ab), (ab, bb)))


def _with_exponent(exponent: float, falls: bool, x: np.ndarray, y: np.ndarray, weight: np.ndarray) -> SpreadLaw:
    amplitude = float(np.average(y + exponent * x, weights=weight))
    return SpreadLaw(amplitude, exponent, falls, ((float(1 / weight.sum()), 0.0), (0.0, 0.0)))
