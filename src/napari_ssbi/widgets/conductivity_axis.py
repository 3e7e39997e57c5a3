"""A chart whose left axis is a conductivity on a logarithmic scale, with ticks that are read without a calculation."""

from __future__ import annotations

import math

import numpy as np

from napari_ssbi.views.charts import Chart
from napari_ssbi.widgets.log_axis import log_ticks

BLUE, ORANGE = "#4C9ED9", "#E69F00"
_APART = 0.14  # least distance of ticks, of the axis
_MARGIN = 0.08  # of the axis, at each end
_NARROWEST, _WIDEST = 1.05, 1e5  # ratio of its ends; a field that does not conduct at all lies below
_HEIGHT = 210  # pixels


class ConductivityChart(Chart):
    """Draw the decadic logarithm of S/cm; drags and the wheel are left to the dock."""

    def __init__(self) -> None:
        super().__init__()
        self.box.setMouseEnabled(False, False)
        self.setFixedHeight(_HEIGHT)

    def scale(self, conductivity: np.ndarray, low: float, high: float, bottom: str) -> None:
        """Have the axes hold these conductivities (S/cm), and the values from low to high of the bottom axis."""
        known = conductivity[np.isfinite(conductivity) & (conductivity > 0)]
        ends = float(max(known.min(), known.max() / _WIDEST)), float(known.max())
        widened = max(ends[1] / ends[0], _NARROWEST) ** _MARGIN
        ticks = log_ticks(ends[0] / widened, ends[1] * widened, _APART)
        labelled = [(math.log10(value), label) for value, label in zip(ticks.values, ticks.labels, strict=True)]
        self.getAxis("left").setTicks([labelled])
        self.name_axes(bottom, f"σ_eff ({ticks.factor} S/cm)" if ticks.factor else "σ_eff (S/cm)")
        self.box.setRange(
            xRange=(low, high), yRange=(math.log10(ends[0] / widened), math.log10(ends[1] * widened)), padding=0.0
        )


def logarithm(conductivity: np.ndarray) -> np.ndarray:
    """Decadic; NaN of what does not conduct."""
    return np.log10(conductivity, out=np.full(np.shape(conductivity), np.nan), where=np.asarray(conductivity) > 0)
