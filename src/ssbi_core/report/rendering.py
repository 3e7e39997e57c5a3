"""One image of the report, rendered right after its analysis so that its arrays can go.

A `RenderedImage` holds a few hundred kilobytes of compressed pictures and the words and numbers
beside them; a study of any size keeps these, not the results.
"""

# ruff: noqa: RUF001 (dashes, minus and Greek letters are meant as they stand)
from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from ssbi_core.materials import PHASES
from ssbi_core.report.arrhenius import TemperatureFact, arrhenius_in_words, temperature_facts
from ssbi_core.report.figures import charts, panels
from ssbi_core.report.figures.arrhenius import arrhenius_figure
from ssbi_core.report.figures.bottlenecks import bottlenecks_panel
from ssbi_core.report.figures.canvas import inline_svg, style
from ssbi_core.report.figures.panel import ColorScale, LegendEntry, Panel, panel_png
from ssbi_core.report.figures.prediction import prediction_figure
from ssbi_core.report.formatting import chemical, interval, length, number
from ssbi_core.report.held_up import PieceFact, held_up_in_words, piece_facts
from ssbi_core.report.predicted import predicted_interval, prediction_in_words
from ssbi_core.report.records import ImageResult, result_json, result_notes
from ssbi_core.report.table import result_row
from ssbi_core.report.wording import image_summary, phase_in_words, temperature_in_words

_AXIS_WORDS = {0: "rows (top to bottom)", 1: "columns (left to right)", 2: "slices (first to last)"}
_CHART_TITLES = {
    "resistance_share": "What the resistance consists of",
    "knockout_gain": "What each phase costs: σ_eff without it",
    "representative_volume": "Is the field of view large enough? Spread of σ_eff between windows of it",
}


class Fact(NamedTuple):
    """A number with its name and unit, as the table of an image lists it."""

    label: str
    value: str
    unit: str = ""


class PhaseFact(NamedTuple):
    """A phase that is present: its fraction, its share of the resistance and what it costs."""

    title: str
    color: str
    fraction: float
    share: float | None
    gain: float | None


@dataclass(frozen=True, eq=False)
class Picture:
    """A rendered panel: the image, and what of `Panel` is text."""

    png: bytes
    title: str
    caption: str
    alt: str
    legend: tuple[LegendEntry, ...]
    scale: ColorScale | None


class Chart(NamedTuple):
    """A rendered bar chart, and what has to be said below it."""

    title: str
    svg: str
    note: str = ""


@dataclass(frozen=True, eq=False)
class HeldUp:
    """Where the current is held up: sentences, the rows of the table, and the picture they number."""

    words: tuple[str, ...]
    pieces: tuple[PieceFact, ...]
    picture: Picture | None


@dataclass(frozen=True, eq=False)
class Arrhenius:
    """Conductivity against temperature: sentences, the rows of the table, and the plot as SVG."""

    words: tuple[str, ...]
    temperatures: tuple[TemperatureFact, ...]
    svg: str | None


@dataclass(frozen=True, eq=False)
class Predicted:
    """What the graph alone says: sentences, mean and 90 % interval for tables, and the plot as SVG."""

    words: tuple[str, ...]
    interval: str
    svg: str | None


@dataclass(frozen=True, eq=False)
class RenderedImage:
    """What the report shows of one image.

    Attributes
    ----------
    row : the image's row of the study table, as of `result_row`.
    summary : sentences computed from the numbers.
    pictures, charts : empty where only the numbers were asked for.
    facts, phases, notes : the tables of the image.
    provenance : JSON text of what the numbers were computed with.
    held_up : where the current is held up; None where there are no interfaces.
    arrhenius : conductivity against temperature; None without a sweep, or where nothing conducts.
    predicted : conductivity from the graph alone; None where it was not predicted.
    """

    row: Mapping[str, Any]
    summary: tuple[str, ...]
    pictures: tuple[Picture, ...]
    charts: tuple[Chart, ...]
    facts: tuple[Fact, ...]
    phases: tuple[PhaseFact, ...]
    notes: tuple[str, ...]
    provenance: str
    held_up: HeldUp | None = None
    arrhenius: Arrhenius | None = None
    predicted: Predicted | None = None


def render_image(result: ImageResult, *, figures: bool = True) -> RenderedImage:
    """Render what the report shows of one image.

    Parameters
    ----------
    result : the result of one image; none of its arrays is kept.
    figures : False renders the numbers only, for the tail of a very large study.
    """
    return RenderedImage(
        row=result_row(result),
        summary=tuple(image_summary(result)),
        pictures=_pictures(result) if figures else (),
        charts=_charts(result) if figures else (),
        facts=tuple(_facts(result)),
        phases=tuple(_phase_facts(result)),
        notes=tuple(result_notes(result)),
        provenance=json.dumps(result_json(result)["provenance"], indent=2, ensure_ascii=False),
        held_up=_held_up(result, figures=figures),
        arrhenius=_arrhenius(result, figures=figures),
        predicted=_predicted(result, figures=figures),
    )


def _pictures(result: ImageResult) -> tuple[Picture, ...]:
    with style():
        return tuple(rendered_picture(panel) for panel in panels(result))


def _held_up(result: ImageResult, *, figures: bool) -> HeldUp | None:
    pieces = piece_facts(result)
    if not pieces:
        return None
    with style():
        panel = bottlenecks_panel(result) if figures else None
        picture = None if panel is None else rendered_picture(panel)
    return HeldUp(tuple(held_up_in_words(result)), tuple(pieces), picture)


def _arrhenius(result: ImageResult, *, figures: bool) -> Arrhenius | None:
    rows, sweep = temperature_facts(result), result.temperature_sweep
    if not rows or sweep is None:
        return None
    with style():
        figure = arrhenius_figure(result) if figures else None
        svg = None if figure is None else inline_svg(figure, "Arrhenius plot")
    return Arrhenius(tuple(arrhenius_in_words(sweep)), tuple(rows), svg)


def _predicted(result: ImageResult, *, figures: bool) -> Predicted | None:
    if result.prediction is None:
        return None
    with style():
        figure = prediction_figure(result) if figures else None
        svg = None if figure is None else inline_svg(figure, "Posterior of the conductivity")
    words = tuple(prediction_in_words(result.prediction))
    return Predicted(words, predicted_interval(result.prediction), svg)


def rendered_picture(panel: Panel) -> Picture:
    """Render a panel. Call inside `style`."""
    return Picture(panel_png(panel), panel.title, panel.caption, panel.alt, panel.legend, panel.scale)


def _charts(result: ImageResult) -> tuple[Chart, ...]:
    with style():
        return tuple(
            Chart(_CHART_TITLES[name], inline_svg(figure, _CHART_TITLES[name]), _note_on(name, result))
            for name, figure in charts(result).items()
        )


def _note_on(name: str, result: ImageResult) -> str:
    transport = result.transport
    if name != "knockout_gain" or transport is None:
        return ""
    opens = [key for key, gain in transport.knockout_gain_with_contact.items() if gain != transport.knockout_gain[key]]
    if not opens:
        return ""
    gone = " or ".join(phase_in_words(key) for key in opens)
    return f"Where electrolyte and cathode meet without {gone}, their new contact resists like any other."


def _facts(result: ImageResult) -> list[Fact]:
    facts = [] if result.transport is None else _transport_facts(result)
    facts += [] if result.prediction is None else _prediction_facts(result)
    *slices, rows, columns = result.phases.labels.shape
    pixel = float(result.phases.pixel_size_nm)
    shape = (*slices, rows, columns)
    facts.append(Fact("Field of view", " × ".join(length(size * pixel) for size in shape)))
    facts.append(Fact("Size", " × ".join(map(str, shape)), "voxels" if slices else "pixels"))
    facts.append(Fact("Pixel size", number(pixel), "nm"))
    if result.axis is not None:
        facts.append(Fact("Transport axis", _AXIS_WORDS[result.axis]))
    if result.phases.uncertainty is not None:
        facts.append(Fact("Mean uncertainty of the phases", number(float(result.phases.uncertainty.mean())), "of 1"))
    return facts


def _transport_facts(result: ImageResult) -> list[Fact]:
    transport = result.transport
    assert transport is not None
    resistance = transport.area_specific_resistance if transport.percolates else None
    return [
        Fact("Effective conductivity σ_eff (lower–upper)", interval(*transport.effective_conductivity), "S/cm"),
        Fact("Area-specific resistance", number(resistance), "Ω cm²"),
        Fact("Temperature", temperature_in_words(transport.temperature)),
        Fact("Mismatch of inlet and outlet current", number(transport.flux_imbalance), "relative"),
        Fact("Solver", transport.method),
    ]


def _prediction_facts(result: ImageResult) -> list[Fact]:
    prediction = result.prediction
    assert prediction is not None
    facts = [Fact("Predicted σ_eff (90\u202f% interval)", predicted_interval(prediction), "S/cm")]
    if result.transport is None:
        facts.append(Fact("Temperature", temperature_in_words(prediction.temperature)))
    return facts


def _phase_facts(result: ImageResult) -> list[PhaseFact]:
    fractions = result.phases.phase_fractions()
    shares = result.transport.resistance_share if result.transport else {}
    gains = result.transport.knockout_gain_with_contact if result.transport else {}
    return [
        PhaseFact(
            chemical(result.system.title_of(phase)),
            result.system.color_of(phase),
            fractions[phase.key],
            shares.get(phase.key),
            gains.get(phase.key),
        )
        for phase in PHASES
        if fractions[phase.key] > 0 or shares.get(phase.key)
    ]
