"""What a better conductivity costs: processes of which no other is better in everything."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ssbi_core.optimize.closed_loop.levers import Levers
from ssbi_core.optimize.closed_loop.surrogate import Surrogate, interval_90, posterior
from ssbi_core.simulate.process import ProcessParameters

_CONSIDERED = 4096  # processes
_SHOWN = 12


@dataclass(frozen=True)
class ParetoPoint:
    """One of them.

    Attributes
    ----------
    process : its parameters.
    conductivity_S_per_cm, interval_90_S_per_cm : that the surrogate expects.
    area_specific_resistance_ohm_cm2 : of a field of view.
    cost, thermal_budget_K_h : of the process.
    """

    process: ProcessParameters
    conductivity_S_per_cm: float
    interval_90_S_per_cm: tuple[float, float]
    area_specific_resistance_ohm_cm2: float
    cost: float
    thermal_budget_K_h: float


def pareto_front(
    levers: Levers, surrogate: Surrogate, tried: Sequence[np.ndarray], thickness_cm: float
) -> tuple[ParetoPoint, ...]:
    """The front in conductivity, cost and thermal budget, thinned to a dozen points, the best conducting first.

    Parameters
    ----------
    tried : values (d,) to be considered beside processes all over the levers' bounds.
    thickness_cm : of a field of view, along the current.
    """
    spread = levers.spread_out(_CONSIDERED // 4)
    values = np.concatenate(
        [np.array([each for each in tried if levers.allows(each)]).reshape(-1, spread.shape[1]), spread]
    )
    found = levers.outcomes(values)
    mean, variance = posterior(surrogate, np.asarray(found.descriptors))
    usual = np.asarray(found.strangeness) == 0
    aims = np.stack([-mean, np.asarray(found.cost), np.asarray(found.thermal_budget)], axis=1)
    kept = np.flatnonzero(usual)[undominated(aims[usual])] if usual.any() else undominated(aims)
    points = []
    for at in kept[thinned(aims[kept], _SHOWN)]:
        conductivity = math.exp(mean[at])
        points.append(
            ParetoPoint(
                levers.process(values[at]),
                conductivity,
                interval_90(float(mean[at]), float(variance[at])),
                thickness_cm / conductivity,
                float(aims[at, 1]),
                float(aims[at, 2]),
            )
        )
    return tuple(sorted(points, key=lambda point: -point.conductivity_S_per_cm))


def undominated(aims: np.ndarray) -> np.ndarray:
    """Rows of `aims` (n, m), each to be small, that no other row is as good as in all and better than in one."""
    kept = []
    for at in np.lexsort(aims.T[::-1]):
        row = aims[at]
        if not any((aims[other] <= row).all() for other in kept):
            kept.append(int(at))
    return np.array(kept, int)


def thinned(aims: np.ndarray, number: int) -> np.ndarray:
    """So many rows (of n) that lie far apart: the best in each aim, then always the one farthest from those chosen."""
    extent = np.ptp(aims, axis=0)
    scaled = (aims - aims.min(0)) / np.where(extent > 0, extent, 1.0)
    chosen = list(dict.fromkeys(int(at) for at in scaled.argmin(0)))[:number]
    while len(chosen) < min(number, len(aims)):
        distance = np.linalg.norm(scaled[:, None] - scaled[chosen], axis=-1).min(1)
        if distance.max() <= 0:
            break
        chosen.append(int(distance.argmax()))
    return np.array(chosen, int)
