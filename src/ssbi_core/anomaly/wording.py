"""Why a place is listed, in words and numbers."""

from __future__ import annotations

from ssbi_core.anomaly.places.place import KINDS, Place
from ssbi_core.anomaly.population import Population

_TITLES = {"pore_cluster": "crowd of pores", "hot_spot": "current", "gap": "gap at the interface"}
_NEVER = 4.0  # decades; no population is so large as to tell
_PHASED = {"layer", "layer_patch", "boundary", "contrast", "unsure"}


def reason(place: Place, feature: str, score: float, population: Population) -> tuple[str, float | None]:
    """A sentence, and the percentile of the place among its kind."""
    percentile = population.percentile(f"{place.kind}:{feature}", place.features[feature])
    said = f"{_title(place)} {place.words[feature]}" if place.kind != "chemistry" else place.words[feature]
    return f"{said}, {_standing(place, feature, percentile, population)}; {_rarity(score)}", percentile


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
    if percentile >= 100:
        return f"beyond all {population.counts[f'{place.kind}:{feature}']} {many} of the population"
    return f"{ordinal(percentile)} percentile of {many}"


def _rarity(score: float) -> str:
    share = 10.0**-score
    if share >= 0.01:
        return f"{share:.0%} of normal images have such a place"
    if score < _NEVER:
        return f"about 1 in {1 / share:.0f} normal images has such a place"
    return "no normal image has such a place"
