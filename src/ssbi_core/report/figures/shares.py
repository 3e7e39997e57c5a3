"""The resistance breakdown: one bar of length 100 %, cut by phase and labelled directly."""

from __future__ import annotations

from matplotlib.figure import Figure

from ssbi_core.materials import Phase
from ssbi_core.report.figures.canvas import CHART_WIDTH_IN
from ssbi_core.report.figures.stacked_bar import HEIGHT_IN, Segment, draw_stacked_bar
from ssbi_core.report.formatting import chemical
from ssbi_core.report.records import ImageResult


def shares_figure(result: ImageResult) -> Figure | None:
    """Return the resistance breakdown as one stacked bar, None without one. Call inside `style`."""
    if result.transport is None or not result.transport.resistance_share:
        return None
    figure = Figure(figsize=(CHART_WIDTH_IN, HEIGHT_IN))
    axes = figure.add_axes((0.003, 0, 0.994, 1))
    shares = result.transport.resistance_share.items()
    draw_stacked_bar(figure, axes, [_segment(Phase.parse(key), share, result) for key, share in shares])
    return figure


def _segment(phase: Phase, share: float, result: ImageResult) -> Segment:
    return Segment(chemical(result.system.title_of(phase)), share, result.system.color_of(phase))
