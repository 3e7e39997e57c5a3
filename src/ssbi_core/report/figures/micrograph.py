"""The micrograph as recorded, stretched between its 0.5 and 99.5 percentiles."""

from __future__ import annotations

from matplotlib.axes import Axes

from ssbi_core.report.figures.panel import Panel
from ssbi_core.report.figures.section import Section, micrograph_picture
from ssbi_core.report.records import ImageResult


def micrograph_panel(result: ImageResult) -> Panel | None:
    """Return the panel of the micrograph, None where there is none."""
    section = Section.of(result)
    picture = micrograph_picture(result, section)
    if picture is None:
        return None

    def draw(axes: Axes) -> None:
        axes.imshow(picture, cmap="gray", vmin=0, vmax=1, extent=section.extent)

    return Panel(
        "micrograph",
        "Micrograph",
        "HAADF intensity, stretched between its 0.5 and 99.5 percentiles.",
        f"Grey-scale HAADF micrograph of {result.name}",
        section,
        draw,
    )
