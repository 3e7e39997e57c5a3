"""Score the images of a study against normal ones.

The score of an image is calibrated by its rank among the scores of normal images that were made in the same way, each
of them against the others (conformal prediction: Vovk, Gammerman and Shafer, Algorithmic Learning in a Random World,
2005). For a normal image every rank is as likely as any other, whatever channels and rule made the score: the
p-value is uniform, and flagging those below 5 % flags 5 % of normal images.

Without a population of its own a study is one: each image is compared with all others. Images that are far beyond
what chance gives are first set aside, so that a few anomalies do not hide each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from ssbi_core.anomaly.channels import Channels, combined
from ssbi_core.anomaly.config import FEWEST_IMAGES, AnomalyConfig, images_needed
from ssbi_core.anomaly.mission_scores import hyperscore, seed_scores
from ssbi_core.anomaly.places.place import Place
from ssbi_core.anomaly.population import PLACE, Population, row_of
from ssbi_core.anomaly.portrait import Analysed, Portrait, portray
from ssbi_core.anomaly.report import AnomalousRegion, AnomalyReport, ImageAnomaly, ScoredPlace
from ssbi_core.anomaly.tails import Tail
from ssbi_core.anomaly.wording import reason
from ssbi_core.errors import InputError

_BEYOND = 1.0  # decades above the rarest of n normal images, from which an image is set aside
_MOST_ASIDE = 0.2  # of a study
_ROBUST_TOP = 0.4  # of a study that may hold so many anomalies: its tails are fitted to twice as many images
_LISTED = 1.0  # decades: one normal image in ten has such a place
_ALWAYS = 3  # places of a flagged image that are listed whatever their score
_OVERLAP = 0.5  # of two boxes, above which only the worse place is listed
_LEAST_CONFIDENCE = 1e-9


def score_anomalies(
    images: Sequence[Analysed | Portrait],
    *,
    reference: Population | Sequence[Analysed | Portrait] | None = None,
    measured: Mapping[str, float] | None = None,
    config: AnomalyConfig | None = None,
) -> AnomalyReport:
    """Find the images of a study that are unlike normal ones, and the places that make them so.

    Parameters
    ----------
    images : results of `analyze` with their graphs, or portraits of them.
    reference : normal images, or a population of such; without it the study's own images are compared with each other.
    measured : name of an image -> conductivity in S/cm that was measured on it.
    config : false-alarm rate and settings.

    Returns
    -------
    AnomalyReport
        The most anomalous image first.

    Raises
    ------
    InputError
        If there is no population: fewer than three images and no reference; if images are 3D or lack their graph.
    """
    config = config or AnomalyConfig.of()
    portraits = [_portrait(image, measured or {}) for image in images]
    if not portraits:
        raise InputError("no images", "at least one image", "check the paths")
    rows = [row_of(portrait) for portrait in portraits]
    if reference is None:
        population, kept = _own_population(portraits, rows, config)
    else:
        population, kept = _given_population(reference, measured or {}), np.zeros(len(portraits), bool)
    left_out, notes = _comparable(population, portraits)
    channels = Channels(population.rows, config.neighbours, left_out)
    seeds = seed_scores([_prediction(portrait) for portrait in portraits])
    position = np.cumsum(kept) - 1
    scored = []
    for number, (portrait, row, seed) in enumerate(zip(portraits, rows, seeds, strict=True)):
        own = int(position[number]) if kept[number] else None
        scored.append(_image(portrait, row, seed, own, channels, population, config))
    ranked = tuple(sorted(scored, key=lambda image: (image.p_value, -image.score)))
    aside = tuple(p.name for p, k in zip(portraits, kept, strict=True) if not k) if reference is None else ()
    return AnomalyReport(ranked, config, population, aside, (*notes, *_too_small(population, kept, config)))


def no_population(number: int) -> InputError:
    """What to say where so few images are to be compared."""
    return InputError(
        f"{number} image{'' if number == 1 else 's'}: no population to compare with",
        f"at least {FEWEST_IMAGES} images of a study, or a reference population of normal ones",
        "give more images, or --reference with normal images or the population.parquet of an earlier run",
    )


def _portrait(image: Analysed | Portrait, measured: Mapping[str, float]) -> Portrait:
    return image if isinstance(image, Portrait) else portray(image, measured.get(image.phases.name))


def _prediction(portrait: Portrait) -> tuple[float, float] | None:
    return (portrait.prediction, portrait.spread) if np.isfinite(portrait.prediction) else None


def _own_population(
    portraits: Sequence[Portrait], rows: Sequence[dict], config: AnomalyConfig
) -> tuple[Population, np.ndarray]:
    """The study without the images that are far beyond chance, and which images are in it."""
    if len(portraits) < FEWEST_IMAGES:
        raise no_population(len(portraits))
    scores = Channels(pd.DataFrame(rows), config.neighbours, top=_ROBUST_TOP).own_scores
    beyond = scores > np.log10(len(portraits)) + _BEYOND
    most = int(_MOST_ASIDE * len(portraits))
    aside = [index for index in np.argsort(-scores, kind="stable")[:most] if beyond[index]]
    kept = np.ones(len(portraits), bool)
    kept[aside] = False
    inside = [portrait for portrait, keep in zip(portraits, kept, strict=True) if keep]
    return Population.of(inside, f"the other images of the study ({len(inside)})"), kept


def _given_population(
    reference: Population | Sequence[Analysed | Portrait], measured: Mapping[str, float]
) -> Population:
    if isinstance(reference, Population):
        return reference
    portraits = [_portrait(image, measured) for image in reference]
    if len(portraits) < FEWEST_IMAGES:
        raise no_population(len(portraits))
    return Population.of(portraits, f"{len(portraits)} reference images")


def _comparable(population: Population, portraits: Sequence[Portrait]) -> tuple[frozenset[str], tuple[str, ...]]:
    """Channels that cannot be compared, and why."""
    own = {portrait.model for portrait in portraits} - {""}
    if own and population.models and own != set(population.models):
        note = "the population was predicted with another net: residual and spread are left out"
        return frozenset({"residual", "spread"}), (note,)
    return frozenset(), ()


def _too_small(population: Population, kept: np.ndarray, config: AnomalyConfig) -> tuple[str, ...]:
    others = len(population) - int(kept.any())
    needed = images_needed(config.false_alarm_rate)
    if others >= needed:
        return ()
    return (
        f"a population of {others} images cannot flag anything at a false-alarm rate of "
        f"{config.false_alarm_rate:.3g}: it takes {needed}",
    )


def _image(
    portrait: Portrait,
    row: dict,
    seed: float | None,
    own: int | None,
    channels: Channels,
    population: Population,
    config: AnomalyConfig,
) -> ImageAnomaly:
    """One image; `own` is its number in the population where it is in it."""
    surprises = channels.surprises(row) if own is None else channels.own_surprises(own)
    probability = combined(surprises)
    normal = channels.own_scores if own is None else np.delete(channels.own_scores, own)
    p_value = (1 + int(np.count_nonzero(normal >= probability))) / (len(normal) + 1)
    score = Tail.of(normal).surprise(probability)
    flagged = p_value <= config.false_alarm_rate
    places = _scored_places(portrait, row if own is not None else None, channels, population)
    confidence = max(1 - p_value, _LEAST_CONFIDENCE)
    return ImageAnomaly(
        portrait.name,
        portrait.shape,
        p_value,
        flagged,
        score,
        seed,
        hyperscore(confidence, config.beta, config.gamma, config.kappa),
        surprises,
        _listed(places, flagged, config.regions),
        portrait.unmodelled,
        portrait.layers,
        portrait.costs,
        places,
        _notes(portrait),
    )


def _notes(portrait: Portrait) -> tuple[str, ...]:
    if not portrait.residual_of:
        return ("without a prediction there is no residual, spread or seed score",)
    if portrait.residual_of == "measured":
        return (f"measured conductivity {portrait.residual:+.1f} standard deviations from the predicted one",)
    return ()


def _scored_places(
    portrait: Portrait, own_row: dict | None, channels: Channels, population: Population
) -> tuple[ScoredPlace, ...]:
    """All places, the worst first; of an image in the population its own extremes are not counted among the others."""
    tails = channels.place_tails
    if own_row is not None:
        tails = {key: tail.without(float(own_row.get(key, np.nan))) for key, tail in tails.items()}
    none_such = float(np.log10(len(population) + 1))
    found = []
    for place in portrait.places:
        surprise = {
            feature: tails[key].surprise(value) if (key := f"{PLACE}{place.kind}:{feature}") in tails else none_such
            for feature, value in place.features.items()
            if np.isfinite(value)
        }
        if surprise:
            feature = max(surprise, key=lambda name: surprise[name])
            found.append(_scored(place, feature, surprise[feature], population))
    return tuple(sorted(found, key=lambda each: -each.score))


def _scored(place: Place, feature: str, score: float, population: Population) -> ScoredPlace:
    said, percentile = reason(place, feature, score, population)
    region = AnomalousRegion(place.kind, place.phase, place.bbox_px, score, percentile, said)
    return ScoredPlace(place, score, region)


def _listed(places: Sequence[ScoredPlace], flagged: bool, most: int) -> tuple[AnomalousRegion, ...]:
    """The worst places, those that nearly coincide with a worse one left out."""
    listed: list[AnomalousRegion] = []
    for each in places:
        wanted = each.score >= _LISTED or (flagged and len(listed) < _ALWAYS)
        if len(listed) == most or not wanted:
            break
        if all(_overlap(each.place.bbox_px, other.bbox_px) < _OVERLAP for other in listed):
            listed.append(each.region)
    return tuple(listed)


def _overlap(one: Sequence[int], other: Sequence[int]) -> float:
    """Area of two boxes together over that of either, their intersection over their union."""
    rows = min(one[2], other[2]) - max(one[0], other[0])
    columns = min(one[3], other[3]) - max(one[1], other[1])
    common = max(rows, 0) * max(columns, 0)
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    return common / max(sum(areas) - common, 1)
