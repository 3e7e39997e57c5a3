"""How surprising a value is, given a sample of normal ones.

Within the sample the upper-tail probability is that of ranks, (1 + values at least as large) / (n + 1). Ranks end at
1 / (n + 1): two values beyond the sample would tie however far out they are, and one wild value in the sample would
hide another. So the top tenth is continued as an exponential (the generalised Pareto law at shape 0: Pickands, Ann.
Stat. 3, 119, 1975). Its scale is that tenth's median excess, which a few anomalies in the sample do not stretch, and is
as unsure as so few values make it: the probability is the mean over what the scale may be, (1 + x / (k b))^-k for k
values, which falls off more slowly the fewer there are. Sizes of grains, pores and layers scatter lognormally, and
their logarithms are continued as a normal law instead. What decides in the end is again a rank; the shape of the tail
only orders what lies beyond the sample.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from scipy.stats import norm, t

TOP = 0.1
"""Share of a sample that its tail is fitted to."""

_FEWEST = 5  # values that a tail is fitted to
_NORMAL_TOP = 0.3  # share of a sample that a normal law is fitted to


@dataclass(frozen=True, eq=False)
class Tail:
    """Upper tail of a sample.

    Attributes
    ----------
    values : (n,) sorted.
    top : share of them that the continuation is fitted to.
    """

    values: np.ndarray
    top: float = TOP

    @classmethod
    def of(cls, sample: np.ndarray, top: float = TOP) -> Self:
        """Of a sample; what is not a number is left out."""
        sample = np.asarray(sample, float)
        return cls(np.sort(sample[np.isfinite(sample)]), top)

    def __len__(self) -> int:
        return len(self.values)

    def surprise(self, value: float) -> float:
        """-log10 of the probability of a value at least as large; 0 where nothing is known."""
        number = len(self.values)
        if not number or not np.isfinite(value):
            return 0.0
        above = number - int(np.searchsorted(self.values, value, side="left"))
        by_rank = float(np.log10((number + 1) / (1 + above)))
        return max(by_rank, self._continued(value)) if above < self._count else by_rank

    def without(self, value: float) -> Self:
        """The same without one value that is in it."""
        at = int(np.searchsorted(self.values, value))
        if at >= len(self.values) or self.values[at] != value:
            return self
        return type(self)(np.delete(self.values, at), self.top)

    @property
    def _count(self) -> int:
        """Values that the continuation is fitted to."""
        return min(max(int(self.top * len(self.values)), _FEWEST), len(self.values) - 1)

    def _continued(self, value: float) -> float:
        """By the continuation, from the value below the top ones."""
        number = len(self.values)
        threshold = self.values[number - self._count - 1]
        # Ties with the threshold (images that all have nothing of a kind) say nothing of how far the tail reaches.
        excess = self.values[self.values > threshold] - threshold
        count = len(excess)
        if not count:
            return 0.0
        scale = float(np.median(excess)) / np.log(2)
        beyond = max(value - threshold, 0.0) / (count * scale)
        return float(-np.log10((1 + count) / (number + 1)) + count * np.log10(1 + beyond))


class NormalTail(Tail):
    """Upper tail of a sample of logarithms, continued as a normal law."""

    @property
    def _count(self) -> int:
        return min(max(int(_NORMAL_TOP * len(self.values)), _FEWEST), len(self.values) - 1)

    def _continued(self, value: float) -> float:
        """By the line through the top values over those that a normal law has at their ranks (a quantile plot)."""
        if self._line is None:
            return super()._continued(value)
        location, scale = self._line
        return float(-t.logsf((value - location) / scale, self._count) / np.log(10))

    @cached_property
    def _line(self) -> tuple[float, float] | None:
        """Location and scale; None where too few values are more than the threshold that many share."""
        number, count = len(self.values), self._count
        ranks = np.arange(number - count, number)
        use = self.values[ranks] > self.values[number - count - 1]
        if np.count_nonzero(use) < _FEWEST:
            return None
        expected = norm.ppf((ranks[use] + 0.625) / (number + 0.25))  # Blom, Statistical Estimates, 1958
        scale, location = np.polyfit(expected, self.values[ranks[use]], 1)
        return float(location), float(scale)
