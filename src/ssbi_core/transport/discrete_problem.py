"""A discrete conduction problem: elements that join unknowns, some unknowns fixed, the energy minimised.

Every discretisation here (potential, stream function, finite volumes) is a list of element blocks. A block has
a connectivity, a basis of small element matrices, and per solve a coefficient for every element and basis matrix.
The sparsity pattern is sorted once per problem; a new set of coefficients only refills the numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from threading import Lock

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from ssbi_core.errors import SolverError
from ssbi_core.transport.linear_solve import SpdSolver, symmetric_product

_one_at_a_time = Lock()  # sorting a pattern takes more memory than anything else here
_REFINE = 1e-9  # relative flux imbalance above which the solution is corrected
_REFINE_AGAIN = 1e-7  # and above which it is corrected once more
_MOST_CORRECTIONS = 4


@dataclass(frozen=True, eq=False)
class Block:
    """Elements of one kind: connectivity (elements, k) and basis (b, k, k) of their matrices."""

    connectivity: np.ndarray
    basis: np.ndarray


@dataclass(frozen=True, eq=False)
class DiscreteSolution:
    """Values of all unknowns, energy of every element per block, and the checks made on them.

    `parts` are two arrays that add up to the values, but keep differences that the rounded sum cannot hold.
    """

    values: np.ndarray
    parts: tuple[np.ndarray, np.ndarray]
    energies: list[np.ndarray]
    inlet: float
    outlet: float
    residual: float

    @property
    def energy(self) -> float:
        """Total energy; equals the current for a unit difference between the fixed values."""
        return float(sum(np.sum(e) for e in self.energies))

    @property
    def flux_imbalance(self) -> float:
        """|inlet - outlet| / mean flux."""
        mean = (abs(self.inlet) + abs(self.outlet)) / 2
        return abs(self.inlet - self.outlet) / mean if mean else 0.0


@dataclass(frozen=True, eq=False)
class _Pattern:
    """Sparsity of the matrix, and the linear map from all coefficients to its numbers: a refill is one product."""

    indices: np.ndarray
    indptr: np.ndarray
    fill: sp.csr_matrix


@dataclass(frozen=True, eq=False)
class _Entries:
    """Contributions to the upper triangle: place, which coefficient, with what weight."""

    low: np.ndarray
    high: np.ndarray
    coefficient: np.ndarray
    weight: np.ndarray


class DiscreteProblem:
    """Minimise the energy of element blocks over the free unknowns.

    Parameters
    ----------
    blocks : element blocks.
    fixed : value of every unknown, NaN where it is free; unknowns of no element are left out and stay 0.
    rank : elimination rank of every unknown (ties allowed), see `nested_dissection`.
    solver : linear solver to use (and whose kept factorisation to share).
    once : solved once only, so that the memory of the pattern can go before the factorisation needs it.
    """

    def __init__(
        self, blocks: list[Block], fixed: np.ndarray, rank: np.ndarray, solver: SpdSolver, *, once: bool = False
    ) -> None:
        self.once = once
        self.blocks = blocks
        self.fixed = fixed
        self.solver = solver
        used = np.zeros(fixed.size, dtype=bool)
        for block in blocks:
            used[block.connectivity] = True
        free = np.flatnonzero(np.isnan(fixed) & used)
        self.free = free[np.argsort(rank[free], kind="stable")]
        self._position = np.full(fixed.size, -1, dtype=np.int32)
        self._position[self.free] = np.arange(self.free.size, dtype=np.int32)

    def beside(self, solver: SpdSolver) -> DiscreteProblem:
        """The same problem with another solver; the sorted pattern is shared."""
        other = copy(self)
        other.solver = solver
        return other

    def solve(
        self, coefficients: list[np.ndarray], *, may_float: bool = False, refine: bool = False
    ) -> DiscreteSolution:
        """Solve with coefficients (b, elements) per block.

        may_float : True where some coefficients are zero, so that unknowns may hang free of both fixed ends;
            these are taken out, and NaN is their value.
        refine : correct the solution once even where its fluxes balance.
        """
        coefficients, floating = self._anchored(coefficients) if may_float else (coefficients, None)
        values = np.nan_to_num(self.fixed, nan=0.0)
        matrix = self._matrix(coefficients)
        if self.once:
            del self._pattern
        rhs = -self._reaction(values, coefficients, near_fixed=True)[self.free]
        values[self.free] = self.solver.solve(matrix, rhs)
        residual = _relative_residual(matrix, values[self.free], rhs)
        fluxes = self._fluxes(values, coefficients)
        rough, correction, limit = values, np.zeros_like(values), -1.0 if refine else _REFINE
        step, imbalance = rough, np.zeros(self.free.size)
        for _ in range(_MOST_CORRECTIONS):
            if abs(fluxes[0] - fluxes[1]) <= limit * abs(fluxes[0]):
                break
            imbalance += self._reaction(step, coefficients, near_fixed=False)[self.free]
            step = self._correction(imbalance, matrix)
            fluxes += self._fluxes(step, coefficients)
            correction, limit = correction + step, _REFINE_AGAIN
            values = rough + correction
        energies = self._energies(values, coefficients)
        if floating is not None:
            values[floating] = np.nan
        return DiscreteSolution(values, (rough, correction), energies, float(fluxes[0]), float(fluxes[1]), residual)

    def response(
        self, coefficients: list[np.ndarray], *, may_float: bool = False
    ) -> Callable[[np.ndarray], tuple[np.ndarray, float]]:
        """What turns a current fed into every unknown into the change of all values, with the relative residual.

        Coefficients and `may_float` are those of the last `solve`, whose factorisation serves. What is fed into fixed
        and floating unknowns is left out, and they stay as they are.
        """
        floating = np.zeros(self.fixed.size, dtype=bool)
        if may_float:
            coefficients, floating = self._anchored(coefficients)
        matrix = self._matrix(coefficients)

        def respond(current: np.ndarray) -> tuple[np.ndarray, float]:
            change = np.zeros(self.fixed.size)
            fed = np.where(floating, 0.0, current)[self.free]
            change[self.free] = self.solver.solve_again(matrix, fed)
            return change, _relative_residual(matrix, change[self.free], fed)

        return respond

    def _fluxes(self, values: np.ndarray, coefficients: list[np.ndarray]) -> np.ndarray:
        """Current in through the unknowns fixed at 1, and out through those fixed at 0."""
        reaction = self._reaction(values, coefficients, near_fixed=True)
        return np.array([reaction[self.fixed == 1].sum(), -reaction[self.fixed == 0].sum()])

    def _correction(self, imbalance: np.ndarray, matrix: sp.csr_matrix) -> np.ndarray:
        """One step of iterative refinement, against a residual made of differences and so free of cancellation.

        Its flux is added to that of the values before the two are rounded together: where the potential hardly
        falls near a face, the sum alone could not hold the flux.
        """
        correction = np.zeros(self.fixed.size)
        correction[self.free] = self.solver.solve_again(matrix, -imbalance)
        return correction

    def _anchored(self, coefficients: list[np.ndarray]) -> tuple[list[np.ndarray], np.ndarray]:
        """Coefficients without those of elements that hang free of both fixed ends, and which unknowns do."""
        floating = self._floating(coefficients)
        kept = [
            np.where(floating[block.connectivity[:, 0]], 0.0, c)
            for block, c in zip(self.blocks, coefficients, strict=True)
        ]
        return kept if floating.any() else coefficients, floating

    def _floating(self, coefficients: list[np.ndarray]) -> np.ndarray:
        links = []
        for block, c in zip(self.blocks, coefficients, strict=True):
            members = block.connectivity[np.any(c != 0, axis=0)]
            links += [np.stack([members[:, 0], corner]) for corner in members.T[1:]]
        first, second = np.concatenate(links, axis=1)
        graph = sp.coo_matrix((np.ones(first.size, np.int8), (first, second)), shape=(self.fixed.size,) * 2)
        cluster = connected_components(graph, directed=False)[1]
        anchored = np.zeros(cluster.max() + 1, dtype=bool)
        anchored[cluster[~np.isnan(self.fixed)]] = True
        return ~anchored[cluster]

    @cached_property
    def _pattern(self) -> _Pattern:
        with _one_at_a_time:
            return self._sorted_pattern()

    def _sorted_pattern(self) -> _Pattern:
        entries = self._entries()
        by_column = _counting_argsort(entries.high, self.free.size)
        order = by_column[_counting_argsort(entries.low[by_column], self.free.size)]
        low, high = entries.low[order], entries.high[order]
        new = np.ones(order.size, dtype=bool)
        new[1:] = (low[1:] != low[:-1]) | (high[1:] != high[:-1])
        starts = np.flatnonzero(new)
        indptr = np.concatenate([[0], np.cumsum(np.bincount(low[starts], minlength=self.free.size))])
        fill = sp.csr_matrix((starts.size, self._num_coefficients()))
        fill.data, fill.indices = entries.weight[order], entries.coefficient[order]
        fill.indptr = np.append(starts, order.size).astype(np.int32)
        return _Pattern(high[starts].astype(np.int32), indptr.astype(np.int32), fill)

    def _num_coefficients(self) -> int:
        return sum(len(block.basis) * len(block.connectivity) for block in self.blocks)

    def _entries(self) -> _Entries:
        # The diagonal is present even where no element puts a number; there the weight is 0.
        diagonal = np.arange(self.free.size, dtype=np.int32)
        parts = [(diagonal, diagonal, np.zeros_like(diagonal), np.zeros(diagonal.size))]
        offset = 0
        for block in self.blocks:
            at = self._position[block.connectivity]
            for basis in block.basis:
                element = np.arange(offset, offset + len(at), dtype=np.int32)
                parts += [_contribution(at, element, basis, a, b) for a, b in _pairs(at.shape[1]) if basis[a, b] != 0]
                offset += len(at)
        return _Entries(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))

    def _matrix(self, coefficients: list[np.ndarray]) -> sp.csr_matrix:
        pattern = self._pattern
        data = pattern.fill @ np.concatenate([c.ravel() for c in coefficients])
        first = pattern.indptr[:-1]
        data[first] = np.where(data[first] > 0, data[first], 1.0)
        matrix = sp.csr_matrix((self.free.size,) * 2)
        matrix.data, matrix.indices, matrix.indptr = data, pattern.indices, pattern.indptr
        return matrix

    def _reaction(self, values: np.ndarray, coefficients: list[np.ndarray], *, near_fixed: bool) -> np.ndarray:
        total = np.zeros(self.fixed.size)
        for block, c, touching in zip(self.blocks, coefficients, self._touching_fixed, strict=True):
            members = block.connectivity[touching] if near_fixed else block.connectivity
            weights = c[:, touching] if near_fixed else c
            local = np.einsum("bm,bkl,ml->mk", weights, block.basis, _differences(values, members), optimize=True)
            total += np.bincount(members.ravel(), local.ravel(), minlength=total.size)
        return total

    @cached_property
    def _touching_fixed(self) -> list[np.ndarray]:
        is_fixed = ~np.isnan(self.fixed)
        return [np.flatnonzero(is_fixed[block.connectivity].any(axis=1)) for block in self.blocks]

    def _energies(self, values: np.ndarray, coefficients: list[np.ndarray]) -> list[np.ndarray]:
        energies = []
        for block, c in zip(self.blocks, coefficients, strict=True):
            local = _differences(values, block.connectivity)
            energies.append(
                sum(ck * np.sum((local @ basis) * local, axis=1) for ck, basis in zip(c, block.basis, strict=True))
            )
        return energies


def check(solution: DiscreteSolution, *, tolerance: float, what: str) -> None:
    """Raise SolverError where residual or flux balance are worse than promised."""
    if solution.residual <= tolerance and solution.flux_imbalance <= tolerance:
        return
    raise SolverError(
        f"{what}: residual {solution.residual:.1e}, inlet against outlet flux {solution.flux_imbalance:.1e}",
        f"both below {tolerance:.0e}",
        "use the direct solver (install napari-ssbi[pardiso]), or check the conductivities for extreme values",
    )


def _differences(values: np.ndarray, members: np.ndarray) -> np.ndarray:
    """Corner values less that of the first corner: exact, and all that a conduction element sees."""
    return values[members] - values[members[:, :1]]


def _contribution(
    at: np.ndarray, element: np.ndarray, basis: np.ndarray, a: int, b: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Entries of one pair of corners: low and high unknown, coefficient, weight; pairs with a fixed corner left out."""
    keep = (at[:, a] >= 0) & (at[:, b] >= 0)
    first, second = at[keep, a], at[keep, b]
    # Two corners of an element can be one merged unknown: both halves then fall on the diagonal.
    weight = np.where((first == second) & (a != b), 2 * basis[a, b], basis[a, b])
    return np.minimum(first, second), np.maximum(first, second), element[keep], weight


def _pairs(k: int) -> list[tuple[int, int]]:
    return [(a, b) for a in range(k) for b in range(a, k)]


def _counting_argsort(keys: np.ndarray, size: int) -> np.ndarray:
    """Stable argsort of integers in [0, size) in linear time: the transpose of a one-entry-per-row matrix."""
    rows = sp.csr_matrix(
        (np.ones(keys.size, np.int8), keys, np.arange(keys.size + 1, dtype=np.int32)), shape=(keys.size, size)
    )
    return rows.tocsc().indices


def _relative_residual(matrix: sp.csr_matrix, x: np.ndarray, rhs: np.ndarray) -> float:
    norm = np.linalg.norm(rhs)
    return float(np.linalg.norm(rhs - symmetric_product(matrix, x)) / norm) if norm else 0.0
