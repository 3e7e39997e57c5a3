"""Conduction with faces that do not obey Ohm's law: Newton's method on a convex energy.

The energy of the potential is half the bulk dissipation plus the energy of every face (`charge_transfer`). Its second
derivative is the matrix of the linear problem with other conductances at the faces, so sparsity, elimination order and
solver are those of `discrete_problem`; it is positive definite everywhere, so the Newton step always leads downhill and
a line search on the energy makes the iteration safe (S. Boyd, L. Vandenberghe, Convex Optimization, 2004, section 9.5).
The voltage is raised in steps, each predicted by the derivative of the last solution by the voltage. That derivative
also is the adjoint of the current: the matrix is symmetric.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ssbi_core.transport.contact_kinetics.charge_transfer import FaceLaw, face_basis, jump_operator
from ssbi_core.transport.discrete_problem import Block, DiscreteProblem

LARGEST_STEP = 40.0
"""Thermal voltages by which the applied voltage grows at most from one solution to the next."""
_SMALLEST_STEP = 1e-3
_MAX_NEWTON = 40  # from a predicted state one thermal voltage too high, each step comes down by one or two
_MAX_HALVINGS = 40
_SUFFICIENT = 1e-4  # share of the predicted decrease of energy that a step has to reach
_ROUNDING = 1e-13  # of the energy


@dataclass(frozen=True, eq=False)
class NewtonState:
    """A solution at one applied voltage, in thermal voltages and for unit pixels.

    Attributes
    ----------
    voltage : between the electrodes.
    values : (unknowns,) potential.
    response : (unknowns,) derivative of the potential by the voltage: the adjoint of the current.
    current, conductance : through the electrodes, and its derivative by the voltage.
    iterations : Newton steps since the last solution asked for.
    flux_imbalance : |inlet - outlet| / mean flux.
    converged : whether the last Newton step was small enough.
    """

    voltage: float
    values: np.ndarray
    response: np.ndarray
    current: float
    conductance: float
    iterations: int
    flux_imbalance: float
    converged: bool


class NonlinearProblem(DiscreteProblem):
    """A discrete problem whose last block are faces that follow a `FaceLaw`.

    Parameters
    ----------
    linear : the linear problem whose blocks, unknowns and solver to take.
    ndim : of the grid.
    bulk : coefficients of all blocks but the last.
    law : of the faces.
    tolerance : error of the potential in the energy norm, relative, at which Newton's method takes its last step.
    """

    def __init__(
        self, linear: DiscreteProblem, ndim: int, bulk: list[np.ndarray], law: FaceLaw, tolerance: float
    ) -> None:
        faces = Block(linear.blocks[-1].connectivity, face_basis(ndim))
        rank = np.zeros(linear.fixed.size, dtype=np.int64)
        rank[linear.free] = np.arange(linear.free.size)
        super().__init__([*linear.blocks[:-1], faces], linear.fixed, rank, linear.solver)
        self.tolerance, self._operator, self.bulk, self.law = tolerance, jump_operator(ndim), bulk, law
        self.floating = self._floating([*bulk, law.tangent(self.jumps(np.zeros(self.fixed.size)))])
        anchored = [~self.floating[block.connectivity[:, 0]] for block in self.blocks]
        self.bulk = [np.where(keep, c, 0.0) for keep, c in zip(anchored[:-1], bulk, strict=True)]
        kept = np.where(anchored[-1], law.conductance, 0.0)
        self.law = FaceLaw(kept, law.reacting, law.direction, law.anodic)

    def jumps(self, values: np.ndarray) -> np.ndarray:
        """Potential jump at the Gauss points of the faces, (faces, points)."""
        return values[self.blocks[-1].connectivity] @ self._operator.T

    def rest(self) -> NewtonState:
        """The solution without voltage."""
        return self._state(0.0, np.zeros(self.fixed.size), 0, converged=True)

    def advance(self, start: NewtonState, voltage: float) -> NewtonState:
        """The solution at another voltage, by continuation; marked where a step did not converge."""
        state, largest, iterations = start, LARGEST_STEP, 0
        while state.voltage != voltage:
            step = float(np.clip(voltage - state.voltage, -largest, largest))
            aim = voltage if abs(voltage - state.voltage) <= largest else state.voltage + step
            values, count, converged = self._newton(state.values + (aim - state.voltage) * state.response)
            iterations += count
            if converged or largest <= _SMALLEST_STEP:
                state = self._state(aim, values, iterations, converged=converged)
                if not converged:
                    return state
                largest = min(2 * largest, LARGEST_STEP)
            else:
                largest = abs(step) / 4
        return state

    def forces(self, values: np.ndarray) -> np.ndarray:
        """Net current out of every unknown, (unknowns,): the derivative of the energy."""
        return self._reaction(values, self._secant(values), near_fixed=False)

    def tangent(self, values: np.ndarray) -> list[np.ndarray]:
        """Coefficients of the matrix of second derivatives of the energy."""
        return [*self.bulk, self.law.tangent(self.jumps(values))]

    def energy(self, values: np.ndarray) -> float:
        """What the solution minimises; infinite where exponentials overflow."""
        faces = self.law.energy(self.jumps(values)).mean(axis=0)
        none = np.zeros((len(self.blocks[-1].basis), len(faces)))
        bulk = self._energies(values, [*self.bulk, none])
        return sum(float(np.sum(e)) for e in bulk) / 2 + float(faces.sum())

    def _secant(self, values: np.ndarray) -> list[np.ndarray]:
        return [*self.bulk, self.law.secant(self.jumps(values))]

    def _newton(self, values: np.ndarray) -> tuple[np.ndarray, int, bool]:
        energy = self.energy(values)
        for count in range(1, _MAX_NEWTON + 1):
            if not np.isfinite(energy):
                return values, count, False
            forces = self.forces(values)
            power = abs(float(forces @ values))
            step = np.zeros_like(values)
            step[self.free] = self.solver.solve(self._matrix(self.tangent(values)), -forces[self.free])
            decrement = -float(forces[self.free] @ step[self.free])
            values, energy, full = self._downhill(values, step, energy, decrement)
            if full and decrement <= self.tolerance**2 * power:
                return values, count, True
        return values, _MAX_NEWTON, False

    def _downhill(
        self, values: np.ndarray, step: np.ndarray, energy: float, decrement: float
    ) -> tuple[np.ndarray, float, bool]:
        """Values and energy after the longest of the halved steps that leads downhill, and whether it was the first."""
        share = 1.0
        for _ in range(_MAX_HALVINGS):
            trial = values + share * step
            reached = self.energy(trial)
            if reached <= energy - _SUFFICIENT * share * decrement + _ROUNDING * abs(energy):
                return trial, reached, share == 1
            share /= 2
        return values, energy, False

    def _state(self, voltage: float, values: np.ndarray, iterations: int, *, converged: bool) -> NewtonState:
        unit = self.solve(self.tangent(values))
        secant = self._secant(values)
        inlet, outlet = self._fluxes(values, secant)
        mean = (abs(inlet) + abs(outlet)) / 2
        # The response weighs the forces so that an error of the potential enters the current only squared.
        current = float(unit.values @ self._reaction(values, secant, near_fixed=False))
        imbalance = abs(inlet - outlet) / mean if mean else 0.0
        return NewtonState(voltage, values, unit.values, current, unit.energy, iterations, imbalance, converged)
