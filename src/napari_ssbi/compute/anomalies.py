"""The task of the step Anomalies, and the plain records it exchanges with the window.

An image is compared with portraits of others. These are kept by the window as sealed bytes: a compute process may be
ended by Cancel, and the window needs none of their types.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from napari_ssbi.compute.normal_images import reference_population
from napari_ssbi.compute.prediction import PredictionMade
from napari_ssbi.compute.wire import seal, unseal
from ssbi_core.anomaly.config import FEWEST_IMAGES

if TYPE_CHECKING:
    from napari_ssbi.compute.tasks import Setting
    from ssbi_core.anomaly.marks import Mark
    from ssbi_core.anomaly.population import Population
    from ssbi_core.anomaly.portrait import Portrait
    from ssbi_core.graph import InterfaceGraph
    from ssbi_core.io import Micrograph, PhaseMap
    from ssbi_core.transport import ConductionSolution

Report = Callable[[str, float], None]
_EVERY_RATE = 0.999  # the window flags: the slowest part must not run again for every touch of a slider
_PLACES = 10
_CANDIDATES = 4


class Examined(NamedTuple):
    """The image that is compared.

    Attributes
    ----------
    phases, micrograph, graph, solution : results of the steps; no micrograph where the analysis began with labels.
    setting : what they were made with.
    conductivity, resistance : phase key -> S/cm, ohm cm2, in place of the material file's.
    prediction : from the graph; None where it was not made.
    """

    phases: PhaseMap
    micrograph: Micrograph | None
    graph: InterfaceGraph
    solution: ConductionSolution
    setting: Setting
    conductivity: dict[str, float]
    resistance: dict[str, float]
    prediction: PredictionMade | None = None


class Reference(NamedTuple):
    """What the image is compared with: a folder of images or a population file, or else portraits.

    Attributes
    ----------
    path : absolute; None for the portraits.
    portraits : sealed, of images that were analysed before.
    """

    path: str | None = None
    portraits: tuple[np.ndarray, ...] = ()


class MissingPhase(NamedTuple):
    """What counts that fit no phase may come from.

    Attributes
    ----------
    atomic_percent : element -> share of what the phases around do not explain, in per cent; lithium is never seen.
    candidates : chemistries of the material file that fit, and their probabilities, the likeliest first.
    """

    atomic_percent: dict[str, float]
    candidates: tuple[tuple[str, float], ...]


class FoundPlace(NamedTuple):
    """A place as the window lists it.

    Attributes
    ----------
    number : from 1, the worst first.
    phase : key of the phase labelled there.
    bbox_px : first row, first column, row and column after the last.
    share : of normal images that have such a place; 1 where it is listed for its chemistry alone.
    reason : in words.
    missing : where a phase may be missing from the material system.
    """

    number: int
    phase: str
    bbox_px: tuple[int, int, int, int]
    share: float
    reason: str
    missing: MissingPhase | None


class Scored(NamedTuple):
    """How anomalous the image is.

    Attributes
    ----------
    p_value : share of normal images that score at least as high.
    telling : what sets it apart, in words.
    places : the worst first.
    pixels : (rows, columns) float32: -log10 of the share of normal images with such a place.
    nodes : (nodes,) float32, the same for the nodes of the graph.
    images : of the population.
    source : of the population, in words.
    notes : what a reader has to know.
    """

    p_value: float
    telling: tuple[str, ...]
    places: tuple[FoundPlace, ...]
    pixels: np.ndarray
    nodes: np.ndarray
    images: int
    source: str
    notes: tuple[str, ...]


class AnomaliesFound(NamedTuple):
    """Portrait of the image, sealed, to compare others with; and its scores, None with too few others."""

    portrait: np.ndarray
    scored: Scored | None


def find_anomalies(report: Report, examined: Examined, reference: Reference) -> AnomaliesFound:
    """Compare an image with normal ones.

    Raises
    ------
    SsbiError
        If the reference cannot be read, or is a folder with fewer than three images.
    """
    report("Describing the image", 0.02)
    portrait = _portrait(examined)
    population, notes = _population(report, examined, reference)
    if population is None:
        return AnomaliesFound(seal(portrait), None)
    report("Comparing", 0.95)
    return AnomaliesFound(seal(portrait), _scored(portrait, examined.graph, population, notes))


def _portrait(examined: Examined) -> Portrait:
    from ssbi_core.anomaly.portrait import portray
    from ssbi_core.preprocess import register_elements
    from ssbi_core.report import ImageResult

    made, micrograph = examined.prediction, examined.micrograph
    result = ImageResult(
        phases=examined.phases,
        system=examined.setting.material(),
        micrograph=None if micrograph is None else register_elements(micrograph)[0],
        graph=examined.graph,
        transport=examined.solution,
        prediction=None if made is None else unseal(made.posterior),
    )
    return portray(result)


def _population(report: Report, examined: Examined, reference: Reference) -> tuple[Population | None, tuple[str, ...]]:
    """What to compare with, and what is to be known of it; None with too few images of the session."""
    from ssbi_core.anomaly.population import Population

    if reference.path is not None:
        return reference_population(report, reference.path, examined)
    if len(reference.portraits) < FEWEST_IMAGES:
        return None, ()
    others = [unseal(each) for each in reference.portraits]
    return Population.of(others, f"{len(others)} images of this session"), ()


def _scored(portrait: Portrait, graph: InterfaceGraph, population: Population, notes: tuple[str, ...]) -> Scored:
    from ssbi_core.anomaly import AnomalyConfig, score_anomalies
    from ssbi_core.anomaly.marks import marks
    from ssbi_core.anomaly.node_scores import node_scores
    from ssbi_core.anomaly.wording import telling

    config = AnomalyConfig.of(false_alarm_rate=_EVERY_RATE, regions=_PLACES)
    found = score_anomalies([portrait], reference=population, config=config)
    image = found.images[0]
    return Scored(
        image.p_value,
        tuple(telling(image.channels)),
        tuple(_place(mark) for mark in marks(image)),
        image.pixel_map(),
        node_scores(image, graph),
        len(population),
        population.source,
        (*notes, *found.notes, *image.notes),
    )


def _place(mark: Mark) -> FoundPlace:
    patch, missing = mark.unmodelled, None
    if patch is not None:
        fitting = [(each.name, each.probability) for each in patch.candidates if each.fits]
        missing = MissingPhase({e: patch.atomic_percent[e] for e in patch.elements}, tuple(fitting[:_CANDIDATES]))
    share = 1.0 if mark.score is None else math.pow(10, -mark.score)
    return FoundPlace(mark.number, mark.phase, mark.bbox_px, share, mark.reason, missing)
