"""What a conduction solve returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ssbi_core.types import Field

if TYPE_CHECKING:
    from ssbi_core.transport.bottleneck import Bottlenecks


class Bounded(NamedTuple):
    """An estimate with rigorous discretisation bounds, lower <= estimate <= upper."""

    estimate: float
    lower: float
    upper: float


@dataclass(frozen=True, eq=False)
class ConductionSolution:
    """Steady ionic conduction between the two faces of the transport axis, per volt applied.

    Attributes
    ----------
    effective_conductivity : S/cm with discretisation bounds.
    area_specific_resistance : ohm cm2 of the whole field of view, length / effective conductivity.
    potential : V at pixel centres, 1 on the first face and 0 on the last.
    current_density : magnitude in A/cm2 at pixel centres, for 1 V across the field of view.
    current_vectors : (d, grid) float32, its components along the array's axes.
    sensitivity : d sigma_eff / d sigma of each pixel, dimensionless; sums to sigma_eff / sigma when weighted by sigma.
    resistance_share : phase key -> share of the dissipated power; sums to 1 (empty without percolation).
    knockout_gain : phase key -> relative increase of sigma_eff with that phase replaced by the solid it displaced; a
        border between LLZO and NMC that opens then is ideal, which makes it the most that could be gained.
    knockout_gain_with_contact : the same, with the contacts' charge transfer resistance along such borders.
    axis : transport axis (0 rows, 1 columns, 2 slices in 3D).
    temperature : K.
    percolates : False where no conducting path joins the two faces; `reason` then says why.
    method : linear solver that produced the result.
    flux_imbalance : |inlet - outlet| / mean flux, the check made on every solve.
    bottlenecks : pieces of interface ranked by their cost; None where there are none, or they were not asked for.
    """

    effective_conductivity: Bounded
    area_specific_resistance: float
    potential: Field
    current_density: Field
    current_vectors: np.ndarray
    sensitivity: Field
    resistance_share: Mapping[str, float]
    knockout_gain: Mapping[str, float]
    knockout_gain_with_contact: Mapping[str, float]
    axis: int
    temperature: float
    percolates: bool
    reason: str
    method: str
    flux_imbalance: float
    settings: Mapping[str, Any] = field(default_factory=dict)
    bottlenecks: Bottlenecks | None = None
