"""The places of an image that are pointed out, numbered: the same numbers on pictures, in tables and in napari."""

from __future__ import annotations

from typing import NamedTuple

from ssbi_core.anomaly.chemistry.unmodelled import UnmodelledPhase
from ssbi_core.anomaly.places.place import Box
from ssbi_core.anomaly.report import ImageAnomaly


class Mark(NamedTuple):
    """A numbered place.

    Attributes
    ----------
    number : from 1, the worst region first; patches that fit no phase and are not among the regions come last.
    kind, phase : what was compared, and the key of the phase that is labelled there.
    bbox_px : first row, first column, row and column after the last.
    score : -log10 of the share of normal images with such a place; None where it is not among the regions.
    reason : in words.
    unmodelled : where its counts fit no phase of the material system: which elements and chemistries it may be.
    """

    number: int
    kind: str
    phase: str
    bbox_px: Box
    score: float | None
    reason: str
    unmodelled: UnmodelledPhase | None = None


def marks(image: ImageAnomaly) -> tuple[Mark, ...]:
    """The regions of an image with what is known of their chemistry, then the other patches that fit no phase."""
    left = {patch.bbox_px: patch for patch in image.unmodelled}
    found = []
    for number, region in enumerate(image.regions, 1):
        patch = left.pop(region.bbox_px, None) if region.kind == "chemistry" else None
        found.append(Mark(number, region.kind, region.phase, region.bbox_px, region.score, region.reason, patch))
    for number, patch in enumerate(left.values(), len(found) + 1):
        found.append(Mark(number, "chemistry", patch.labelled, patch.bbox_px, None, patch.words(), patch))
    return tuple(found)
