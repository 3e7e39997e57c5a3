"""The potential problem with complex conductances: the admittance between the two electrodes at one frequency.

Blocks, unknowns, their order and the sparsity are those of the real problem (`discrete_problem`); only the numbers are
complex. The admittance is the bilinear form u' A u of the solution (no complex conjugate). It is stationary there, so
that an error of the potential enters squared; the currents through both electrodes are computed apart, as a check.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from ssbi_core.errors import SolverError
from ssbi_core.transport.discrete_problem import DiscreteProblem
from ssbi_core.transport.impedance.complex_solve import ComplexSolver

_CORRECTIONS = 3  # steps of iterative refinement at most; the first one suffices in all but the widest ranges
_BALANCED = 1e-10  # relative flux imbalance at which refinement stops


@dataclass(frozen=True)
class Admittance:
    """Current for a unit potential difference between the electrodes, and the checks made on it.

    inlet, outlet : the current in through one electrode and out through the other.
    residual : of the linear system, relative, with rows scaled to a unit diagonal.
    """

    value: complex
    inlet: complex
    outlet: complex
    residual: float

    @property
    def flux_imbalance(self) -> float:
        """|inlet - outlet| / mean flux."""
        mean = (abs(self.inlet) + abs(self.outlet)) / 2
        return abs(self.inlet - self.outlet) / mean if mean else 0.0

    def scaled(self, factor: float) -> Admittance:
        """The same solve in another unit."""
        return Admittance(self.value * factor, self.inlet * factor, self.outlet * factor, self.residual)

    def check(self, tolerance: float, what: str) -> None:
        """Raise SolverError where the solve is worse than `tolerance`."""
        worst = max(self.residual, self.flux_imbalance)
        if np.isfinite(self.value) and self.value != 0 and worst <= tolerance:
            return
        raise SolverError(
            f"{what}: admittance {self.value:.3g}, residual {self.residual:.1e}, "
            f"inlet against outlet flux {self.flux_imbalance:.1e}",
            f"a finite admittance and both below {tolerance:.0e}",
            "check conductivities and permittivities for extreme values, or leave the lowest frequencies out",
        )


class AdmittanceProblem(DiscreteProblem):
    """A discrete problem to be solved for many sets of complex coefficients.

    Parameters
    ----------
    real : the real problem whose blocks and unknowns to take.
    solver : complex linear solver, whose symbolic factorisation all solves share.
    """

    def __init__(self, real: DiscreteProblem, solver: ComplexSolver) -> None:
        super().__init__(real.blocks, real.fixed, real._position, real.solver)  # the order that `real` sorted by
        self._complex_solver = solver

    def admittance(self, coefficients: list[np.ndarray]) -> Admittance:
        """Solve with complex coefficients (b, elements) per block, none of them zero all around an unknown."""
        potential = np.nan_to_num(self.fixed, nan=0.0).astype(complex)
        rhs = -self._currents(potential, coefficients, near_electrodes=True)[self.free]
        matrix = self._complex_matrix(coefficients)
        self._complex_solver.factorize(matrix)
        potential[self.free] = self._complex_solver.solve(rhs)
        fluxes, total = self._electrode_fluxes(potential, coefficients), potential
        scale = 1 / np.sqrt(np.abs(matrix.diagonal()))
        for step in range(_CORRECTIONS + 1):
            imbalance = self._currents(total, coefficients)[self.free]
            residual = np.linalg.norm(scale * imbalance) / (np.linalg.norm(scale * rhs) or 1.0)
            if step == _CORRECTIONS or abs(fluxes[0] - fluxes[1]) <= _BALANCED * abs(fluxes[0]):
                break
            correction = np.zeros_like(total)
            correction[self.free] = self._complex_solver.solve(-imbalance)
            # Fluxes are added, not only potentials: where the potential hardly falls, their rounded sum holds no flux.
            fluxes += self._electrode_fluxes(correction, coefficients)
            total = total + correction
        return Admittance(self._bilinear(total, coefficients), complex(fluxes[0]), complex(fluxes[1]), float(residual))

    def _complex_matrix(self, coefficients: list[np.ndarray]) -> sp.csr_matrix:
        pattern = self._pattern
        matrix = sp.csr_matrix((self.free.size,) * 2, dtype=complex)
        matrix.data = pattern.fill @ np.concatenate([c.ravel() for c in coefficients]).astype(complex)
        matrix.indices, matrix.indptr = pattern.indices, pattern.indptr
        return matrix

    def _electrode_fluxes(self, potential: np.ndarray, coefficients: list[np.ndarray]) -> np.ndarray:
        currents = self._currents(potential, coefficients, near_electrodes=True)
        return np.array([currents[self.fixed == 1].sum(), -currents[self.fixed == 0].sum()])

    def _currents(
        self, potential: np.ndarray, coefficients: list[np.ndarray], *, near_electrodes: bool = False
    ) -> np.ndarray:
        """Current out of every unknown, (unknowns,), from potential differences and so free of cancellation."""
        total = np.zeros(self.fixed.size, dtype=complex)
        for block, c, touching in zip(self.blocks, coefficients, self._touching_fixed, strict=True):
            members = block.connectivity[touching] if near_electrodes else block.connectivity
            weights = c[:, touching] if near_electrodes else c
            flow = _flow(_differences(potential, members), weights, block.basis)
            real, imag = (
                np.bincount(members.ravel(), part.ravel(), minlength=total.size)
                for part in (np.real(flow), np.imag(flow))
            )
            total += real + 1j * imag
        return total

    def _bilinear(self, potential: np.ndarray, coefficients: list[np.ndarray]) -> complex:
        value = 0j
        for block, c in zip(self.blocks, coefficients, strict=True):
            difference = _differences(potential, block.connectivity)
            value += complex(np.sum(_flow(difference, c, block.basis) * difference))
        return value


def _flow(difference: np.ndarray, weights: np.ndarray, basis: np.ndarray) -> np.ndarray:
    """Current out of every corner, (elements, k), of elements with these corner potentials and coefficients."""
    flow = np.zeros(difference.shape, dtype=complex)
    for weight, matrix in zip(weights, basis, strict=True):
        flow += weight[:, None] * (difference @ matrix)
    return flow


def _differences(potential: np.ndarray, members: np.ndarray) -> np.ndarray:
    """Corner potentials less that of the first corner: exact, and all that an element sees."""
    return potential[members] - potential[members[:, :1]]
