"""Intervals that hold on graphs not learned from, whatever the posterior got wrong.

Split conformal prediction (Vovk, Gammerman and Shafer, Algorithmic Learning in a Random World, 2005; Lei et al., J. Am.
Stat. Assoc. 113, 1094, 2018): on a calibration set that no weight has seen, how far off the prediction is, in units of
its own standard deviation. An interval of level p reaches to the p-quantile of these; for graphs drawn like the
calibration set it holds the truth with probability p, and wider where the net is less sure.

That is p on average. A net may be too sure wherever layers are of one chemistry and not sure enough where they are of
another, so each kind of graph has a distribution of its own (Mondrian prediction, chapter 4.5 of the same book), as far
as the calibration set holds enough of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from ssbi_core.errors import InputError
from ssbi_core.predict.tails import DEGREES, UNIT_SCALE

_LEVELS = (0.8, 0.9, 0.95)  # at which errors are compared with what was said
_ENOUGH = 19  # scores of a kind: from 19 on there is an interval of 95 %
_ROUNDING = 1e-9  # of a rank: 0.55 of 100 is the 55th


@dataclass(frozen=True, eq=False)
class Conformal:
    """Scores of a calibration set.

    Attributes
    ----------
    scores : (m,) absolute error over standard deviation, sorted.
    kinds : (m,) kind of graph that each score is of, such as the chemistry of its layer; empty where none is told.
    """

    scores: np.ndarray
    kinds: tuple[str, ...] = ()

    @classmethod
    def of(cls, target: np.ndarray, mean: np.ndarray, sd: np.ndarray, kinds: Sequence[str] = ()) -> Conformal:
        """Scores of predictions with known truth, all (m,)."""
        scores = np.abs(np.asarray(target) - mean) / sd
        order = np.argsort(scores, kind="stable")
        return cls(scores[order], tuple(kinds[int(at)] for at in order) if len(kinds) else ())

    def of_kind(self, kind: str) -> Conformal:
        """Scores of this kind alone; all of them where it has too few."""
        own = self.scores[np.array([each == kind for each in self.kinds], bool)] if self.kinds else self.scores
        return Conformal(own if len(own) >= _ENOUGH else self.scores)

    @property
    def stretch(self) -> float:
        """By how much errors exceed the standard deviation they were said to have, at the level where it is worst."""
        return max(self.quantile(level) / _tail(level) for level in _LEVELS)

    def quantile(self, level: float) -> float:
        """Half width of the interval of a level, in standard deviations.

        With too few scores for a level, the largest is continued as the noise's own distribution falls off.

        Raises
        ------
        InputError
            If the level is not between 0 and 1.
        """
        if not 0 < level < 1:
            wanted = "a level between 0 and 1"
            raise InputError(f"an interval of level {level}", wanted, "give 0.9 for 90 %")
        number = len(self.scores)
        rank = int(np.ceil((number + 1) * level - _ROUNDING))
        if rank <= number:
            return float(self.scores[rank - 1])
        if not number:
            return _tail(level)
        return float(self.scores[-1] * max(_tail(level) / _tail(number / (number + 1)), 1.0))

    def cumulative(self, error: np.ndarray) -> np.ndarray:
        """Probability that a signed error in standard deviations is at most so large; errors of either sign are alike.

        The inverse of `quantile`: an error lies within plus and minus `quantile(p)` with probability p.
        """
        size, number = np.abs(error), len(self.scores)
        within = np.array(np.searchsorted(self.scores, size, side="right") / (number + 1))
        beyond = size > self.scores[-1] if number else np.full(size.shape, True)
        stretch = _tail(number / (number + 1)) / self.scores[-1] if number else 1.0
        within[beyond] = np.maximum(_level(stretch * size[beyond]), within[beyond])
        return (1 + np.sign(error) * within) / 2


def _tail(level: float) -> float:
    """Quantile of the absolute value of Student's t at unit standard deviation."""
    return float(special.stdtrit(DEGREES, (1 + level) / 2) * UNIT_SCALE)


def _level(size: np.ndarray) -> np.ndarray:
    """The inverse of `_tail`."""
    return 2 * special.stdtr(DEGREES, size / UNIT_SCALE) - 1
