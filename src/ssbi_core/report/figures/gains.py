"""What each phase costs: the rise of sigma_eff when it is replaced by the solid it displaced, contacts included."""

from __future__ import annotations

import math
from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ssbi_core.materials import Phase
from ssbi_core.report.figures.canvas import CHART_WIDTH_IN, INK, text_width
from ssbi_core.report.formatting import gain_in_words
from ssbi_core.report.records import ImageResult
from ssbi_core.report.wording import phase_in_words

_SMALLEST_GAIN = 0.005
_PAD = 0.012
_VALUE_WIDTH = 0.22  # of the figure, for the number right of the longest bar


def gains_figure(result: ImageResult) -> Figure | None:
    """Return the rise of sigma_eff without each phase as bars, None where no phase matters. Call inside `style`."""
    gains = {} if result.transport is None else _noteworthy(result.transport.knockout_gain_with_contact)
    if not gains:
        return None
    figure = Figure(figsize=(CHART_WIDTH_IN, 0.3 * len(gains) + 0.1))
    titles = [f"without {phase_in_words(key)}" for key in gains]
    left = max(text_width(figure, title) for title in titles) + 2 * _PAD
    axes = figure.add_axes((left, 0, 1 - left - _VALUE_WIDTH, 1))
    axes.set(ylim=(len(gains) - 0.5, -0.5), xlim=_gain_range(gains))
    axes.set_axis_off()
    for row, (key, gain) in enumerate(gains.items()):
        axes.text(-_PAD, row, titles[row], transform=axes.get_yaxis_transform(), ha="right", va="center_baseline")
        _draw_gain(axes, row, gain, result.system.color_of(Phase.parse(key)))
    axes.axvline(0, color=INK, linewidth=0.8)
    return figure


def _noteworthy(gains: Mapping[str, float]) -> dict[str, float]:
    """Return the gains of at least half a per cent, largest first."""
    kept = {key: gain for key, gain in gains.items() if abs(gain) >= _SMALLEST_GAIN}
    return dict(sorted(kept.items(), key=lambda item: -item[1]))


def _draw_gain(axes: Axes, row: int, gain: float, color: str) -> None:
    shown = gain if math.isfinite(gain) else 0.0
    value = gain_in_words(gain) if math.isfinite(gain) else "conducts only without it"
    axes.barh(row, shown, height=0.62, color=color, edgecolor=INK, linewidth=0.5)
    axes.annotate(value, (max(shown, 0.0), row), xytext=(6, 0), textcoords="offset points", va="center_baseline")


def _gain_range(gains: Mapping[str, float]) -> tuple[float, float]:
    finite = [gain for gain in gains.values() if math.isfinite(gain)]
    low, high = min([*finite, 0.0]), max([*finite, 0.0])
    return (low, high) if high > low else (0.0, 1.0)
