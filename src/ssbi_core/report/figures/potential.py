"""Where the voltage is lost: the potential from 1 V to 0 V, with an isoline at every tenth."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize

from ssbi_core.report.figures.panel import ColorScale, Panel, without_data
from ssbi_core.report.figures.section import Section
from ssbi_core.report.records import ImageResult

_ISOLINES = np.arange(1, 10) / 10  # V, of the 1 V applied


def potential_panel(result: ImageResult) -> Panel | None:
    """Return the panel of the potential, None where nothing flows or transport was not run."""
    transport = result.transport
    if transport is None or not transport.percolates:
        return None
    section = Section.of(result)
    potential = section.block_mean(section.cut(np.asarray(transport.potential)))
    scale = ColorScale(without_data(mpl.colormaps["viridis"]), Normalize(0, 1), "Potential in V")

    def draw(axes: Axes) -> None:
        axes.imshow(potential, cmap=scale.cmap, norm=scale.norm, extent=section.extent)
        _draw_isolines(axes, potential, section)

    return Panel(
        "potential",
        "Potential",
        f"Lines every 0.1 V: where they crowd, the voltage is lost.{_cut_off(potential)}{section.words}",
        f"Map of the electric potential in {result.name}, from 1 V to 0 V along the transport axis",
        section,
        draw,
        scale=scale,
    )


def _cut_off(potential: np.ndarray) -> str:
    return "" if np.isfinite(potential).all() else " Grey: no conducting path leads there."


def _draw_isolines(axes: Axes, potential: np.ndarray, section: Section) -> None:
    known = potential[np.isfinite(potential)]
    crossed = (known.min(initial=1) < _ISOLINES) & (known.max(initial=0) > _ISOLINES)
    if min(potential.shape) < 2 or not crossed.any():
        return
    height, width = section.size_nm
    rows, columns = potential.shape
    x = (np.arange(columns) + 0.5) * width / columns
    y = (np.arange(rows) + 0.5) * height / rows
    axes.contour(
        x,
        y,
        np.ma.masked_invalid(potential),
        levels=_ISOLINES[crossed].tolist(),
        colors="white",
        linewidths=0.8,
        alpha=0.8,
    )
