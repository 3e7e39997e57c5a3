"""How surprising a value is, given a sample of normal ones.

Within the sample the upper-tail probability is that of ranks, (1 + values at least as large) / (n + 1). Ranks end at
1 / (n + 1): two values beyond the sample would tie however far out they are, and one wild value in the sample would
hide another. So the top tenth is continued as an exponential (the generalised Pareto law at shape 0: Pickands, Ann.
Stat. 3, 119, 1975). Its scale is that tenth's median excess, which a few anomalies in the sample do not stretch, and is
as unsure as so few values make it: the probability is the mean over what the scale may be, (1 + x / (k b))^-k for k
values, which falls off more slowly the fewer there are. What decides in the end is again a rank; the shape of the tail
only orders what lies beyond the sample.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

TOP = 0.1
"""Share of a sample that its tail is fitted to."""

_FEWEST = 5  # values that a tail is fitted to
_LEAST_SCALE = 1e-9


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
    def of(cls, sample: np.ndarray, top: float = TOP) -> Tail:
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

    def without(self, value: float) -> Tail:
        """The same without one value that is in it."""
        at = int(np.searchsorted(self.values, value))
        if at >= len(self.values) or self.values[at] != value:
            return self
        return Tail(np.delete(self.values, at), self.top)

    @property
    def _count(self) -> int:
        """Values that the continuation is fitted to."""
        return min(max(int(self.top * len(self.values)), _FEWEST), len(self.values) - 1)

    def _continued(self, value: float) -> float:
        """By the continuation, from the value below the top ones."""
        number, count = len(self.values), self._count
        threshold = self.values[number - count - 1]
        median = float(np.median(self.values[number - count :] - threshold)) / np.log(2)
        scale = max(median, _LEAST_SCALE * max(abs(threshold), 1.0))
        beyond = max(value - threshold, 0.0) / (count * scale)
        return float(-np.log10((1 + count) / (number + 1)) + count * np.log10(1 + beyond))
