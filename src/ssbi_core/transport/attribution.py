"""Which phase costs how much: the dissipated power, split."""

from __future__ import annotations

import numpy as np

from ssbi_core.materials import PHASES
from ssbi_core.transport.conduction import Conduction
from ssbi_core.transport.conductivity_field import ConductionField


def resistance_share(field: ConductionField, conduction: Conduction) -> dict[str, float]:
    """Share of the dissipated power by phase key, summing to 1; empty without percolation.

    A line pixel's bulk dissipation belongs to the solid it was handed to, that of the face to the interface.
    """
    if not conduction.percolates:
        return {}
    size = len(PHASES) + 1
    bulk = np.bincount(field.body.ravel(), conduction.dissipation.ravel(), minlength=size)
    faces = np.bincount(field.surfaces.phase, conduction.face_dissipation, minlength=size)
    power = (bulk + faces) / (bulk.sum() + faces.sum())
    seen = np.union1d(field.body, field.surfaces.phase)
    return {phase.key: float(power[phase]) for phase in PHASES if phase in seen}
