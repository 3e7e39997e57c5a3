"""What the phase map does not know: how unsure the segmentation was, and how badly the phases explain the image."""

from __future__ import annotations

import numpy as np

from ssbi_core.anomaly.chemistry.unmodelled import ChemistryFit
from ssbi_core.io.phase_map import PhaseMap
from ssbi_core.materials import PHASES

_FEWEST = 30  # pixels of a phase


def segmentation_ignorance(phases: PhaseMap) -> dict[str, float]:
    """Mean and highest uncertainty of the image, and the mean of every phase; empty without an uncertainty map."""
    if phases.uncertainty is None:
        return {}
    doubt, labels = np.asarray(phases.uncertainty, float), np.asarray(phases.labels)
    found = {"doubt_mean": float(doubt.mean()), "doubt_top": float(np.percentile(doubt, 99))}
    for phase in PHASES:
        own = labels == phase
        if np.count_nonzero(own) >= _FEWEST:
            found[f"doubt_{phase.key}"] = float(doubt[own].mean())
    return found


def chemical_ignorance(fit: ChemistryFit | None) -> dict[str, float]:
    """Misfit of the worst hundredth of an image, and of its worst place, as logarithms."""
    if fit is None:
        return {}
    top = np.percentile(fit.misfit, [99, 100])
    return {"misfit_top": float(np.log10(max(top[0], 1e-3))), "misfit_worst": float(np.log10(max(top[1], 1e-3)))}
