"""Where the ions go: current density on a logarithmic scale.

Inferno is perceptually uniform and reads the same with colour-vision deficiencies and in grey.
"""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm

from ssbi_core.report.figures.panel import ColorScale, Panel, without_data
from ssbi_core.report.figures.section import Section
from ssbi_core.report.records import ImageResult

_DECADES = 4.0


def current_panel(result: ImageResult) -> Panel | None:
    """Return the panel of the current density, None where nothing flows or transport was not run."""
    transport = result.transport
    if transport is None or not transport.percolates:
        return None
    section = Section.of(result)
    density = section.block_mean(section.cut(np.asarray(transport.current_density)))
    floor, ceiling = _log_range(density)
    scale = ColorScale(
        without_data(mpl.colormaps["inferno"]), LogNorm(floor, ceiling), "Current density in A/cm² for 1 V applied"
    )

    def draw(axes: Axes) -> None:
        axes.imshow(np.maximum(density, floor), cmap=scale.cmap, norm=scale.norm, extent=section.extent)

    return Panel(
        "current_density",
        "Current density",
        f"Logarithmic; what lies beyond the scale has the colour of its end.{section.words}",
        f"Map of the current density in {result.name}, on a logarithmic scale",
        section,
        draw,
        scale=scale,
    )


def _log_range(density: np.ndarray) -> tuple[float, float]:
    """Return a range of at most `_DECADES` below the 99.9th percentile, so one hot pixel does not set it."""
    flowing = density[np.isfinite(density) & (density > 0)]
    if flowing.size == 0:
        return 0.1, 1.0
    high = float(np.percentile(flowing, 99.9))
    low = max(float(np.percentile(flowing, 1)), high * 10**-_DECADES)
    return min(low, high / 3), high
