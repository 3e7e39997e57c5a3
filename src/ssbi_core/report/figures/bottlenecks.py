"""Where the current is held up: the costliest pieces of interface, numbered, over the dimmed image.

Pieces of the cut that the current has to pass stand out from those before and behind it.
"""

from __future__ import annotations

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from scipy.ndimage import maximum_filter

from ssbi_core.report.figures.graph import dimmed_background
from ssbi_core.report.figures.numbered import Numbered, draw_numbers
from ssbi_core.report.figures.panel import SCREEN_PX, LegendEntry, Panel
from ssbi_core.report.figures.section import Section
from ssbi_core.report.formatting import percent
from ssbi_core.report.records import ImageResult
from ssbi_core.transport.bottleneck import Bottleneck, Bottlenecks

SHOWN = 10
"""So many pieces are numbered; the table lists the same."""

NOTEWORTHY = 1e-3
"""A piece that holds less of the resistance is not shown."""

CUT_COLOR, OTHER_COLOR = "#FFB000", "#7FD1FF"  # apart in hue and lightness, also with colour-vision deficiencies
_LINE_PX = 3.0  # thickness of a piece on the screen


def shown_pieces(found: Bottlenecks) -> list[Bottleneck]:
    """Return the pieces that are numbered and listed, the costliest first; always at least one."""
    kept = [piece for piece in found.segments[:SHOWN] if piece.power_share >= NOTEWORTHY]
    return kept or list(found.segments[:1])


def bottlenecks_panel(result: ImageResult) -> Panel | None:
    """Return the panel of the bottlenecks, None where transport found none."""
    found = None if result.transport is None else result.transport.bottlenecks
    if found is None:
        return None
    section = Section.of(result)
    pieces = shown_pieces(found)
    background, overlay = dimmed_background(result, section), _overlay(found, pieces, section)

    def draw(axes: Axes) -> None:
        axes.imshow(background, extent=section.extent)
        axes.imshow(overlay, extent=section.extent, interpolation="nearest")
        visible = set(np.unique(section.cut(found.image)))  # of a volume one slice is shown
        dots = [_numbered(found, piece, section) for piece in pieces if piece.rank in visible]
        draw_numbers(axes, dots, section.size_nm)

    return Panel(
        "bottlenecks",
        "Where the current is held up",
        f"Numbers rank the pieces of interface by their share of the resistance.{section.words}",
        f"The {len(pieces)} costliest pieces of interface of {result.name}, numbered, over the dimmed image",
        section,
        draw,
        _legend(found, pieces),
    )


def _overlay(found: Bottlenecks, pieces: list[Bottleneck], section: Section) -> np.ndarray:
    """Thickened pieces in their colours, (rows, columns, 4) uint8, at about the resolution of the screen."""
    ranks = section.cut(found.image)
    shown = np.where((ranks > 0) & (ranks <= len(pieces)), SHOWN + 1 - ranks, 0)  # the costliest on top
    thick = 1 + 2 * round(max(_LINE_PX * max(section.shape) / SCREEN_PX - 2, 0) / 2)  # faces are two pixels wide
    shown = np.asarray(maximum_filter(shown, thick), dtype=np.int64)[:: section.block, :: section.block]
    colors = np.zeros((SHOWN + 1, 4), dtype=np.uint8)
    for piece in pieces:  # a wide layer must not outshine a narrow contact that costs more
        weight = 0.3 + 0.7 * math.sqrt(piece.power_share / pieces[0].power_share)
        colors[SHOWN + 1 - piece.rank] = [int(255 * c) for c in (*to_rgb(_color(found, piece)), weight)]
    return np.where(_seams(shown)[..., None], np.uint8(0), colors[shown])


def _seams(shown: np.ndarray) -> np.ndarray:
    """Where two pieces touch: left open, so that each is seen to end."""
    seam = np.zeros(shown.shape, dtype=bool)
    for one, other, mark in (
        (shown[1:], shown[:-1], seam[1:]),
        (shown[:, 1:], shown[:, :-1], seam[:, 1:]),
    ):
        mark |= (one != other) & (one > 0) & (other > 0)
    return seam


def _numbered(found: Bottlenecks, piece: Bottleneck, section: Section) -> Numbered:
    row, column = (value + 0.5 * section.pixel_size_nm for value in piece.position_nm[-2:])
    return Numbered(str(piece.rank), (column, row), _color(found, piece))


def _color(found: Bottlenecks, piece: Bottleneck) -> str:
    return CUT_COLOR if piece.rank in found.cut.ranks else OTHER_COLOR


def _legend(found: Bottlenecks, pieces: list[Bottleneck]) -> tuple[LegendEntry, ...]:
    in_cut = [piece for piece in pieces if piece.rank in found.cut.ranks]
    entries = []
    if in_cut:
        share = found.cut.current_share
        crossing = "all current" if share > 0.995 else f"{percent(share)} of the current"
        entries.append(LegendEntry(CUT_COLOR, f"The cut that {crossing} crosses", marker="-"))
    if len(in_cut) < len(pieces):
        entries.append(LegendEntry(OTHER_COLOR, "Before or behind it", marker="-"))
    return tuple(entries)
