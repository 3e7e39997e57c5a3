"""Direct solution of a small grid as a band matrix: no ordering and no pattern to set up, only LAPACK."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from scipy.linalg import get_lapack_funcs

from ssbi_core.errors import SolverError

_factorise, _substitute = get_lapack_funcs(("pbtrf", "pbtrs"), dtype=np.float64)
_MOST_WORK = 40_000_000  # unknowns times bandwidth squared, above which a sparse factorisation takes less time


def works_as_band(shape: tuple[int, ...]) -> bool:
    """Whether a grid is small enough."""
    return int(np.prod(shape)) * _bandwidth(shape) ** 2 <= _MOST_WORK


def factorise_band(couplings: Mapping[tuple[int, ...], np.ndarray]) -> Callable[[np.ndarray], np.ndarray]:
    """What solves with the operator of `hierarchy`'s coarsest grid for right-hand sides (shape); dead nodes give 0.

    Raises
    ------
    SolverError
        If the operator is not positive definite.
    """
    shape = next(iter(couplings.values())).shape
    strides = [int(np.prod(shape[axis + 1 :])) for axis in range(len(shape))]
    band = np.zeros((_bandwidth(shape) + 1, int(np.prod(shape))), order="F")
    for step, values in couplings.items():
        if any(step):
            held = values[tuple(slice(0, n - abs(s)) for s, n in zip(step, shape, strict=True))]
            low = tuple(slice(max(-s, 0), n - max(s, 0)) for s, n in zip(step, shape, strict=True))
            band[int(np.dot(step, strides))].reshape(shape)[low] -= held
        else:
            band[0] = np.where(values > 0, values, 1.0).ravel()
    factor, failed = _factorise(band, lower=1, overwrite_ab=1)
    if failed:
        raise SolverError(
            "a singular or indefinite coarse grid",
            "a symmetric positive definite one",
            "check the conductivities for extreme values, or use another solver",
        )

    def solution(right: np.ndarray) -> np.ndarray:
        return _substitute(factor, right.ravel(), lower=1)[0].reshape(shape)

    return solution


def _bandwidth(shape: tuple[int, ...]) -> int:
    """Distance of a node from its last neighbour, in the order they are stored."""
    return sum(int(np.prod(shape[axis + 1 :])) for axis in range(len(shape)))
