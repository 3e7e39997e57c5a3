"""Solve A x = b for complex symmetric A (equal to its transpose, not to its conjugate), given as its upper triangle.

All conductances here are a real plus i times another, both >= 0, so that some rotation of A has a positive definite
real part. Such a matrix is factorised without pivoting as safely as a positive definite one (N. J. Higham, Factorizing
complex symmetric matrices with positive definite real and imaginary parts, Math. Comp. 67 (1998) 1591), which keeps
the nested-dissection order and one symbolic factorisation for all frequencies. Rows are scaled to a unit diagonal
first: pores at low frequency are smaller than their neighbours by ten decades and more.

MKL PARDISO is used where pypardiso is installed (its wrapper checks for real numbers, but only passes pointers on),
SuperLU otherwise. Whoever calls checks the residual; nothing here is trusted.
"""

from __future__ import annotations

import importlib.util
from typing import Any, Literal

import numpy as np
import scipy.sparse as sp
import scipy.sparse.linalg as spla

from ssbi_core.errors import SolverError
from ssbi_core.transport.linear_solve import new_pardiso

ComplexMethod = Literal["auto", "pardiso", "superlu"]

_COMPLEX_SYMMETRIC = 6  # PARDISO's code for the kind of matrix
_NO_PERTURBATION = 200  # pivots below 10^-200 of the largest number are replaced: never, at a unit diagonal


class ComplexSolver:
    """Keeps the last factorisation, and with PARDISO the symbolic one, for matrices of one sparsity pattern.

    Parameters
    ----------
    method : "auto" (PARDISO where it is installed), "pardiso" or "superlu".
    """

    def __init__(self, method: ComplexMethod = "auto") -> None:
        found = importlib.util.find_spec("pypardiso") is not None
        self.method = ("pardiso" if found else "superlu") if method == "auto" else method
        self._pardiso: tuple[np.ndarray, Any] | None = None
        self._superlu: spla.SuperLU | None = None
        self._scale = np.zeros(0)
        self._matrix = sp.csr_matrix((0, 0))

    def __enter__(self) -> ComplexSolver:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def factorize(self, matrix: sp.csr_matrix) -> None:
        """Factorise; `matrix` is the upper triangle with sorted indices and a full diagonal of non-zero numbers.

        Raises
        ------
        SolverError
            If the matrix is singular.
        """
        self._scale = 1 / np.sqrt(np.abs(matrix.data[matrix.indptr[:-1]]))  # the diagonal starts every row
        rows = np.repeat(self._scale, np.diff(matrix.indptr))
        self._matrix = sp.csr_matrix(matrix.shape, dtype=complex)
        self._matrix.data = matrix.data * rows * self._scale[matrix.indices]
        self._matrix.indices, self._matrix.indptr = matrix.indices, matrix.indptr
        if self._scale.size == 0:
            return
        try:
            self._factorize_pardiso() if self.method == "pardiso" else self._factorize_superlu()
        except (RuntimeError, _pardiso_error()) as error:
            self.close()
            raise SolverError(
                f"a singular admittance matrix ({error})",
                "conductances that differ by less than some 200 decades",
                "check conductivities and permittivities for extreme values",
            ) from error

    def solve(self, rhs: np.ndarray) -> np.ndarray:
        """Return x (complex) for the matrix factorised last."""
        scaled = np.asarray(rhs * self._scale, dtype=complex)
        if scaled.size == 0:
            return scaled
        if self.method == "pardiso":
            assert self._pardiso is not None
            self._pardiso[1].set_phase(33)
            return self._scale * self._pardiso[1]._call_pardiso(self._matrix, scaled)
        assert self._superlu is not None
        return self._scale * self._superlu.solve(scaled)

    def close(self) -> None:
        """Free the memory of the kept factorisation."""
        if self._pardiso is not None:
            self._pardiso[1].free_memory(everything=True)
        self._pardiso = self._superlu = None

    def _factorize_pardiso(self) -> None:
        matrix, nothing = self._matrix, np.zeros(self._scale.size, dtype=complex)
        if self._pardiso is not None and self._pardiso[0] is not matrix.indices:
            self.close()
        fresh = self._pardiso is None
        self._pardiso = kept = self._pardiso or (matrix.indices, _complex_pardiso(self._scale.size))
        for phase in (11, 22) if fresh else (22,):
            kept[1].set_phase(phase)
            kept[1]._call_pardiso(matrix, nothing)

    def _factorize_superlu(self) -> None:
        full = sp.csc_matrix(self._matrix + sp.triu(self._matrix, 1).T)
        options = {"SymmetricMode": True, "DiagPivotThresh": 0.0}
        self._superlu = spla.splu(full, permc_spec="NATURAL", diag_pivot_thresh=0.0, options=options)


def _complex_pardiso(size: int) -> Any:
    handle = new_pardiso(size)
    handle.set_matrix_type(_COMPLEX_SYMMETRIC)
    handle.set_iparm(10, _NO_PERTURBATION)
    return handle


def _pardiso_error() -> type[Exception]:
    if importlib.util.find_spec("pypardiso") is None:
        return RuntimeError
    from pypardiso.pardiso_wrapper import PyPardisoError

    return PyPardisoError
