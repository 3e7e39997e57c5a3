"""The report of a closed loop: one HTML file that needs nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from matplotlib.figure import Figure

from ssbi_core.io import PhaseMap
from ssbi_core.io.atomic import atomic_path
from ssbi_core.materials import load_system
from ssbi_core.optimize.closed_loop.recommendation import recommendation
from ssbi_core.optimize.closed_loop.result import OptimizationResult
from ssbi_core.report.figures.canvas import print_png, style
from ssbi_core.report.figures.optimization import levers_figure, pareto_figure, search_figure, verified_figure
from ssbi_core.report.figures.phases import phases_panel
from ssbi_core.report.formatting import gain_in_words, number, percent
from ssbi_core.report.html import environment
from ssbi_core.report.records import ImageResult
from ssbi_core.report.rendering import Picture, rendered_picture

_DPI = 160
_CHARTS: tuple[tuple[str, Callable[[OptimizationResult], Figure]], ...] = (
    ("Verified", verified_figure),
    ("The levers, the most important first", levers_figure),
    ("The search", search_figure),
    ("What it costs: processes of which no other is better in everything", pareto_figure),
)


class Row(NamedTuple):
    """A statistic of the microstructure, before and after."""

    label: str
    before: str
    after: str
    unit: str


_STATISTICS = {
    "grain_size_nm": ("Grain size", "nm"),
    "nmc_grain_size_nm": ("NMC grain size", "nm"),
    "porosity": ("Porosity", ""),
    "layer_thickness_nm": ("Reaction layer, thickness", "nm"),
    "layer_coverage": ("Reaction layer, coverage", ""),
    "contact_loss": ("Open interface", ""),
    "coating_thickness_nm": ("Coating", "nm"),
}


def write_optimization_report(path: str | Path, result: OptimizationResult, *, command: str = "") -> Path:
    """Write what a closed loop found as one self-contained HTML file.

    Parameters
    ----------
    path : the file to write, replaced only when the new one is complete.
    result : of `optimize`.
    command : the command line that made it, for the provenance.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    with style():
        charts = [(title, print_png(draw(result), _DPI)) for title, draw in _CHARTS]
        pictures = _pictures(result)
    text = (
        environment()
        .get_template("optimization.html")
        .render(
            title=f"A better process for {result.name}",
            result=result,
            sentences=recommendation(result),
            charts=charts,
            pictures=pictures,
            rows=_rows(result),
            pareto=result.pareto,
            command=command,
            settings=result.config.model_dump_json(indent=1),
        )
    )
    with atomic_path(Path(path)) as temporary:
        temporary.write_text(text, encoding="utf-8")
    return Path(path)


def _pictures(result: OptimizationResult) -> list[Picture]:
    conductivity = [number(value) for value in (result.verification.baseline, result.verification.optimized)]
    shown = [
        ("Start", f"A simulated field of view; typical ones have {conductivity[0]} S/cm.", result.before),
        ("Optimum", f"The same field of view after the other process; typical: {conductivity[1]} S/cm.", result.after),
    ]
    if result.edited is not None and result.image_S_per_cm and result.edited_S_per_cm:
        gain = gain_in_words(result.edited_S_per_cm / result.image_S_per_cm - 1)
        words = f"Your image, its features resized as the optimum would: {number(result.edited_S_per_cm)} S/cm, {gain}."
        shown.append(("Your image, edited", words, result.edited))
    return [_picture(result, *each) for each in shown]


def _picture(result: OptimizationResult, title: str, caption: str, phases: PhaseMap) -> Picture:
    system = load_system(result.system, reaction_layer=result.reaction_layer)
    panel = phases_panel(ImageResult(replace(phases, name=title), system))
    return replace(rendered_picture(panel), title=title, caption=caption)


def _rows(result: OptimizationResult) -> list[Row]:
    before, after = (each.model_dump() for each in (result.microstructure_before, result.microstructure_after))
    rows = []
    for name, (label, unit) in _STATISTICS.items():
        written = number if unit else percent
        rows.append(Row(label, written(before[name]), written(after[name]), unit))
    return rows
