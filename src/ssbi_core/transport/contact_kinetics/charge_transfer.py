"""The law of current against potential jump at a face: Butler-Volmer at a contact, Ohm elsewhere.

With x = F eta / RT the Butler-Volmer current is that of an area-specific resistance R = RT / (F i0) times
exp(a x) - exp(-(1 - a) x), where a is the anodic transfer coefficient. It is the derivative of a convex energy, so
that the potential problem with such faces still has one minimum. Potentials are counted in thermal voltages RT / F.
Source: J. Newman, K. E. Thomas-Alyea, Electrochemical Systems, 3rd ed. (2004), section 8.3.

The jump varies along a face; its energy is summed over the two (four in 3D) Gauss points, which integrate the square
of a bilinear jump exactly: for small jumps nothing differs from the linear face (`elements.jump`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ssbi_core.transport.elements import SPRING

GAS_CONSTANT_OVER_FARADAY = 8.617333262e-5  # V/K, the same number as Boltzmann's constant in eV/K (CODATA 2018)
_SERIES_BELOW = 1e-2  # |x| below which differences of exponentials lose digits
_TERMS = range(2, 9)  # of the series there: the next one is 1e-2^7 / 9! of the first


@dataclass(frozen=True, eq=False)
class FaceLaw:
    """Current, its derivative and its energy for the jumps at the Gauss points of all faces.

    Attributes
    ----------
    conductance : (faces,) of a small jump.
    reacting : (faces,) true where charge transfer makes the law exponential.
    direction : (faces,) +1 where the active material lies before the face, -1 where it lies behind it.
    anodic : transfer coefficient of the anodic exponential, between 0 and 1.
    """

    conductance: np.ndarray
    reacting: np.ndarray
    direction: np.ndarray
    anodic: float

    def secant(self, jump: np.ndarray) -> np.ndarray:
        """Current over jump, (points, faces) from jumps (faces, points)."""
        x, a = self._overpotential(jump), self.anodic
        size = np.abs(x)
        falling = np.divide(-np.expm1(-size), size, out=np.ones_like(x), where=size > 0)
        return self._spread(np.exp(np.where(x > 0, a * x, (a - 1) * x)) * falling, jump)

    def tangent(self, jump: np.ndarray) -> np.ndarray:
        """Derivative of the current by the jump, (points, faces)."""
        x, a = self._overpotential(jump), self.anodic
        return self._spread(a * np.exp(a * x) + (1 - a) * np.exp((a - 1) * x), jump)

    def energy(self, jump: np.ndarray) -> np.ndarray:
        """Integral of the current over the jump, (points, faces); infinite where exponentials overflow."""
        x, a = self._overpotential(jump), self.anodic
        near = np.where(np.abs(x) < _SERIES_BELOW, x, 0.0)
        series = sum(near**k / math.factorial(k) * (a ** (k - 1) + (-1) ** k * (1 - a) ** (k - 1)) for k in _TERMS)
        with np.errstate(over="ignore"):
            far = np.expm1(a * x) / a + np.expm1((a - 1) * x) / (1 - a)
            result = self.conductance[:, None] * jump**2 / 2
            result[self.reacting] = self.conductance[self.reacting, None] * np.where(near != 0, series, far)
        return result.T

    def _overpotential(self, jump: np.ndarray) -> np.ndarray:
        """Of the reacting faces, (reacting, points): active material less electrolyte."""
        return jump[self.reacting] * self.direction[self.reacting, None]

    def _spread(self, factor: np.ndarray, jump: np.ndarray) -> np.ndarray:
        """Conductances of all faces, of which those that react are multiplied by `factor`."""
        result = np.repeat(self.conductance[:, None], jump.shape[1], axis=1)
        result[self.reacting] *= factor
        return result.T


def gauss_points(ndim: int) -> np.ndarray:
    """Shape functions of a unit face at its Gauss points, (points, 2^(d-1)); all points weigh the same."""
    low, high = (1 + 1 / math.sqrt(3)) / 2, (1 - 1 / math.sqrt(3)) / 2
    shape = np.ones((1, 1))
    for _ in range(ndim - 1):
        shape = np.kron(shape, [[low, high], [high, low]])
    return shape


def jump_operator(ndim: int) -> np.ndarray:
    """Matrix (points, 2^d) from the corners of both sides of a face to the jumps (before less behind)."""
    return np.kron([[1.0, -1.0]], gauss_points(ndim))


def face_basis(ndim: int) -> np.ndarray:
    """Element matrices of a face, one per Gauss point, (points, 2^d, 2^d); their sum is `elements.jump`."""
    shape = gauss_points(ndim)
    return np.stack([np.kron(SPRING, np.outer(row, row)) for row in shape]) / len(shape)
