"""What the coefficients of conjugate gradients tell of their own error."""

from __future__ import annotations

import numpy as np
from scipy.linalg import get_lapack_funcs

(_tridiagonal_eigenvalues,) = get_lapack_funcs(("sterf",), dtype=np.float64)
_SAFETY = 0.8  # on the smallest eigenvalue, which the iteration finds from above
_LEAST_KEPT = 0.1  # of the error, by one step: what is left after it is not known better


class ErrorEstimate:
    """Energy of the iterate, and how far above the minimum it is at most, step by step.

    Every step lowers the energy by alpha r z (Hestenes and Stiefel; Strakos and Tichy, BIT 45 (2005) 789). What was
    above the minimum before the step is at most r z over the smallest eigenvalue of the preconditioned matrix, for
    which the coefficients of the iteration give its smallest Ritz value.

    Attributes
    ----------
    energy : after the last step.
    error : relative to it, as of the last call of `unsettled`.
    """

    def __init__(self, energy: float, tolerance: float) -> None:
        self.start, self.energy, self.tolerance = energy, energy, tolerance
        self.falls: list[float] = []
        self.lengths: list[float] = []
        self.factors: list[float] = []
        self.error = np.inf

    @property
    def steps(self) -> int:
        """Steps added."""
        return len(self.falls)

    def add(self, current: float, length: float, factor: float) -> None:
        """One step: r z before it, its length, its conjugation factor."""
        self.falls.append(current * length)
        self.lengths.append(length)
        self.factors.append(factor)
        self.energy -= current * length

    @property
    def unsettled(self) -> bool:
        """Whether another step is needed."""
        if self.steps == 0:
            return True
        last = self.falls[-1]
        if not np.isfinite(last) or last <= 0 or self.energy <= 0:
            return False
        if self.steps == 1:
            return True
        self.error = self._bound()
        return self.error > self.tolerance

    @property
    def converged(self) -> bool:
        """Whether the error met the tolerance."""
        return bool(np.isfinite(self.energy) and self.energy > 0 and self.error <= self.tolerance)

    def _bound(self) -> float:
        lengths, factors = np.array(self.lengths), np.array(self.factors)
        diagonal = 1 / lengths
        diagonal[1:] += factors[1:] / lengths[:-1]
        ritz, _ = _tridiagonal_eigenvalues(diagonal, np.sqrt(factors[1:]) / lengths[:-1])
        before = self.falls[-1] / self.lengths[-1] / (_SAFETY * ritz[0])  # of the iterate before the last step
        return float(max(before - self.falls[-1], _LEAST_KEPT * before) / self.energy)
