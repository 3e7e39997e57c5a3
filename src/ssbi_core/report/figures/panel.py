"""A panel is one picture of the field of view with the words and keys that belong to it.

The drawing fills its axes and carries nothing that needs a page around it. The report sets
legend and colour bar beside it as text of the page; a publication figure gets them drawn in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, LogNorm, Normalize, to_hex
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from ssbi_core.report.figures.canvas import palette_png, text_width
from ssbi_core.report.figures.overlays import draw_scale_bar, draw_transport_axis
from ssbi_core.report.figures.section import Section
from ssbi_core.report.formatting import power_of_ten

SCREEN_DPI = 100
SCREEN_PX = 720
"""Longer edge of a panel in the report: sharp in a two-column page, and small."""

PRINT_WIDTH_IN = 85 / 25.4  # one column of a journal
_LEGEND_SIZE = 6.5


@dataclass(frozen=True)
class LegendEntry:
    """A key: colour, what it stands for, and (where there is one) how much of it there is."""

    color: str
    label: str
    amount: str = ""
    marker: Literal["s", "o", "-", ":"] = "s"  # matplotlib's: "s" area, "o" node, "-" line, ":" dotted line


@dataclass(frozen=True, eq=False)
class ColorScale:
    """A colour bar: the map, its range, and what it measures with the unit."""

    cmap: Colormap
    norm: Normalize
    label: str

    def stops(self, count: int = 17) -> list[str]:
        """Return evenly spaced colours of the bar as #rrggbb."""
        return [to_hex(self.cmap(position)) for position in np.linspace(0, 1, count)]

    def ticks(self) -> list[tuple[float, str]]:
        """Return tick positions in [0, 1] along the bar with their labels, three to seven of them."""
        logarithmic = isinstance(self.norm, LogNorm)
        values = _log_ticks(self.norm) if logarithmic else np.linspace(*_range(self.norm), 5)
        decades = logarithmic and np.allclose(np.log10(values), np.round(np.log10(values)))
        label = _decade_label if decades else "{:.3g}".format
        return [(float(self.norm(value)), label(float(value))) for value in values]


@dataclass(frozen=True, eq=False)
class Panel:
    """One picture: how to draw it, and what to say about it."""

    name: str
    title: str
    caption: str
    alt: str
    section: Section
    draw: Callable[[Axes], None]
    legend: tuple[LegendEntry, ...] = ()
    scale: ColorScale | None = None


def without_data(cmap: Colormap) -> Colormap:
    """Return the map with grey for pixels that have no value (NaN)."""
    return cmap.with_extremes(bad="#6B7178")


def panel_png(panel: Panel) -> bytes:
    """Return the picture alone as a small PNG, `SCREEN_PX` on its longer edge. Call inside `style`."""
    rows_nm, columns_nm = panel.section.size_nm
    long_edge = SCREEN_PX / SCREEN_DPI / max(rows_nm, columns_nm)
    size = [max(edge * long_edge, 0.4) for edge in (columns_nm, rows_nm)]
    figure = Figure(figsize=(size[0], size[1]), dpi=SCREEN_DPI)
    _draw(panel, figure.add_axes((0, 0, 1, 1)))
    return palette_png(figure, keep=[entry.color for entry in panel.legend])


def panel_figure(panel: Panel) -> Figure:
    """Return the picture with legend and colour bar, one journal column wide. Call inside `style`."""
    rows_nm, columns_nm = panel.section.size_nm
    picture = min(max(PRINT_WIDTH_IN * rows_nm / columns_nm, 0.3), 2.5 * PRINT_WIDTH_IN)
    figure = Figure(figsize=(PRINT_WIDTH_IN, picture), dpi=SCREEN_DPI)
    columns = _legend_columns(panel.legend, figure)
    legend = 0.125 * -(-len(panel.legend) // columns) + 0.1 if panel.legend else 0.0
    height = picture + legend + (0.45 if panel.scale else 0.0)
    figure.set_size_inches(PRINT_WIDTH_IN, height)
    _draw(panel, figure.add_axes((0, 1 - picture / height, 1, picture / height)))
    if panel.scale:
        _draw_scale(panel.scale, figure, (0.06, (legend + 0.33) / height, 0.88, 0.08 / height))
    if panel.legend:
        _draw_legend(panel.legend, figure, columns)
    return figure


def _draw(panel: Panel, axes: Axes) -> None:
    axes.set_axis_off()
    panel.draw(axes)
    rows_nm, columns_nm = panel.section.size_nm
    axes.set(xlim=(0, columns_nm), ylim=(rows_nm, 0), aspect="equal")
    draw_scale_bar(axes, columns_nm)
    draw_transport_axis(axes, panel.section.transport_axis)


def _draw_scale(scale: ColorScale, figure: Figure, box: tuple[float, float, float, float]) -> None:
    mappable = ScalarMappable(norm=scale.norm, cmap=scale.cmap)
    bar = figure.colorbar(mappable, cax=figure.add_axes(box), orientation="horizontal")
    positions = [scale.norm.inverse(position) for position, _ in scale.ticks()]
    bar.set_ticks(positions, labels=[label for _, label in scale.ticks()])
    bar.ax.minorticks_off()
    bar.ax.tick_params(labelsize=6, length=2, pad=1.5)
    bar.set_label(scale.label, fontsize=6.5, labelpad=2)
    bar.outline.set_linewidth(0.4)  # type: ignore[operator]


def _draw_legend(entries: tuple[LegendEntry, ...], figure: Figure, columns: int) -> None:
    spacing = {"borderpad": 0.1, "labelspacing": 0.35, "columnspacing": 1.2, "handlelength": 1.2, "handletextpad": 0.6}
    handles = [_handle(entry) for entry in entries]
    figure.legend(handles=handles, loc="lower center", ncols=columns, fontsize=_LEGEND_SIZE, frameon=False, **spacing)


def _legend_columns(entries: tuple[LegendEntry, ...], figure: Figure) -> int:
    """Two columns where they fit, else one."""
    widths = [text_width(figure, _words(entry), _LEGEND_SIZE) for entry in entries]
    half = -(-len(widths) // 2)
    return 2 if max(widths[:half], default=0.0) + max(widths[half:], default=0.0) < 0.84 else 1


def _words(entry: LegendEntry) -> str:
    return f"{entry.label}  {entry.amount}".rstrip()


def _handle(entry: LegendEntry) -> Line2D:
    label = _words(entry)
    if entry.marker in ("-", ":"):
        return Line2D([], [], color=entry.color, linestyle=entry.marker, linewidth=1.2, label=label)
    return Line2D([], [], color=entry.color, marker=entry.marker, linestyle="", markeredgecolor="#555", label=label)


def _range(norm: Normalize) -> tuple[float, float]:
    assert norm.vmin is not None
    assert norm.vmax is not None
    return float(norm.vmin), float(norm.vmax)


def _log_ticks(norm: Normalize) -> np.ndarray:
    """Decades where there are three in the range, else 1-3 or 1-2-5 steps, else the ends and the middle."""
    low, high = _range(norm)
    decades = 10.0 ** np.arange(np.floor(np.log10(low)), np.ceil(np.log10(high)) + 1)
    for steps in ([1], [1, 3], [1, 2, 5]):
        ticks = np.outer(decades, steps).ravel()
        ticks = ticks[(ticks >= low * (1 - 1e-9)) & (ticks <= high * (1 + 1e-9))]
        if len(ticks) >= 3:
            return ticks[:: -(-len(ticks) // 7)]
    return np.geomspace(low, high, 3)


def _decade_label(value: float) -> str:
    exponent = round(float(np.log10(value)))
    return {0: "1", 1: "10"}.get(exponent, power_of_ten(exponent))
