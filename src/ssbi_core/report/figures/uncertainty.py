"""Where the segmentation was unsure: the entropy of its phase probabilities, 0 sure to 1 a guess."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize

from ssbi_core.report.figures.panel import ColorScale, Panel
from ssbi_core.report.figures.section import Section
from ssbi_core.report.formatting import number
from ssbi_core.report.records import ImageResult


def uncertainty_panel(result: ImageResult) -> Panel | None:
    """Return the panel of the segmentation's uncertainty, None where labels were given."""
    if result.phases.uncertainty is None:
        return None
    section = Section.of(result)
    picture = section.block_mean(section.cut(np.asarray(result.phases.uncertainty)))
    scale = ColorScale(mpl.colormaps["cividis"], Normalize(0, 1), "Entropy over its maximum, dimensionless")

    def draw(axes: Axes) -> None:
        axes.imshow(picture, cmap=scale.cmap, norm=scale.norm, extent=section.extent)

    return Panel(
        "uncertainty",
        "Uncertainty of the phases",
        f"Entropy of the phase probabilities; mean {number(float(picture.mean()))}.{section.words}",
        f"Map of the segmentation uncertainty of {result.name}",
        section,
        draw,
        scale=scale,
    )
