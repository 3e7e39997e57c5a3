"""The frequencies of a spectrum, in Hz: a range, a list, or as far as anything in the picture relaxes."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence

import numpy as np

from ssbi_core.errors import InputError

_POINTS_PER_DECADE = 8
_MARGIN = 1.5  # decades beyond the slowest and the fastest relaxation, where an arc has come down to 3 % of its height
_WIDEST = (1e-4, 1e12)  # Hz; slower nobody measures, faster nothing here is a circuit
_NOTHING_RELAXES = (1.0, 1e6)


def frequency_list(frequencies: Sequence[float] | np.ndarray) -> np.ndarray:
    """The frequencies themselves, checked, ascending and each once.

    Raises
    ------
    InputError
        If there is none, or one is not a finite number above 0.
    """
    try:
        values = np.asarray(frequencies, dtype=float)
    except (TypeError, ValueError):
        values = np.full(1, np.nan)
    if values.ndim != 1 or values.size == 0 or not (np.isfinite(values) & (values > 0)).all():
        raise InputError(
            f"frequencies {_shortened(frequencies)}",
            "one or more finite numbers above 0, in Hz",
            "correct them; direct current is what solve_conduction answers",
        )
    return np.unique(values)


def frequency_range(low: float, high: float, per_decade: float) -> np.ndarray:
    """Frequencies evenly spaced in their logarithm, both ends included."""
    count = max(2, round(math.log10(high / low) * per_decade) + 1)
    return np.logspace(math.log10(low), math.log10(high), count)


def frequencies_around(relaxation_times: Collection[float]) -> np.ndarray:
    """Whole decades that hold every relaxation (s) with its arc."""
    low, high = _NOTHING_RELAXES
    if relaxation_times:
        slowest, fastest = (1 / (2 * math.pi * t) for t in (max(relaxation_times), min(relaxation_times)))
        low = 10.0 ** math.floor(math.log10(slowest) - _MARGIN)
        high = 10.0 ** math.ceil(math.log10(fastest) + _MARGIN)
    low, high = max(low, _WIDEST[0]), min(high, _WIDEST[1])
    return frequency_range(low, high, _POINTS_PER_DECADE)


def _shortened(value: object) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= 60 else f"{text[:57]}..."
