"""How surprising a value is, given a sample of normal ones.

Within the sample the upper-tail probability is that of ranks, (1 + values at least as large) / (n + 1). Ranks end at
1 / (n + 1), and two values beyond the sample would tie however far out they are; so above the top tenth the tail goes
on as an exponential (the generalised Pareto law at shape 0: Pickands, Ann. Stat. 3, 119, 1975), with the scale of that
tenth's median excess: a few anomalies in the sample must not stretch it. What decides in the end is again a rank, so
the shape of the tail only orders what lies beyond the sample.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_TOP = 0.1
_FEWEST = 5  # values that a tail is fitted to
_LEAST_SCALE = 1e-9


@dataclass(frozen=True, eq=False)
class Tail:
    """Upper tail of a sample.

    Attributes
    ----------
    values : (n,) sorted.
    """

    values: np.ndarray

    @classmethod
    def of(cls, sample: np.ndarray) -> Tail:
        """Of a sample; what is not a number is left out."""
        sample = np.asarray(sample, float)
        return cls(np.sort(sample[np.isfinite(sample)]))

    def __len__(self) -> int:
        return len(self.values)

    def surprise(self, value: float) -> float:
        """-log10 of the probability of a value at least as large; 0 where nothing is known."""
        number = len(self.values)
        if not number or not np.isfinite(value):
            return 0.0
        above = number - int(np.searchsorted(self.values, value, side="left"))
        by_rank = -np.log10((1 + above) / (number + 1))
        return float(max(by_rank, self._beyond(value))) if above < self._top else float(by_rank)

    def without(self, value: float) -> Tail:
        """The same without one value that is in it."""
        at = int(np.searchsorted(self.values, value))
        if at >= len(self.values) or self.values[at] != value:
            return self
        return Tail(np.delete(self.values, at))

    @property
    def _top(self) -> int:
        return min(max(int(_TOP * len(self.values)), _FEWEST), len(self.values))

    def _beyond(self, value: float) -> float:
        """By the exponential that goes through the start of the top tenth."""
        number, top = len(self.values), self._top
        threshold = self.values[number - top]
        excess = float(np.median(self.values[number - top :] - threshold)) / np.log(2)
        spread = max(excess, _LEAST_SCALE * max(abs(threshold), 1.0))
        at_threshold = (1 + top) / (number + 1)
        return float(-np.log10(at_threshold) + max(value - threshold, 0.0) / spread / np.log(10))
