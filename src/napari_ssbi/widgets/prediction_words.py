"""What the step Prediction says in words: the number, what makes it uncertain, and what is in doubt."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from napari_ssbi.compute.prediction import Predicted
from napari_ssbi.widgets.messages import sentence
from napari_ssbi.widgets.posterior_plot import Solved
from napari_ssbi.widgets.split_bar import Part

_ABSOLUTE_ZERO = -273.15
_FAR = 3.0  # standard deviations of a measurement from what the material gives, beyond which one of them is wrong
# Of the palette of Okabe and Ito, told apart by colour-blind readers too.
_SOURCES = {
    "material": ("Material", "#009E73"),
    "segmentation": ("Segmentation", "#E69F00"),
    "noise": ("Not explained by the net", "#8A8F98"),
    "weights": ("Not learned by the net", "#56B4E9"),
}
"""Source of variance -> what it is called, and its colour."""


def number_in_words(found: Predicted, solved: Solved | None) -> str:
    """The conductivity, its interval, and where the solver's value lies."""
    low, high = found.intervals[0.9]
    celsius = found.temperature + _ABSOLUTE_ZERO
    lines = [
        f"<b>σ_eff = {found.mean:.3g} S/cm</b>",
        f"90 % probable: {low:.3g} to {high:.3g} S/cm",
        f"at {found.temperature:.5g} K ({celsius:.3g} °C)",
    ]
    return "<br>".join([*lines, *([] if solved is None else [_compared(found, solved)])])


def _compared(found: Predicted, solved: Solved) -> str:
    """Where the solver's value lies."""
    inside = [level for level, (low, high) in sorted(found.intervals.items()) if low <= solved.estimate <= high]
    where = f"within the {100 * inside[0]:.0f} % interval" if inside else "outside of the 90 % interval"
    return f"The solver's {solved.estimate:.3g} lies {where}."


def variance_parts(variance: Mapping[str, float]) -> list[Part]:
    """The split of the variance; beside each share what the source alone would leave."""
    total = sum(variance.values()) or 1.0
    known = {source: variance[source] for source in _SOURCES if source in variance}
    return [
        Part(*_SOURCES[source], value / total, f"{_percent(value / total)}  (alone {_spread(value)})")
        for source, value in known.items()
    ]


def left_out_in_words(found: Predicted) -> str:
    """Which sources of variance nobody asked for, or nothing could be said of."""
    left_out = [] if "segmentation" in found.variance else ["The labels count as exact."]
    left_out += [] if "material" in found.variance else ["The values of the material file count as exact."]
    return " ".join(left_out)


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %" if share >= 0.005 else "< 1 %"


def _spread(variance: float) -> str:
    """One standard deviation of a logarithm: in percent, from a half on as a factor."""
    factor = float(np.exp(np.sqrt(variance)))
    return f"± {100 * (factor - 1):.2g} %" if factor < 1.5 else f"×/÷ {factor:.2g}"


def doubts_in_words(found: Predicted) -> list[str]:
    """What the core has to say of the prediction, and measurements that do not fit."""
    doubts = [sentence(note) for note in found.notes]
    for number, misfit in enumerate(() if found.learned is None else found.learned.misfit, 1):
        if abs(misfit) > _FAR:
            way = "more" if misfit > 0 else "less"
            doubts.append(
                f"Measurement {number} conducts {way} than any such material would let it, by {abs(misfit):.2g} "
                "standard deviations: check its image, its temperature and its unit."
            )
    return doubts
