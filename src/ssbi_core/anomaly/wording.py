"""Why an image or a place is listed, in words and numbers."""

from __future__ import annotations

from collections.abc import Mapping

from ssbi_core.anomaly.places.place import KINDS, Place
from ssbi_core.anomaly.population import Population

_TITLES = {"pore_cluster": "crowd of pores", "hot_spot": "current", "gap": "gap at the interface"}
_CHANNELS = {
    "residual": "its conductivity does not fit the prediction",
    "spread": "its prediction is unusually unsure",
    "structure": "its structure is unlike that of the others",
    "ignorance": "its phases are unsure, or explain its element maps badly",
    "places": "it has a place like no other",
}
_TELLING = 1.0  # decades: one normal image in ten
_FEW = 20  # places of a kind, among which a percentile says nothing
_PHASED = {"layer", "layer_patch", "boundary", "contrast", "unsure"}


def telling(channels: Mapping[str, float]) -> list[str]:
    """What sets an image apart, the most telling first; empty where no channel says more than chance in ten images."""
    ranked = sorted(channels.items(), key=lambda item: -item[1])
    return [_CHANNELS[name] for name, surprise in ranked if surprise >= _TELLING]


def reason(place: Place, feature: str, score: float, population: Population) -> tuple[str, float | None]:
    """A sentence, and the percentile of the place among its kind."""
    percentile = population.percentile(f"{place.kind}:{feature}", place.features[feature])
    said = f"{_title(place)} {place.words[feature]}" if place.kind != "chemistry" else place.words[feature]
    return f"{said}, {_standing(place, feature, percentile, population)}; {_rarity(score, len(population))}", percentile


def ordinal(percent: float) -> str:
    """99.3rd, 50.0th."""
    text = f"{min(percent, 99.9):.1f}"
    return text + {"1": "st", "2": "nd", "3": "rd"}.get(text[-1], "th")


def _title(place: Place) -> str:
    phase = place.phase.replace("_", " ")
    return phase if place.kind in _PHASED else _TITLES.get(place.kind, place.kind.replace("_", " "))


def _standing(place: Place, feature: str, percentile: float | None, population: Population) -> str:
    many = KINDS[place.kind]
    if percentile is None:
        return f"where the population has no {many}"
    known = population.counts[f"{place.kind}:{feature}"]
    if percentile >= 100:
        return f"beyond all {known} {many} of the population"
    if known < _FEW:
        return f"where the population has only {known} {many}"
    return f"{ordinal(percentile)} percentile of {many}"


def _rarity(score: float, images: int) -> str:
    """How often normal images have such a place; beyond one in so many as were looked at nobody knows."""
    share = 10.0**-score
    if share * (images + 1) < 1 - 1e-9:
        return "no other image has such a place"
    return f"{share:.0%} of normal images have such a place"
