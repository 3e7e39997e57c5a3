"""Both bounds of a 2D structure on one mesh, and which of its cells hold them apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ssbi_core.transport.concurrency import both, worth_two_threads
from ssbi_core.transport.conduct import ConductionProblem
from ssbi_core.transport.conduction import Promise, ordered, verify
from ssbi_core.transport.dual import DualSolution, dual_bound
from ssbi_core.transport.gap_indicator import gap_per_cell
from ssbi_core.transport.graded_mesh import GradedMesh
from ssbi_core.transport.linear_solve import SpdSolver
from ssbi_core.transport.primal import CellPotential, PrimalProblem
from ssbi_core.transport.solution import Bounded
from ssbi_core.transport.tensors import strength


@dataclass(frozen=True, eq=False)
class MeshBounds:
    """Bounds found on a mesh.

    Attributes
    ----------
    effective_conductivity : S/cm.
    share : (cells,) part of each cell in upper - lower, S/cm, as in `gap_per_cell`.
    converged : whether both solves met their tolerance.
    """

    effective_conductivity: Bounded
    share: np.ndarray
    converged: bool


def bounds_on(mesh: GradedMesh, problem: ConductionProblem, promise: Promise) -> MeshBounds:
    """Solve a percolating structure on another mesh than its own.

    Raises
    ------
    SolverError
        If a solve misses what is promised, and that is to be raised.
    """
    field = problem.field / problem.reference
    resistance = problem.faces.resistance * problem.reference / problem.voxel_size

    def from_above() -> tuple[PrimalProblem, CellPotential]:
        with SpdSolver(2, problem.solver.requested) as solver:
            primal = PrimalProblem(strength(field), problem.axis, problem.faces, solver, mesh=mesh, pinches=True)
            return primal, primal.on_cells(field, resistance)

    def from_below() -> DualSolution:
        with SpdSolver(2, problem.solver.requested) as solver:
            return dual_bound(field, problem.axis, problem.faces, resistance, solver, mesh)

    if worth_two_threads(len(mesh), problem.solver.choose(len(mesh))):
        (primal, potential), dual = both(from_above, from_below)
    else:
        (primal, potential), dual = from_above(), from_below()
    converged = verify([potential.solution], dual.solution, potential.effective_conductivity, promise)
    lower, upper = ordered(dual.lower, potential.upper, crossing=promise.tolerance, throw=promise.throw)
    estimate = float(np.clip(np.sqrt(dual.lower * potential.effective_conductivity), lower, upper))
    return MeshBounds(
        effective_conductivity=Bounded(*(float(v * problem.reference) for v in (estimate, lower, upper))),
        share=gap_per_cell(primal, potential, dual, field, resistance) * problem.reference,
        converged=converged,
    )
