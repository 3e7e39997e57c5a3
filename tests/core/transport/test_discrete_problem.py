"""Solutions are corrected until their fluxes balance."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.sparse.linalg import spsolve

from ssbi_core.transport.discrete_problem import Block, DiscreteProblem
from ssbi_core.transport.linear_solve import SpdSolver


class RoughSolver(SpdSolver):
    """Solves with a relative error of its own in every unknown."""

    def __init__(self, error: float) -> None:
        super().__init__(2, "superlu")
        self.error, self.solves = error, 0

    def solve(self, matrix: sp.csr_matrix, rhs: np.ndarray) -> np.ndarray:
        self.solves += 1
        full = matrix + sp.triu(matrix, 1).T
        return spsolve(full.tocsc(), rhs) * (1 + self.error * np.cos(np.arange(rhs.size)))

    solve_again = solve


def chain(error: float) -> tuple[DiscreteProblem, RoughSolver, list[np.ndarray]]:
    """Nine conductors in a row between 1 and 0, one of them a hundred times worse."""
    nodes = np.arange(10)
    fixed = np.full(10, np.nan)
    fixed[0], fixed[-1] = 1, 0
    basis = np.array([[[1.0, -1.0], [-1.0, 1.0]]])
    solver = RoughSolver(error)
    problem = DiscreteProblem([Block(np.stack([nodes[:-1], nodes[1:]], 1), basis)], fixed, nodes, solver)
    conductance = np.ones((1, 9))
    conductance[0, 4] = 0.01
    return problem, solver, [conductance]


@pytest.mark.parametrize(("error", "solves"), [(0.0, 1), (1e-7, 2), (1e-3, 4)])
def test_a_rough_solution_is_corrected_as_often_as_it_takes(error: float, solves: int) -> None:
    problem, solver, conductance = chain(error)
    solution = problem.solve(conductance)
    assert solver.solves <= solves
    assert solution.inlet == pytest.approx(1 / 108, rel=1e-6)
    assert solution.flux_imbalance < 1e-6
