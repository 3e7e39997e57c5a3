"""What the numbers say, in sentences: which feature costs how much, and what can be trusted."""

# ruff: noqa: RUF001 (dashes, minus and Greek letters are meant as they stand)
from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ssbi_core.predict.posterior import ConductivityPosterior
from ssbi_core.report.formatting import interval, number, percent
from ssbi_core.report.records import ImageResult
from ssbi_core.transport.solution import ConductionSolution

_NAMES: dict[str, tuple[str, bool]] = {  # phase key -> (name in a sentence, plural)
    "llzo": ("the electrolyte grains", True),
    "grain_boundary": ("the grain boundaries", True),
    "nmc": ("the cathode particles", True),
    "contact": ("the electrolyte\u00a0| cathode contact", False),
    "reaction_layer": ("the reaction layer", False),
    "pore": ("the pores", True),
    "dislocation": ("the dislocations", True),
    "coating": ("the coating", False),
}
_NOTEWORTHY = 0.10
"""A share of the resistance, or a discretisation gap, below this is left to the tables."""


def image_summary(result: ImageResult) -> list[str]:
    """Return two to four sentences on one image, every number computed from the result."""
    if result.transport is None:
        return [_composition(result), *([] if result.prediction is None else [_predicted(result.prediction)])]
    if not result.transport.percolates:
        reason = result.transport.reason.rstrip(".") or "no conducting path joins the two faces"
        return [f"This field of view does not conduct from face to face: {reason}.", *_remedies(result.transport)]
    sentences = [_conduction(result.transport), *_causes(result.transport), *_gap(result.transport)]
    sentences += [] if result.representative is None else [result.representative.verdict]
    return [sentence for sentence in sentences if sentence]


def study_summary(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return sentences on a study from its rows (`result_row`); none for a single image."""
    if len(rows) < 2:
        return []
    values = sorted(row["effective_conductivity_S_per_cm"] for row in rows if row["percolates"])
    predicted = sorted(value for row in rows if (value := row["prediction_mean_S_per_cm"]))
    if predicted and not any(row["percolates"] is not None for row in rows):
        return [_spread(predicted, len(rows), "the predicted σ_eff")]
    blocked = sum(row["percolates"] is False for row in rows)
    sentences = [_spread(values, len(rows))] if values else []
    if blocked:
        sentences.append(f"{blocked} of {len(rows)} images {_verb(blocked > 1, 'do')} not conduct from face to face.")
    causes = Counter(row["largest_resistance_phase"] for row in rows if row["largest_resistance_phase"])
    if max(causes.values(), default=0) > 1:
        sentences.append(_commonest(causes, len(values)))
    return sentences


def phase_in_words(key: str) -> str:
    """Return the name of a phase as it stands in a sentence."""
    return _NAMES.get(key, (f"the {key.replace('_', ' ')}", False))[0]


def temperature_in_words(kelvin: float) -> str:
    """Return a temperature in both units, e.g. 25.0 °C (298.15 K)."""
    return f"{kelvin - 273.15:.1f} °C ({kelvin:g} K)".replace("-", "−")


def _composition(result: ImageResult) -> str:
    fractions = sorted(result.phases.phase_fractions().items(), key=lambda item: -item[1])
    parts = [
        f"{phase_in_words(key).removeprefix('the ')} {percent(value)}" for key, value in fractions if value > 0.005
    ]
    if not parts:
        return "No pixel of this image is labelled."
    return f"Phases by {'volume' if result.phases.labels.ndim == 3 else 'area'}: {', '.join(parts)}."


def _predicted(prediction: ConductivityPosterior) -> str:
    low, high = prediction.interval(0.9)
    return (
        f"From its graph σ_eff is expected at {number(prediction.mean_S_per_cm)}\u00a0S/cm, and with a probability of "
        f"90\u202f% between {number(low)} and {number(high)}\u00a0S/cm."
    )


def _conduction(transport: ConductionSolution) -> str:
    return (
        f"σ_eff is {interval(*transport.effective_conductivity)}\u00a0S/cm at "
        f"{temperature_in_words(transport.temperature)}, an area-specific resistance of "
        f"{number(transport.area_specific_resistance)}\u00a0Ω\u00a0cm² across the field of view."
    )


def _causes(transport: ConductionSolution) -> list[str]:
    ranked = sorted(transport.resistance_share.items(), key=lambda item: -item[1])
    if not ranked:
        return []
    sentences = [_cause(*ranked[0], transport)]
    if len(ranked) > 1 and ranked[1][1] >= _NOTEWORTHY:
        sentences.append(_cause(*ranked[1], transport))
    return sentences


def _remedies(transport: ConductionSolution) -> list[str]:
    blocking = [phase_in_words(key) for key, gain in transport.knockout_gain.items() if math.isinf(gain)]
    return [f"Without {' or without '.join(blocking)} it would conduct."] if blocking else []


def _cause(key: str, share: float, transport: ConductionSolution) -> str:
    name, plural = _NAMES.get(key, (phase_in_words(key), False))
    sentence = f"{_capital(name)} {_verb(plural, 'carry')} {percent(share)} of the resistance"
    gain = transport.knockout_gain_with_contact.get(key)
    return f"{sentence}." if gain is None else f"{sentence}; without {'them' if plural else 'it'} {_change(gain)}."


def _change(gain: float) -> str:
    if not math.isfinite(gain):
        return "the sample would conduct where it now does not"
    if gain >= 1:
        return f"σ_eff would be {number(1 + gain)} times as high"
    if abs(gain) < 0.005:
        return "σ_eff would stay the same within 0.5\u202f%"
    return f"σ_eff would {'rise' if gain > 0 else 'fall'} by {percent(abs(gain))}"


def _gap(transport: ConductionSolution) -> list[str]:
    estimate, lower, upper = transport.effective_conductivity
    gap = (upper - lower) / estimate if lower > 0 else math.nan
    if not gap > _NOTEWORTHY:  # also where there is no lower bound
        return []
    return [f"The pixel grid leaves a gap of {percent(gap)} between the bounds of σ_eff: finer pixels would narrow it."]


def _spread(values: Sequence[float], images: int, what: str = "σ_eff") -> str:
    if len(values) == 1:
        return f"One of {images} images conducts: {what} is {number(values[0])}\u00a0S/cm."
    median = float(np.median(values))
    return (
        f"Over {len(values)} images {what} runs from {number(values[0])} to {number(values[-1])}\u00a0S/cm, "
        f"median {number(median)}\u00a0S/cm."
    )


def _commonest(causes: Counter[str], conducting: int) -> str:
    key, count = causes.most_common(1)[0]
    name, plural = _NAMES.get(key, (phase_in_words(key), False))
    where = "every image" if count == conducting else f"{count} of {conducting} images"
    return f"{_capital(name)} {_verb(plural, 'carry')} the largest share of the resistance in {where}."


def _verb(plural: bool, verb: str) -> str:
    return verb if plural else {"carry": "carries", "do": "does"}[verb]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
