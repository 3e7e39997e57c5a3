"""The phases in the colours of the material system, with their area (volume) fractions as legend."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from ssbi_core.materials import PHASES
from ssbi_core.report.figures.panel import LegendEntry, Panel
from ssbi_core.report.figures.section import UNLABELLED_COLOR, Section, phase_picture
from ssbi_core.report.formatting import chemical, percent
from ssbi_core.report.records import ImageResult


def phases_panel(result: ImageResult) -> Panel:
    """Return the panel of the phases."""
    section = Section.of(result)
    picture = phase_picture(result, section)
    legend = phase_legend(result)

    def draw(axes: Axes) -> None:
        axes.imshow(picture, extent=section.extent)

    measure = "Volume" if result.phases.labels.ndim == 3 else "Area"
    listed = ", ".join(f"{entry.label} {entry.amount}" for entry in legend)
    return Panel(
        "phases",
        "Phases",
        f"{measure} fractions of the labelled pixels.{section.words}",
        f"Map of the phases of {result.name}: {listed}",
        section,
        draw,
        legend,
    )


def phase_legend(result: ImageResult) -> tuple[LegendEntry, ...]:
    """Return a key for every phase present, in the order of the codes."""
    fractions, system = result.phases.phase_fractions(), result.system
    entries = [
        LegendEntry(system.color_of(phase), chemical(system.title_of(phase)), percent(fractions[phase.key]))
        for phase in PHASES
        if fractions[phase.key] > 0
    ]
    if not np.all(result.phases.labels):
        entries.append(LegendEntry(UNLABELLED_COLOR, "Unlabelled"))
    return tuple(entries)
