"""What a search for anomalies returns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from ssbi_core.anomaly.chemistry.composition import Candidate
from ssbi_core.anomaly.chemistry.unmodelled import UnmodelledPhase
from ssbi_core.anomaly.config import AnomalyConfig
from ssbi_core.anomaly.costs import PhaseCost, costliest_body
from ssbi_core.anomaly.places.place import Box, Place
from ssbi_core.anomaly.population import Population
from ssbi_core.errors import InputError

if TYPE_CHECKING:
    import pandas as pd


_CANDIDATES = 5  # written of each place


@dataclass(frozen=True)
class AnomalousRegion:
    """A place like few others.

    Attributes
    ----------
    kind : what was compared: grain, pore, gap, layer, boundary, chemistry, ...
    phase : key of the phase that is labelled there.
    bbox_px : first row, first column, row and column after the last.
    score : -log10 of the share of normal images that have a place of this kind so extreme.
    percentile : among all places of this kind in the population; None where it has none.
    reason : in words and numbers.
    """

    kind: str
    phase: str
    bbox_px: Box
    score: float
    percentile: float | None
    reason: str


@dataclass(frozen=True)
class ScoredPlace:
    """A place with its score: see `AnomalousRegion`."""

    place: Place
    score: float
    region: AnomalousRegion


@dataclass(frozen=True, eq=False)
class ImageAnomaly:
    """How anomalous one image is, and why.

    Attributes
    ----------
    name, shape : of the image.
    p_value : probability that a normal image scores so high; uniform on normal images.
    flagged : whether it is at most the false-alarm rate.
    score : -log10 of the p-value, continued where so small a population ends: comparable between populations.
    seed_score : Var(prediction) + |prediction - mu|, conductivities in S/cm; None without a prediction.
    hyperscore : of the calibrated confidence 1 - p.
    channels : channel -> -log10 of its probability.
    regions : the places that are least like others, the worst first.
    unmodelled : patches that fit no phase of the material system.
    layers : key of a labelled layer -> chemistries of the material file that its counts may be of, the likeliest first.
    costs : phases by what they cost, the costliest first.
    places : all places with their scores.
    notes : what a reader of the numbers has to know.
    """

    name: str
    shape: tuple[int, int]
    p_value: float
    flagged: bool
    score: float
    seed_score: float | None
    hyperscore: float
    channels: Mapping[str, float]
    regions: tuple[AnomalousRegion, ...]
    unmodelled: tuple[UnmodelledPhase, ...] = ()
    layers: Mapping[str, tuple[Candidate, ...]] = field(default_factory=dict)
    costs: tuple[PhaseCost, ...] = ()
    places: tuple[ScoredPlace, ...] = field(default=(), repr=False)
    notes: tuple[str, ...] = ()

    def pixel_map(self) -> np.ndarray:
        """(rows, columns) float32: the score of the most anomalous place at each pixel, 0 where there is none."""
        scores = np.zeros(self.shape, np.float32)
        for found in self.places:
            row, column, end_row, end_column = found.place.bbox_px
            inside = scores[row:end_row, column:end_column]
            np.maximum(inside, np.float32(found.score) * found.place.pixels(), out=inside)
        return scores

    def table(self) -> pd.DataFrame:
        """One row per place, the most anomalous first."""
        import pandas as pd

        columns = [
            "kind",
            "phase",
            "score",
            "percentile",
            "row_px",
            "column_px",
            "end_row_px",
            "end_column_px",
            "reason",
        ]
        rows = [
            (r.kind, r.phase, r.score, r.percentile, *r.bbox_px, r.reason)
            for r in (found.region for found in self.places)
        ]
        return pd.DataFrame(rows, columns=columns)


@dataclass(frozen=True, eq=False)
class AnomalyReport:
    """A study searched for anomalies.

    Attributes
    ----------
    images : the most anomalous first.
    config : settings.
    population : what the images were compared with.
    set_aside : images of the study that were so unlike the others that these are compared without them.
    notes : what a reader of the numbers has to know.
    """

    images: tuple[ImageAnomaly, ...]
    config: AnomalyConfig
    population: Population
    set_aside: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> ImageAnomaly:
        """The image of a name."""
        for image in self.images:
            if image.name == name:
                return image
        known = ", ".join(image.name for image in self.images[:20])
        raise InputError(f"image {name!r}", f"one of {known}", "choose one of these")

    @property
    def flagged(self) -> tuple[ImageAnomaly, ...]:
        """The images that are flagged."""
        return tuple(image for image in self.images if image.flagged)


def anomaly_json(image: ImageAnomaly) -> dict[str, Any]:
    """The entry of one image in `result.json`: plain values."""
    return {
        "seed_score": image.seed_score,
        "hyperscore": image.hyperscore,
        "p_value": image.p_value,
        "flagged": image.flagged,
        "channels": {name: float(value) for name, value in image.channels.items()},
        "regions": [
            {
                "phase": region.phase,
                "bbox_px": list(region.bbox_px),
                "score": region.score,
                "reason": region.reason,
                "kind": region.kind,
            }
            for region in image.regions
        ],
        "unmodelled_phases": [
            {
                "bbox_px": list(patch.bbox_px),
                "labelled": patch.labelled,
                "elements": list(patch.elements),
                "atomic_percent": patch.atomic_percent,
                "candidates": _candidates(patch.candidates),
            }
            for patch in image.unmodelled
        ],
        "layer_chemistry": {phase: _candidates(found) for phase, found in image.layers.items()},
        "first_cost": None if (first := costliest_body(image.costs)) is None else first.phase,
        "notes": list(image.notes),
    }


def _candidates(found: Sequence[Candidate]) -> list[dict[str, Any]]:
    return [{"name": c.name, "probability": c.probability, "fits": c.fits} for c in found[:_CANDIDATES]]
