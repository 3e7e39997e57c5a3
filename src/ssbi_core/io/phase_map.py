"""Phases of an image: what segmentation returns, label files hold, and graph and transport consume."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ssbi_core.materials import PHASES
from ssbi_core.types import Labels


@dataclass(frozen=True, eq=False)
class PhaseMap:
    """A label image with its scale and, where a net made it, what the net was unsure of.

    Attributes
    ----------
    labels : (rows, columns) or (slices, rows, columns) uint8, codes of `Phase`.
    pixel_size_nm : edge of the square pixel or cubic voxel.
    probabilities : (9, rows, columns) float32 by phase code, summing to 1, or None.
    uncertainty : (rows, columns) float32 in [0, 1], entropy of `probabilities` over its maximum, or None.
    name, metadata, sha256 : as in `Micrograph`, of the file the map came from.
    """

    labels: Labels
    pixel_size_nm: float
    probabilities: np.ndarray | None = None
    uncertainty: np.ndarray | None = None
    name: str = "image"
    metadata: Mapping[str, Any] = field(default_factory=dict)
    sha256: str = ""

    def phase_fractions(self) -> dict[str, float]:
        """Area (volume) fraction of every phase among the labelled pixels."""
        counts = np.bincount(self.labels.ravel(), minlength=len(PHASES) + 1)[1:]
        total = max(int(counts.sum()), 1)
        return {phase.key: float(counts[phase - 1] / total) for phase in PHASES}
