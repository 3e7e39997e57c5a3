"""Effective conductivity of a picture of pixels or voxels by multigrid, with an account of its own error."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import lru_cache

import jax
import jax.numpy as jnp
import numpy as np
from scipy import ndimage
from scipy.linalg import eigvalsh_tridiagonal

from ssbi_core.transport.multigrid.coarsest import CoarsestGrid
from ssbi_core.transport.multigrid.compilation import keep_compiled_programs
from ssbi_core.transport.multigrid.iteration import advance, evaluate, free_shape, prepare
from ssbi_core.transport.multigrid.layout import coarse_shape

_COARSEST = {2: 300_000, 3: 60_000}  # unknowns whose factorisation still pays
_NO_COARSER = {2: 1_500, 3: 3_000}  # unknowns below which nothing is gained by another grid
_SAFETY = 0.8  # on the smallest eigenvalue, which the iteration finds from above
_LEAST_KEPT = 0.1  # of the error, by one step: what is left after it is not known better
_ROUNDING = 1e-13
_one_at_a_time = threading.Lock()  # the factorisation is kept per shape


@dataclass(frozen=True, eq=False)
class MultigridSolution:
    """Potential of a scalar field, for unit voltage along the first axis on a grid of unit pixels.

    Attributes
    ----------
    potential : value at all nodes, (n + 1, ...).
    gradient_square : (n, ...) mean |grad phi|^2 of every pixel: the derivative of the energy by its conductivity.
    energy : of this potential, in units of the conductivity: an upper bound of the current, whatever the error.
    energy_error : estimate of how much of it, relatively, is left above the minimum.
    inlet, outlet : current through the first and the last row.
    iterations : steps taken.
    converged : whether the estimate met the tolerance.
    """

    potential: np.ndarray
    gradient_square: np.ndarray
    energy: float
    energy_error: float
    inlet: float
    outlet: float
    iterations: int
    converged: bool

    @property
    def effective_conductivity(self) -> float:
        """Of the whole picture, in the unit of the conductivity passed in; an upper bound."""
        shape = self.gradient_square.shape
        return self.energy * shape[0] ** 2 / float(np.prod(shape))


def solve_on_pixels(
    conductivity: np.ndarray, *, tolerance: float = 1e-6, max_iterations: int = 200
) -> MultigridSolution:
    """Solve a percolating scalar field for current along its first axis, which has two pixels at least.

    Parameters
    ----------
    conductivity : (rows, columns) or (slices, rows, columns), float64, >= 0.
    tolerance : relative error of the energy, hence of the effective conductivity.
    max_iterations : steps after which the iteration gives up and says so.
    """
    shape = conductivity.shape
    field = without_floating(conductivity)
    depth = _depth(free_shape(shape))
    keep_compiled_programs()
    with _one_at_a_time, jax.enable_x64(True):
        device = jnp.asarray(field)
        levels, couplings, state, kept, right = prepare(device, depth)
        grid = _coarsest_grid(tuple(right.shape))
        solve = grid.factorise({step: np.asarray(values) for step, values in couplings.items()})
        record = _Record(float(field[0].sum()), tolerance)
        while record.unsettled and record.steps < max_iterations:
            state, kept, right, numbers = advance(levels, state, kept, jnp.asarray(solve(np.asarray(right))))
            record.add(*np.asarray(numbers))
        potential, gradient, numbers = map(np.asarray, evaluate(state.x, device))
    energy, inlet, outlet = map(float, numbers)
    # Rounding lets the iteration lose track of its own residual; the energy of what it arrived at would then differ.
    error = record.error + abs(energy / record.energy - 1)
    converged = record.converged and bool(error <= tolerance + _ROUNDING * record.start / energy)
    return MultigridSolution(potential, gradient, energy, float(error), inlet, outlet, record.steps, converged)


class _Record:
    """What the coefficients of the iteration tell of its error.

    Every step lowers the energy by alpha r z (Hestenes and Stiefel; Strakos and Tichy, BIT 45 (2005) 789). What was
    above the minimum before the step is at most r z over the smallest eigenvalue of the preconditioned matrix, for
    which the coefficients of the iteration give its smallest Ritz value.
    """

    def __init__(self, energy: float, tolerance: float) -> None:
        self.start, self.energy, self.tolerance = energy, energy, tolerance
        self.falls: list[float] = []
        self.lengths: list[float] = []
        self.factors: list[float] = []
        self.error = np.inf

    @property
    def steps(self) -> int:
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
        return bool(np.isfinite(self.energy) and self.energy > 0 and self.error <= self.tolerance)

    def _bound(self) -> float:
        lengths, factors = np.array(self.lengths), np.array(self.factors)
        diagonal = 1 / lengths
        diagonal[1:] += factors[1:] / lengths[:-1]
        smallest = eigvalsh_tridiagonal(diagonal, np.sqrt(factors[1:]) / lengths[:-1], select="i", select_range=(0, 0))[
            0
        ]
        before = self.falls[-1] / self.lengths[-1] / (_SAFETY * smallest)  # of the iterate before the last step
        return float(max(before - self.falls[-1], _LEAST_KEPT * before) / self.energy)


def without_floating(conductivity: np.ndarray) -> np.ndarray:
    """The field with clusters that touch neither the first nor the last row taken for insulators: no current there."""
    live = conductivity > 0
    if live.all():
        return np.asarray(conductivity, dtype=np.float64)
    cluster = np.zeros(live.shape, dtype=np.int32)
    ndimage.label(live, np.ones((3,) * live.ndim), output=cluster)
    anchored = np.zeros(int(cluster.max()) + 1, dtype=bool)
    anchored[cluster[0]] = True
    anchored[cluster[-1]] = True
    anchored[0] = False
    return np.where(anchored[cluster], conductivity, 0.0)


@lru_cache(maxsize=4)
def _coarsest_grid(shape: tuple[int, ...]) -> CoarsestGrid:
    return CoarsestGrid(shape)


def _depth(shape: tuple[int, ...]) -> int:
    """How many times to coarsen: as little as the factorisation allows, at least once."""
    depth, ndim = 1, len(shape)
    shape = coarse_shape(shape)
    while np.prod(shape) > (_NO_COARSER if depth < 2 else _COARSEST)[ndim]:
        shape, depth = coarse_shape(shape), depth + 1
    return depth
