"""The report's section on anomalies: images ranked, and of each that is flagged the places, why, and missing phases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from ssbi_core.anomaly.chemistry.unmodelled import UnmodelledPhase
from ssbi_core.anomaly.marks import Mark, marks
from ssbi_core.anomaly.report import AnomalyReport, ImageAnomaly
from ssbi_core.anomaly.wording import telling
from ssbi_core.report.figures.anomaly import PHASE_COLOR, PLACE_COLOR, Backdrop, anomaly_panel
from ssbi_core.report.figures.canvas import style
from ssbi_core.report.formatting import chemical, number, percent
from ssbi_core.report.rendering import Picture, rendered_picture

_SHOWN_ANYWAY = 3  # images, where none is flagged
_CANDIDATES = 3  # chemistries named of a patch
_LEAST_PROBABILITY = 0.01


class RankedImage(NamedTuple):
    """A row of the table of images.

    Attributes
    ----------
    name : of the image.
    p_value, seed_score, hyperscore : numbers as printed.
    p_sorted, seed_sorted, hyper_sorted : the numbers themselves, None where there is none.
    flagged : whether it is.
    why : what sets it apart, in words.
    """

    name: str
    p_value: str
    p_sorted: float
    flagged: bool
    seed_score: str
    seed_sorted: float | None
    hyperscore: str
    hyper_sorted: float
    why: str


class PlaceFact(NamedTuple):
    """A numbered place: colour of its number, reason."""

    number: int
    color: str
    reason: str


class MissingPhaseFact(NamedTuple):
    """A patch that fits no phase: its number, what it is labelled, its composition, and what it may be."""

    number: int
    labelled: str
    composition: str
    candidates: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class AnomalousImage:
    """What is said of one image: sentences, places, missing phases, and the picture they are numbered on."""

    words: tuple[str, ...]
    places: tuple[PlaceFact, ...]
    missing: tuple[MissingPhaseFact, ...]
    picture: Picture | None


@dataclass(frozen=True, eq=False)
class AnomalySection:
    """Anomalies of a study as its report shows them.

    Attributes
    ----------
    words, notes : sentences on the whole.
    ranking : the most anomalous image first.
    images : name -> what is said of it; the flagged ones, or where none is, the most anomalous.
    """

    words: tuple[str, ...]
    notes: tuple[str, ...]
    ranking: tuple[RankedImage, ...]
    images: Mapping[str, AnomalousImage]


def anomaly_section(report: AnomalyReport, backdrops: Mapping[str, Backdrop]) -> AnomalySection:
    """Render the section.

    Parameters
    ----------
    report : of the study.
    backdrops : name of an image -> what its boxes are drawn on; images without one have no picture.
    """
    shown = report.flagged or report.images[:_SHOWN_ANYWAY]
    return AnomalySection(
        tuple(_study_in_words(report)),
        report.notes,
        tuple(_ranked(image) for image in report.images),
        {image.name: _anomalous(image, backdrops.get(image.name), report) for image in shown},
    )


def _study_in_words(report: AnomalyReport) -> list[str]:
    flagged, total = len(report.flagged), len(report.images)
    sentences = [
        f"{flagged or 'None'} of {total} image{'s' * (total > 1)} {'is' if flagged < 2 else 'are'} "
        f"flagged at a false-alarm rate of {percent(report.config.false_alarm_rate)}, compared with "
        f"{report.population.source}."
    ]
    if report.set_aside:
        sentences.append(f"Unlike the others by far, and not counted among them: {', '.join(report.set_aside)}.")
    return sentences


def _ranked(image: ImageAnomaly) -> RankedImage:
    why = telling(image.channels)
    return RankedImage(
        image.name,
        number(image.p_value),
        image.p_value,
        image.flagged,
        number(image.seed_score),
        image.seed_score,
        f"{image.hyperscore:.1f}",
        image.hyperscore,
        _capital("; ".join(why)) if why else "",
    )


def _anomalous(image: ImageAnomaly, backdrop: Backdrop | None, report: AnomalyReport) -> AnomalousImage:
    marked = marks(image)
    with style():
        picture = rendered_picture(anomaly_panel(backdrop, marked)) if backdrop is not None and marked else None
    return AnomalousImage(
        tuple(_image_in_words(image, report)),
        tuple(_place(mark) for mark in marked),
        tuple(_missing(mark, mark.unmodelled) for mark in marked if mark.unmodelled is not None),
        picture,
    )


def _image_in_words(image: ImageAnomaly, report: AnomalyReport) -> list[str]:
    sentences = [f"{percent(image.p_value)} of normal images score so high (p = {number(image.p_value)})."]
    if not image.flagged:
        sentences.append(f"It is not flagged at a false-alarm rate of {percent(report.config.false_alarm_rate)}.")
    sentences += [f"{_capital(what)}." for what in telling(image.channels)]
    return [*sentences, *(f"{_capital(note)}." for note in image.notes)]


def _place(mark: Mark) -> PlaceFact:
    color = PLACE_COLOR if mark.unmodelled is None else PHASE_COLOR
    return PlaceFact(mark.number, color, chemical(_capital(mark.reason)) + ".")


def _missing(mark: Mark, patch: UnmodelledPhase) -> MissingPhaseFact:
    composition = ", ".join(f"{element} {patch.atomic_percent[element]:.0f}" for element in patch.elements)
    likely = [each for each in patch.candidates if each.fits and each.probability >= _LEAST_PROBABILITY]
    named = tuple(f"{chemical(each.name)} {percent(each.probability)}" for each in likely[:_CANDIDATES])
    return MissingPhaseFact(mark.number, _capital(patch.labelled.replace("_", " ")), composition, named)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
