"""jax-fem as its users run it: its assembly, then the SciPy solver it offers (`umfpack_solver`, which calls spsolve).

Its default solver (BiCGStab with a diagonal preconditioner) is slower still on these structures, and stops on absolute
tolerances. The gradient is by jax-fem's own residual: one more solve with the transposed matrix, one more product.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import scipy.sparse as sp
import scipy.sparse.linalg as spla

from ssbi_core.transport.finite_element import JaxFemPrimalProblem, weighted_residual_gradient
from ssbi_core.transport.linear_solve import SpdSolver
from ssbi_core.transport.surfaces import Surfaces


class JaxFem:
    """A picture's problem, set up outside the clock as jax-fem's `Problem` is."""

    def __init__(self, field: np.ndarray) -> None:
        self.field = field
        self.problem = JaxFemPrimalProblem(field, 0, Surfaces.none(), SpdSolver(2))
        self.fixed = self.problem.fixed
        self.free = np.flatnonzero(np.isnan(self.fixed))

    def value(self) -> float:
        """Effective conductivity."""
        return self._solve()[0]

    def value_and_gradient(self) -> tuple[float, np.ndarray]:
        """Effective conductivity and its derivative by the conductivity of every pixel."""
        value, potential, matrix, inlet = self._solve()
        adjoint = (self.fixed == 1).astype(float)
        adjoint[self.free] = -spla.spsolve(matrix.T.tocsc(), inlet)
        return value, weighted_residual_gradient(self.problem, self.field, potential, adjoint)

    def _solve(self) -> tuple[float, np.ndarray, sp.csc_matrix, np.ndarray]:
        corners = self.problem.corners
        with jax.enable_x64(True):
            elements = np.asarray(jnp.asarray(self.problem.pixel_matrices(self.field)))
        rows = np.repeat(corners, 4, axis=1).ravel()
        columns = np.tile(corners, 4).ravel()
        whole = sp.coo_matrix((elements.ravel(), (rows, columns)), shape=(self.fixed.size,) * 2).tocsr()
        potential = np.nan_to_num(self.fixed)
        inner = whole[self.free]
        matrix = inner[:, self.free].tocsc()
        right = inner @ potential
        potential[self.free] = spla.spsolve(matrix, -right)
        current = float((whole @ potential)[self.fixed == 1].sum())
        return current, potential, matrix, right
