"""Other solvers on the same system: assembled once outside the clock, then timed to a verified accuracy."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pyamg
import scipy.sparse as sp
import scipy.sparse.linalg as spla
from pypardiso import PyPardisoSolver

from ssbi_core.transport.elements import laplacian, pixel_corners


class System(NamedTuple):
    """Free nodes of a field between a first row at 1 and a last row at 0; the energy is start - right . x."""

    matrix: sp.csr_matrix
    right: np.ndarray
    start: float

    def energy(self, x: np.ndarray) -> float:
        """Upper bound of the current for any x: the energy, not the product, so that an error cannot hide."""
        return float(self.start - 2 * self.right @ x + x @ (self.matrix @ x))


class Timed(NamedTuple):
    """CPU seconds to reach the accuracy, and the relative error reached."""

    seconds: float
    error: float


def assemble(field: np.ndarray) -> System:
    """The system that bilinear (trilinear) pixel elements make."""
    corners, element = pixel_corners(field.shape), laplacian(field.ndim)
    size = int(np.prod(np.add(field.shape, 1)))
    rows = np.repeat(corners, corners.shape[1], axis=1).ravel()
    columns = np.tile(corners, corners.shape[1]).ravel()
    whole = sp.coo_matrix(
        ((field.reshape(-1, 1) * element.ravel()).ravel(), (rows, columns)), shape=(size, size)
    ).tocsr()
    plane = int(np.prod(np.add(field.shape[1:], 1)))
    inner = whole[plane : size - plane]
    right = -np.asarray(inner[:, :plane].sum(axis=1)).ravel()
    return System(inner[:, plane : size - plane].tocsr(), right, float(whole[:plane, :plane].sum()))


def ruge_stuben(system: System, reference: float, accuracy: float) -> Timed:
    """pyamg's classical multigrid with conjugate gradients, stopped as early as the accuracy allows."""
    start = time.process_time()
    levels = pyamg.ruge_stuben_solver(system.matrix)
    set_up = time.process_time() - start
    for tolerance in 10.0 ** -np.arange(2, 13):
        start = time.process_time()
        x = levels.solve(system.right, tol=tolerance, accel="cg", maxiter=300)
        seconds, error = time.process_time() - start, abs(system.energy(x) / reference - 1)
        if error <= accuracy:
            break
    return Timed(set_up + seconds, error)


def pardiso(system: System, reference: float, accuracy: float) -> Timed:
    """MKL PARDISO, symmetric positive definite, its own ordering."""
    del accuracy
    upper = sp.triu(system.matrix).tocsr()
    upper.sort_indices()
    solver = PyPardisoSolver(mtype=2)
    start = time.process_time()
    solver.set_phase(13)
    x = solver._call_pardiso(upper, system.right)
    seconds = time.process_time() - start
    solver.free_memory(everything=True)
    return Timed(seconds, abs(system.energy(x) / reference - 1))


def superlu(system: System, reference: float, accuracy: float) -> Timed:
    """SciPy's sparse LU, minimum-degree ordering on A' + A."""
    del accuracy
    matrix = system.matrix.tocsc()
    start = time.process_time()
    x = spla.splu(matrix, permc_spec="MMD_AT_PLUS_A", options={"SymmetricMode": True}).solve(system.right)
    return Timed(time.process_time() - start, abs(system.energy(x) / reference - 1))


PEERS: dict[str, Callable[[System, float, float], Timed]] = {
    "pyamg": ruge_stuben,
    "pardiso": pardiso,
    "superlu": superlu,
}
