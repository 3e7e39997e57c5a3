"""Solve A x = b for symmetric positive definite A, given as its upper triangle.

The unknowns arrive in nested-dissection order, so no ordering is sought. MKL PARDISO is used where pypardiso is
installed, and its symbolic factorisation kept as long as the sparsity pattern stays the same (the knock-out solves
share it). Otherwise systems go to SuperLU, and those too large for it to conjugate gradients preconditioned by
classical (Ruge-Stueben) algebraic multigrid, which unlike smoothed aggregation stays robust at contrasts of 1e9.
Whoever calls checks the residual; nothing here is trusted.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from functools import lru_cache
from typing import Any

import numpy as np
import scipy.sparse as sp
import scipy.sparse.linalg as spla

from ssbi_core.errors import SolverError

_SUPERLU_LIMIT_2D = 1_500_000  # in our order it takes some 1.4 times as long as PARDISO, and 2 GB
_SUPERLU_LIMIT_3D = 60_000
_PARDISO_LIMIT_3D = 350_000  # the 3D factor grows as n^(4/3): about 6 GB here
_PARDISO_LIMIT_2D = 8_000_000
_AMG_TOLERANCE = 1e-12
_SUPERLU_RESCUE = 2_000_000  # unknowns; above, a stalled iteration is left to the caller's check
_here = threading.local()
_Phase = Callable[[int, sp.csr_matrix, np.ndarray], np.ndarray]


@contextmanager
def one_core() -> Iterator[None]:
    """Solves in this thread keep to one core, so that another thread can use the next."""
    _here.cores = 1
    try:
        yield
    finally:
        _here.cores = 0


class SpdSolver:
    """Linear solver that keeps what consecutive systems with the same sparsity pattern can share.

    Parameters
    ----------
    ndim : dimension of the grid behind the matrices; decides up to what size a factorisation is affordable.
    method : "auto", "pardiso", "superlu" or "amg".
    """

    def __init__(self, ndim: int = 2, method: str = "auto") -> None:
        self.ndim = ndim
        self.requested = method
        self.method = ""
        self._analysed: tuple[np.ndarray, Any, int] | None = None
        self._factor: Any = None

    def __enter__(self) -> SpdSolver:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def solve(self, matrix: sp.csr_matrix, rhs: np.ndarray) -> np.ndarray:
        """Return x; `matrix` is the upper triangle with sorted indices and a full diagonal."""
        if rhs.size == 0:
            return rhs.copy()
        self.method = self.choose(rhs.size)
        return getattr(self, f"_{self.method}")(matrix, rhs)

    def solve_again(self, matrix: sp.csr_matrix, rhs: np.ndarray) -> np.ndarray:
        """Solve with the matrix of the last `solve`, whose factorisation is still at hand."""
        if self.method == "pardiso" and rhs.size:
            return self._pardiso_analysis(matrix)(33, matrix, rhs)
        if self.method == "superlu" and rhs.size:
            return self._refined(matrix, rhs)
        return self.solve(matrix, rhs)

    def factorise(self, matrix: sp.csr_matrix) -> Callable[[np.ndarray], np.ndarray]:
        """What solves with this matrix, for as long as no other is factorised; without iterative refinement."""
        if self.choose(matrix.indptr.size - 1) == "pardiso":
            call = self._pardiso_analysis(matrix, refinement=0)
            self._checked(call, 22, matrix, np.zeros(matrix.indptr.size - 1))
            return lambda rhs: call(33, matrix, rhs)
        factor = spla.splu(_full(matrix).tocsc(), permc_spec="NATURAL", options={"SymmetricMode": True})
        return factor.solve

    def close(self) -> None:
        """Free the memory of a kept factorisation."""
        if self._analysed is not None:
            self._analysed[1].free_memory(everything=True)
            self._analysed = None
        self._factor = None

    def choose(self, size: int) -> str:
        """The method used for a system of `size` unknowns."""
        if self.requested != "auto":
            return self.requested
        if importlib.util.find_spec("pypardiso") is not None:
            limit = _PARDISO_LIMIT_2D if self.ndim < 3 else _PARDISO_LIMIT_3D
            if size <= limit:
                return "pardiso"
        return "superlu" if size <= (_SUPERLU_LIMIT_2D if self.ndim < 3 else _SUPERLU_LIMIT_3D) else "amg"

    def _pardiso(self, matrix: sp.csr_matrix, rhs: np.ndarray) -> np.ndarray:
        call = self._pardiso_analysis(matrix)
        self._checked(call, 22, matrix, rhs)
        return self._checked(call, 33, matrix, rhs)

    def _checked(self, call: _Phase, phase: int, matrix: sp.csr_matrix, rhs: np.ndarray) -> np.ndarray:
        from pypardiso.pardiso_wrapper import PyPardisoError

        try:
            return call(phase, matrix, rhs)
        except PyPardisoError as error:
            self.close()
            raise SolverError(
                f"a singular or indefinite conduction matrix ({error})",
                "a symmetric positive definite matrix",
                "check the conductivities for extreme values, or use the amg solver",
            ) from error

    def _pardiso_analysis(self, matrix: sp.csr_matrix, refinement: int = 1) -> _Phase:
        """What runs a phase of PARDISO on matrices of this sparsity pattern, analysed once."""
        cores = getattr(_here, "cores", 0)
        known = self._analysed
        if known is not None and (known[0] is not matrix.indices or known[2] != cores):
            self.close()  # what was analysed for two threads crashes on one
        fresh = self._analysed is None
        kept = self._analysed or (matrix.indices, new_pardiso(matrix.indptr.size - 1), cores)
        self._analysed = kept
        kept[1].set_iparm(8, refinement)

        def call(phase: int, matrix: sp.csr_matrix, rhs: np.ndarray) -> np.ndarray:
            kept[1].set_phase(phase)
            kept[1].libmkl.MKL_Set_Num_Threads_Local(cores)  # 0 gives it back to MKL
            return kept[1]._call_pardiso(matrix, rhs)

        if fresh:
            call(11, matrix, np.zeros(matrix.indptr.size - 1))
        return call

    def _superlu(self, matrix: sp.csr_matrix, rhs: np.ndarray) -> np.ndarray:
        self._factor = spla.splu(_full(matrix).tocsc(), permc_spec="NATURAL", options={"SymmetricMode": True})
        return self._refined(matrix, rhs)

    def _refined(self, matrix: sp.csr_matrix, rhs: np.ndarray) -> np.ndarray:
        """Solution by the kept factors of SuperLU, with one step of iterative refinement."""
        x = self._factor.solve(rhs)
        return x + self._factor.solve(rhs - symmetric_product(matrix, x))

    def _amg(self, matrix: sp.csr_matrix, rhs: np.ndarray) -> np.ndarray:
        import pyamg

        full = _full(matrix)
        levels = pyamg.ruge_stuben_solver(full, max_coarse=500)
        x, stalled = spla.cg(full, rhs, rtol=_AMG_TOLERANCE, maxiter=500, M=levels.aspreconditioner())
        return self._superlu(matrix, rhs) if stalled and rhs.size <= _SUPERLU_RESCUE else x


def solve_spd(matrix: sp.csr_matrix, rhs: np.ndarray, *, ndim: int = 2, method: str = "auto") -> np.ndarray:
    """Solve one symmetric positive definite system given by its upper triangle (see `SpdSolver`)."""
    with SpdSolver(ndim, method) as solver:
        return solver.solve(matrix, rhs)


def symmetric_product(upper: sp.csr_matrix, x: np.ndarray) -> np.ndarray:
    """A x from the upper triangle of A."""
    return upper @ x + upper.T @ x - upper.diagonal() * x


def _full(upper: sp.csr_matrix) -> sp.csr_matrix:
    return (upper + sp.triu(upper, 1).T).tocsr()


@lru_cache(maxsize=1)
def _pardiso_template() -> Any:
    """The wrapper looks for MKL over the whole environment each time it is made: made once, and told where MKL is."""
    library = _mkl_library()
    if library is not None:
        os.environ.setdefault("PYPARDISO_MKL_RT", library)
    from pypardiso import PyPardisoSolver  # makes one, too

    return PyPardisoSolver(mtype=2)  # real symmetric positive definite


def _mkl_library() -> str | None:
    """Path of MKL's run-time library where it was installed as a Python package."""
    try:
        installed = importlib.metadata.files("mkl") or []
    except importlib.metadata.PackageNotFoundError:
        return None
    return next((str(file.locate()) for file in installed if "mkl_rt" in file.name), None)


def new_pardiso(size: int) -> Any:
    """A PARDISO handle that keeps the order the unknowns come in; for real positive definite matrices."""
    handle = copy(_pardiso_template())
    handle.pt = np.zeros_like(handle.pt)
    handle.iparm = np.zeros_like(handle.iparm)
    handle.iparm[0] = 1  # the values below instead of MKL's defaults
    handle.set_iparm(5, 1)  # our own elimination order, which is the order of the unknowns
    handle.perm = np.arange(1, size + 1, dtype=np.int32)
    handle.set_iparm(24, 1)  # two-level factorisation, scales on many cores
    return handle
