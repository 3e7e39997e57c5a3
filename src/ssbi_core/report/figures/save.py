"""Figures of one image as files for a publication: PNG at 300 dpi and SVG, one journal column wide."""

from __future__ import annotations

from pathlib import Path

from matplotlib.figure import Figure

from ssbi_core.errors import InputError, OutputError
from ssbi_core.report.figures.arrhenius import arrhenius_figure
from ssbi_core.report.figures.bottlenecks import bottlenecks_panel
from ssbi_core.report.figures.canvas import print_png, style, svg_text
from ssbi_core.report.figures.current import current_panel
from ssbi_core.report.figures.gains import gains_figure
from ssbi_core.report.figures.graph import graph_panel
from ssbi_core.report.figures.micrograph import micrograph_panel
from ssbi_core.report.figures.panel import Panel, panel_figure
from ssbi_core.report.figures.phases import phases_panel
from ssbi_core.report.figures.potential import potential_panel
from ssbi_core.report.figures.prediction import prediction_figure
from ssbi_core.report.figures.representative import representative_figure
from ssbi_core.report.figures.shares import shares_figure
from ssbi_core.report.figures.uncertainty import uncertainty_panel
from ssbi_core.report.records import ImageResult

PRINT_DPI = 300
_PANELS = (micrograph_panel, phases_panel, uncertainty_panel, graph_panel, current_panel, potential_panel)
_CHARTS = {
    "resistance_share": shares_figure,
    "knockout_gain": gains_figure,
    "representative_volume": representative_figure,
}


def panels(result: ImageResult) -> list[Panel]:
    """Return the pictures that the stages which were run allow, in the order of the analysis."""
    drawn = (panel(result) for panel in _PANELS)
    return [panel for panel in drawn if panel is not None]


def charts(result: ImageResult) -> dict[str, Figure]:
    """Return the bar charts that the result allows, by name. Call inside `style`."""
    drawn = {name: chart(result) for name, chart in _CHARTS.items()}
    return {name: figure for name, figure in drawn.items() if figure is not None}


def save_figures(result: ImageResult, folder: str | Path) -> list[Path]:
    """Write every figure of one image as NAME.png (300 dpi) and NAME.svg.

    Returns
    -------
    list of Path
        The files written, e.g. ``phases.png``, ``phases.svg``.

    Raises
    ------
    OutputError
        If the folder cannot be written.
    """
    folder = Path(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with style():
            return [path for name, figure in _figures(result).items() for path in _save(figure, folder / name)]
    except OSError as error:
        raise OutputError(
            f"figure folder {folder} ({error})", "a folder that can be written", "choose another"
        ) from error


def figure_png(result: ImageResult, name: str, *, dpi: int = 150) -> bytes:
    """Return one figure as PNG bytes, for a notebook.

    Parameters
    ----------
    name : ``micrograph``, ``phases``, ``uncertainty``, ``graph``, ``current_density``, ``potential``,
        ``bottlenecks``, ``resistance_share``, ``knockout_gain``, ``representative_volume``, ``temperature_sweep`` or
        ``prediction``.

    Raises
    ------
    InputError
        If there is no such figure, or the result lacks the stage it shows.
    """
    with style():
        figures = _figures(result)
        if name not in figures:
            raise InputError(f"figure {name!r}", f"one of {', '.join(figures)}", "choose one, or run the missing stage")
        return print_png(figures[name], dpi)


def _figures(result: ImageResult) -> dict[str, Figure]:
    # The last three have sections of their own in the report.
    held_up = bottlenecks_panel(result)
    drawn = [*panels(result), *([] if held_up is None else [held_up])]
    apart = {"temperature_sweep": arrhenius_figure(result), "prediction": prediction_figure(result)}
    found = {name: figure for name, figure in apart.items() if figure is not None}
    return {panel.name: panel_figure(panel) for panel in drawn} | charts(result) | found


def _save(figure: Figure, stem: Path) -> tuple[Path, Path]:
    png, svg = stem.with_suffix(".png"), stem.with_suffix(".svg")
    png.write_bytes(print_png(figure, PRINT_DPI))
    svg.write_text(svg_text(figure), encoding="utf-8")
    return png, svg
