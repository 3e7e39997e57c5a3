"""What would be gained without a feature: solve again with it replaced by the solid it displaced.

Pores, layers and coatings turn into the nearest LLZO or NMC; an interface loses its resistance. Base and knock-out
are compared in the same discretisation (the potential problem), so that its error largely cancels; both share one
sparsity pattern, hence one symbolic factorisation.

Where a body lay between LLZO and NMC, taking it away lets the two meet. Two answers are given to what it costs then:
with an ideal border, which is the most that could be gained, and with one that transfers charge like the contacts. The
latter is another structure, with faces of its own, hence a problem of its own.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from ssbi_core.materials import INTERFACES, Phase
from ssbi_core.transport.concurrency import both
from ssbi_core.transport.conduct import ConductionProblem
from ssbi_core.transport.conductivity_field import SOLIDS, ConductionField, FieldGeometry

REMOVABLE = (
    Phase.GRAIN_BOUNDARY,
    Phase.CONTACT,
    Phase.REACTION_LAYER,
    Phase.PORE,
    Phase.DISLOCATION,
    Phase.COATING,
)
"""Features that displace or interrupt a solid."""

BODIES = tuple(phase for phase in REMOVABLE if phase not in INTERFACES)
"""Those that displace it."""


def knockout_gain(
    labels: np.ndarray,
    field: ConductionField,
    solid: np.ndarray | None,
    problem: ConductionProblem,
    conductivity: Mapping[Phase, float],
    base: float,
    progress: Callable[[float], None] | None = None,
) -> dict[str, float]:
    """Relative increase of the effective conductivity without each feature present, by phase key; borders are ideal.

    Parameters
    ----------
    labels : fully labelled image behind `field`.
    field, problem : the structure as it is.
    solid : what `nearest_solid` says; a graded mesh of `problem` keeps to its regions.
    conductivity : S/cm by phase, of LLZO and NMC at least.
    base : S/cm of the structure as it is, from the same problem; where it is 0, a feature that opens a path gains
        infinity.
    progress : called with the share done after every solve, from either of two threads.
    """
    present = [phase for phase in REMOVABLE if (labels == phase).any()]
    done = itertools.count(1)

    def gain(solver: ConductionProblem, phase: Phase) -> float:
        value = solver.upper(filled(phase, field.body, field.conductivity, solid, conductivity), _opened(phase, field))
        if progress is not None:
            progress(next(done) / len(present))
        return _gain(value, base)

    def gains(solver: ConductionProblem, phases: Sequence[Phase]) -> dict[Phase, float]:
        return {phase: gain(solver, phase) for phase in phases}

    found = _in_halves(gains, problem, present) if problem.parallel else gains(problem, present)
    return {phase.key: found[phase] for phase in present}


def gain_with_contact(
    ideal: Mapping[str, float],
    geometry: FieldGeometry,
    solid: np.ndarray | None,
    solved: Callable[[FieldGeometry], float],
    base: float,
) -> dict[str, float]:
    """As `knockout_gain`, whose result is `ideal`, with a contact along the borders that open.

    Parameters
    ----------
    geometry : of the structure as it is.
    solid : what `nearest_solid` says.
    solved : conductivity in S/cm of another geometry.
    base : S/cm of the structure as it is.
    """
    found = dict(ideal)
    for phase in (phase for phase in BODIES if phase.key in ideal):
        other = geometry.without([phase], solid)
        if opens_border(geometry, other):
            found[phase.key] = _gain(solved(other), base)
    return found


def opens_border(geometry: FieldGeometry, without: FieldGeometry) -> bool:
    """Whether LLZO and NMC meet in one geometry where they do not in the other."""
    return len(without.faces.first) > len(geometry.faces.first)


def _in_halves(
    gains: Callable[[ConductionProblem, Sequence[Phase]], dict[Phase, float]],
    problem: ConductionProblem,
    phases: Sequence[Phase],
) -> dict[Phase, float]:
    """The gains of all phases, found in two threads."""
    with problem.beside() as other:
        odd, even = both(lambda: gains(other, phases[1::2]), lambda: gains(problem, phases[::2]))
    return odd | even


def filled(
    phase: Phase,
    body: np.ndarray,
    conductivity: np.ndarray,
    solid: np.ndarray | None,
    bodies: Mapping[Phase, float],
) -> np.ndarray:
    """Conductivity with the pixels that still belong to the phase given to the nearest solid.

    Parameters
    ----------
    body, conductivity : (grid) phase that owns each pixel, and S/cm.
    solid : what `nearest_solid` says.
    bodies : S/cm by phase, of LLZO and NMC at least.
    """
    own = body == phase
    if solid is None or not own.any():
        return conductivity
    table = np.zeros(len(Phase))
    for known in SOLIDS:
        table[known] = bodies[known]
    return np.where(own, table[solid], conductivity)


def _opened(phase: Phase, field: ConductionField) -> np.ndarray:
    return np.where(field.surfaces.phase == phase, 0.0, field.surfaces.resistance)


def _gain(value: float, base: float) -> float:
    if base > 0:
        return value / base - 1
    return math.inf if value > 0 else 0.0
