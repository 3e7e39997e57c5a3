"""Where an image is anomalous: numbered boxes over the dimmed micrograph.

Which image is anomalous is known only when all of a study have been analysed, and their arrays are gone by then; what
the boxes are drawn on is therefore kept aside, as a compressed picture.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from PIL import Image

from ssbi_core.anomaly.marks import Mark
from ssbi_core.report.figures.graph import dimmed_background
from ssbi_core.report.figures.numbered import Numbered, draw_numbers
from ssbi_core.report.figures.panel import LegendEntry, Panel
from ssbi_core.report.figures.section import Section
from ssbi_core.report.records import ImageResult

PLACE_COLOR, PHASE_COLOR = "#FFB000", "#7FD1FF"  # apart in hue and lightness, also with colour-vision deficiencies
_LEAST = 0.02  # of the picture's longer side: a smaller box would not be seen


@dataclass(frozen=True, eq=False)
class Backdrop:
    """What of an image is kept to draw its anomalies on.

    Attributes
    ----------
    name, section : of the image.
    png : the dimmed micrograph, or else the phases.
    """

    name: str
    section: Section
    png: bytes

    @classmethod
    def of(cls, result: ImageResult) -> Backdrop:
        """Of a 2D result whose arrays are about to go."""
        section, stream = Section.of(result), io.BytesIO()
        levels = np.round(255 * dimmed_background(result, section)).astype(np.uint8)
        Image.fromarray(levels).save(stream, "PNG")
        return cls(result.name, section, stream.getvalue())

    def picture(self) -> np.ndarray:
        """(rows, columns, 3) uint8."""
        return np.asarray(Image.open(io.BytesIO(self.png)))


def anomaly_panel(backdrop: Backdrop, marks: Sequence[Mark]) -> Panel:
    """The panel of an image's numbered places."""
    section = backdrop.section

    def draw(axes: Axes) -> None:
        axes.imshow(backdrop.picture(), extent=section.extent)
        for mark in reversed(marks):  # the worst on top
            _draw_box(axes, mark, section)
        draw_numbers(axes, [_numbered(mark, section) for mark in marks], section.size_nm)

    return Panel(
        "anomalies",
        "Where it is anomalous",
        "Numbers rank the places by how few normal images have such a place.",
        f"{len(marks)} numbered places of {backdrop.name}, boxed, over the dimmed image",
        section,
        draw,
        _legend(marks),
    )


def _draw_box(axes: Axes, mark: Mark, section: Section) -> None:
    left, top, width, height = _box_nm(mark, section)
    for color, line in (("black", 3.2), (_color(mark), 1.6)):  # seen on bright and on dark
        axes.add_patch(Rectangle((left, top), width, height, fill=False, edgecolor=color, linewidth=line, zorder=4))


def _box_nm(mark: Mark, section: Section) -> tuple[float, float, float, float]:
    """Left, top, width, height of a box in nm, grown to be seen."""
    first_row, first_column, row, column = (edge * section.pixel_size_nm for edge in mark.bbox_px)
    least = _LEAST * max(section.size_nm)
    width, height = max(column - first_column, least), max(row - first_row, least)
    return (first_column + column - width) / 2, (first_row + row - height) / 2, width, height


def _numbered(mark: Mark, section: Section) -> Numbered:
    left, top, _, _ = _box_nm(mark, section)
    return Numbered(str(mark.number), (left, top), _color(mark))


def _color(mark: Mark) -> str:
    return PLACE_COLOR if mark.unmodelled is None else PHASE_COLOR


def _legend(marks: Sequence[Mark]) -> tuple[LegendEntry, ...]:
    kinds = {PLACE_COLOR: "Place unlike those of normal images", PHASE_COLOR: "Counts that fit no phase around"}
    used = {_color(mark) for mark in marks}
    return tuple(LegendEntry(color, label, marker="-") for color, label in kinds.items() if color in used)
