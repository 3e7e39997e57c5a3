"""What the step Anomalies says in words: whether the image is anomalous, what is missing to tell, and which phases."""

from __future__ import annotations

from html import escape

from napari_ssbi.compute.anomalies import FoundPlace, Scored
from napari_ssbi.widgets.messages import sentence
from ssbi_core.anomaly.config import FEWEST_IMAGES, images_needed


def verdict_in_words(found: Scored, rate: float) -> str:
    """Flagged or not, the p-value, and what sets the image apart."""
    flagged = found.p_value <= rate
    lines = [
        f"<b>{'Anomalous' if flagged else 'Not anomalous'}: p = {found.p_value:.2g}</b>",
        f"Compared with {escape(found.source)}: {_percent(found.p_value)} of normal images score so high.",
        *(sentence(escape(what)) for what in found.telling),
    ]
    return "<br>".join(lines)


def doubts_in_words(found: Scored, rate: float) -> list[str]:
    """What a reader has to know, and whether so few images can flag anything at this rate."""
    notes = [sentence(note) for note in found.notes]
    needed = images_needed(rate)
    if found.images < needed:
        notes.insert(
            0,
            f"{found.images} images cannot flag anything at a false-alarm rate of {_percent(rate)}: "
            f"it takes {needed}, or a rate above {_percent(1 / (found.images + 1))}.",
        )
    return notes


def too_few_in_words(others: int) -> list[str]:
    """What is needed while there are too few images of the session."""
    left = FEWEST_IMAGES - others
    return [
        f"This image is remembered; there {'is' if others == 1 else 'are'} {others or 'no'} other"
        f"{'s' * (others != 1)} in this session, and a comparison takes {FEWEST_IMAGES}.",
        f"Run this step on {left} more image{'s' * (left != 1)} and come back, or choose a folder of normal images or "
        "a population.parquet under Compared with.",
    ]


def missing_phases_in_words(places: tuple[FoundPlace, ...]) -> str:
    """Composition and ranked chemistries of every place where a phase may be missing, as rich text; empty without."""
    found = [_missing(place) for place in places if place.missing is not None]
    return "".join(found)


def _missing(place: FoundPlace) -> str:
    assert place.missing is not None
    parts = ", ".join(f"{element} {share:.0f}" for element, share in place.missing.atomic_percent.items())
    named = "<br>".join(
        f"{rank}. {escape(name)}, {_percent(probability)}"
        for rank, (name, probability) in enumerate(place.missing.candidates, 1)
    )
    label = escape(place.phase.replace("_", " "))
    composition = f"{parts} at.\u00a0% besides what the phases around explain" if parts else "composition unknown"
    return (
        f"<p style='margin: 0 0 6px 0'><b>Place {place.number}</b>, labelled {label}: {composition}<br>"
        f"{named or 'No chemistry of the material file fits.'}</p>"
    )


def _percent(share: float) -> str:
    return f"{100 * share:.2g}\u00a0%"
