"""Ticks of a logarithmic axis that is a few per cent or many decades long: round numbers, none too near the next.

A posterior may be narrow, where steps between ticks are equal and ten to a decade are too few, or span decades, where
only powers of ten are read. All labels share one power of ten, which stands beside the axis, unless they span too many.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

_STEPS = (1.0, 2.0, 5.0)
_MANTISSAS = ((1, 2, 3, 4, 5, 6, 7, 8, 9), (1, 2, 3, 5, 7), (1, 2, 5), (1, 3), (1,))
_EQUAL = 4.0  # ratio of the ends up to which steps are equal
_SHARED = 2  # decades that labels with a shared power of ten may span
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


class Ticks(NamedTuple):
    """Of an axis.

    Attributes
    ----------
    values : ascending.
    labels : of each.
    factor : what the labels are to be multiplied with, such as 10⁻⁵; empty for 1.
    """

    values: tuple[float, ...]
    labels: tuple[str, ...]
    factor: str


def log_ticks(low: float, high: float, apart: float) -> Ticks:
    """Choose ticks between two positive numbers.

    Parameters
    ----------
    low, high : ends of the axis.
    apart : least distance between ticks, as a share of the axis.
    """
    found: tuple[float, ...] = ()
    for found in _candidates(low, high):
        if len(found) < 2 or _nearest(found) >= apart * math.log(high / low):
            break
    return _labelled(found)


def _candidates(low: float, high: float) -> Iterator[tuple[float, ...]]:
    """Sets of ticks, each sparser than the one before."""
    if high / low <= _EQUAL:
        first = math.floor(math.log10(high - low)) - 1
        for exponent in range(first, first + 3):
            for step in _STEPS:
                yield _multiples(step * 10.0**exponent, low, high)
        return
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for mantissas in _MANTISSAS if math.log10(high / low) <= _SHARED else _MANTISSAS[-1:]:
        yield _within((m * 10.0**d for d in decades for m in mantissas), low, high)
    for every in range(2, len(decades)):
        yield _within((10.0**d for d in decades if d % every == 0), low, high)


def _multiples(step: float, low: float, high: float) -> tuple[float, ...]:
    return _within((n * step for n in range(math.ceil(low / step), math.floor(high / step) + 1)), low, high)


def _within(values: Iterator[float], low: float, high: float) -> tuple[float, ...]:
    return tuple(value for value in values if low <= value <= high)


def _nearest(values: Sequence[float]) -> float:
    return min(math.log(right / left) for left, right in pairwise(values))


def _labelled(values: tuple[float, ...]) -> Ticks:
    if not values:
        return Ticks((), (), "")
    low, high = (math.floor(math.log10(value) + 1e-9) for value in (values[0], values[-1]))
    if high - low > _SHARED:
        return Ticks(values, tuple(_power(round(math.log10(value))) for value in values), "")
    shared = 0 if -2 <= low <= high <= 3 else math.ceil((low + high) / 2)  # 0.01 to 1000 are read as they are
    plain = [value / 10.0**shared for value in values]
    equal = values[-1] / values[0] <= _EQUAL
    digits = max(map(_decimals, plain))
    labels = (f"{value:.{digits}f}" if equal else f"{value:.3g}" for value in plain)
    return Ticks(values, tuple(labels), _power(shared) if shared else "")


def _decimals(value: float) -> int:
    """Decimals that show a round number in full."""
    return next(digits for digits in range(8) if digits == 7 or math.isclose(round(value, digits), value))


def _power(exponent: int) -> str:
    return f"10{str(exponent).translate(_SUPERSCRIPTS)}"
