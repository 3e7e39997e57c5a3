"""Where the current is held up: the equipotential that lies in interfaces more than any other.

Every equipotential is a cut through the structure that the whole current crosses. At a level c it crosses the
interfaces whose potential drop contains c, and bulk for the rest. The level at which the largest part of the current is
inside interfaces therefore names a set of interfaces that (this part of) the current has to pass, one after
none of the others. The integral of that part over all levels is the interfaces' share of the power:

    sum of P_s = integral of I(c) dc,   c from 0 to 1 V,

so nothing is left out and nothing counts twice. A minimum cut of a resistor network of grains would need a capacity for
every grain, and would answer where current could be held up, not where it is.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

_NEAR_BEST = 0.9  # of the largest part of the current; levels above this are as good as the best


class Drops(NamedTuple):
    """Elements of interfaces with the potential drop over each.

    low, high : (n,) V, the ends of the drop.
    current : (n,) share of the total current that crosses it.
    segment : (n,) number of the segment it belongs to.
    """

    low: np.ndarray
    high: np.ndarray
    current: np.ndarray
    segment: np.ndarray


def held_current(drops: Drops) -> tuple[np.ndarray, np.ndarray]:
    """Share of the current that is inside interfaces, as a step function of the potential.

    Returns
    -------
    level : (k + 1,) V, increasing.
    share : (k,) of the current, between each two levels.
    """
    at = np.concatenate([drops.low, drops.high])
    change = np.concatenate([drops.current, -drops.current])
    order = np.argsort(at, kind="stable")
    return at[order], np.cumsum(change[order])[:-1]


def best_level(drops: Drops) -> float:
    """The middle of the levels at which nearly the most current is inside interfaces, in V; NaN without any drop."""
    level, share = held_current(drops)
    width = np.diff(level)
    if not (width > 0).any():
        return float("nan")
    best = min(share[width > 0].max(), 1.0)  # where a layer is not along the grid its pixels may add up to more
    width = np.where(share >= _NEAR_BEST * best, width, 0.0)
    total = np.cumsum(width)
    step = int(np.searchsorted(total, total[-1] / 2))
    return float(level[step + 1] - (total[step] - total[-1] / 2))


def current_at(drops: Drops, level: float, segments: int) -> np.ndarray:
    """Share of the current that crosses the level in each of so many segments."""
    at = (drops.low <= level) & (level < drops.high)
    return np.bincount(drops.segment[at], drops.current[at], minlength=segments)
