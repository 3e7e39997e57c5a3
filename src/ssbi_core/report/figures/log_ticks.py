"""Readable ticks of a logarithmic axis, whether it spans a few per cent or several decades."""

from __future__ import annotations

import numpy as np
from matplotlib.ticker import MaxNLocator

from ssbi_core.report.formatting import power_of_ten

_MOST = 7
_SERIES = ((1.0,), (1.0, 3.0), (1.0, 2.0, 5.0), (1.0, 1.5, 2.0, 3.0, 5.0, 7.0))
_PLAIN = 2  # decimals that are read without a power of ten
_FAR = 30.0  # times; from here on powers of ten are read more easily than 0.03 and 3


def log_ticks(low: float, high: float) -> tuple[list[float], list[str], int]:
    """Return positions, labels and the power of ten that is left to the axis label, 0 for none.

    Parameters
    ----------
    low, high : ends of the axis, positive.
    """
    exponent = int(np.floor(np.log10(np.sqrt(low * high)) + 1e-9))
    exponent = 0 if abs(exponent) <= _PLAIN else exponent
    if high / low >= _FAR:
        decades = np.arange(np.ceil(np.log10(low) - 1e-9), np.floor(np.log10(high) + 1e-9) + 1).astype(int)
        if len(decades) >= 3:
            shown = decades[:: -(-len(decades) // _MOST)]
            return [10.0**each for each in shown], [power_of_ten(int(each)) for each in shown], 0
    ticks = _ticks(low / 10.0**exponent, high / 10.0**exponent)
    return [tick * 10.0**exponent for tick in ticks], [f"{tick:.6g}" for tick in ticks], exponent


def _ticks(low: float, high: float) -> list[float]:
    """Three to seven: a series repeated in every decade, or, in a narrow range, evenly spaced ones."""
    decades = 10.0 ** np.arange(np.floor(np.log10(low)), np.ceil(np.log10(high)) + 1)
    for steps in _SERIES:
        ticks = np.outer(decades, steps).ravel()
        ticks = ticks[(ticks >= low * (1 - 1e-9)) & (ticks <= high * (1 + 1e-9))]
        if 3 <= len(ticks) <= _MOST:
            return [float(f"{tick:.6g}") for tick in ticks]
    ticks = np.asarray(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high))
    return [float(f"{tick:.6g}") for tick in ticks if low <= tick <= high]
