"""A conduction field whose contact obeys Butler-Volmer kinetics: solved at many voltages, with derivatives."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ssbi_core.errors import SolverError
from ssbi_core.materials import Phase
from ssbi_core.transport.conduct import ConductionProblem, MeshKind
from ssbi_core.transport.conductivity_field import ConductionField
from ssbi_core.transport.contact_kinetics.charge_transfer import GAS_CONSTANT_OVER_FARADAY, FaceLaw
from ssbi_core.transport.contact_kinetics.newton import NewtonState, NonlinearProblem
from ssbi_core.transport.elements import gradient_products
from ssbi_core.transport.percolation import percolates
from ssbi_core.transport.primal import PrimalProblem
from ssbi_core.transport.tensors import is_tensor

_FLUX_TOLERANCE = 1e-6


class ContactConduction:
    """A conduction field with Butler-Volmer kinetics on its faces of phase CONTACT; use as a context manager.

    Parameters
    ----------
    built : field with its resistive faces; scalars or tensors.
    axis : array axis of transport.
    temperature, anodic_transfer, tolerance, solver, mesh : as in `polarisation_curve`.
    primal : assembly of the bulk.
    """

    def __init__(
        self,
        built: ConductionField,
        axis: int,
        temperature: float = 298.15,
        anodic_transfer: float = 0.5,
        tolerance: float = 1e-9,
        solver: str = "auto",
        mesh: MeshKind = "auto",
        primal: type[PrimalProblem] = PrimalProblem,
    ) -> None:
        self._linear = ConductionProblem(
            built.conductivity,
            built.voxel_size,
            axis,
            surfaces=built.surfaces,
            method=solver,
            mesh=mesh,
            primal=primal,
        )
        self._body, self._anodic, self._tolerance = built.body, anodic_transfer, tolerance
        self._thermal = GAS_CONSTANT_OVER_FARADAY * temperature
        linear = self._linear
        section = math.prod(linear.shape) / linear.shape[axis]
        self._areal = linear.reference / linear.voxel_size / section  # S/cm2 per unit of conductance

    def __enter__(self) -> ContactConduction:
        return self

    def __exit__(self, *exception: object) -> None:
        self._linear.__exit__(*exception)

    def curve(self, voltages: np.ndarray, *, gradients: bool, throw: bool) -> dict[str, Any]:
        """All columns of a `PolarisationCurve`."""
        if not percolates(self._linear.live, self._linear.axis):
            return self._blocked(voltages, gradients=gradients)
        problem = self.problem()
        states = self._states(problem, voltages)
        rest = problem.rest()
        conductance = np.array([s.conductance for s in states]) * self._areal
        current = np.array([s.current for s in states]) * self._areal * self._thermal
        chord = np.divide(current, voltages, out=conductance.copy(), where=voltages != 0)
        good = np.array([s.converged and s.flux_imbalance <= _FLUX_TOLERANCE for s in states])
        reason = self._misses(voltages, states, good, throw=throw)
        return {
            "voltage": voltages,
            "current_density": current,
            "area_specific_resistance": 1 / chord,
            "differential_conductance": conductance,
            "contact_share": np.array([_contact_share(problem, s) for s in states]),
            "newton_iterations": np.array([s.iterations for s in states]),
            "converged": good,
            "flux_imbalance": np.array([s.flux_imbalance for s in states]),
            "conductivity_gradient": np.stack([self.gradient(s) for s in states]) if gradients else None,
            "linear_resistance": 1 / (rest.conductance * self._areal),
            "reason": reason,
        }

    def problem(self) -> NonlinearProblem:
        """The nonlinear problem, dimensionless: thermal voltages, pixels, the largest conductivity."""
        linear = self._linear
        primal, scaled = linear.primal, linear.field / linear.reference
        of_pixels = primal.pixel_coefficients(scaled)
        bulk = [of_pixels] if primal.mesh is None else primal.mesh.coefficients(of_pixels)
        faces = linear.faces
        conductance = linear.voxel_size / (faces.resistance * linear.reference)
        reacting = faces.phase == Phase.CONTACT
        before = self._body.ravel()[faces.first] == Phase.NMC
        behind = self._body.ravel()[faces.second] == Phase.NMC
        law = FaceLaw(conductance, reacting, np.where(before & ~behind, 1.0, -1.0), self._anodic)
        return NonlinearProblem(primal.discrete(scaled), len(linear.shape), bulk, law, self._tolerance)

    def gradient(self, state: NewtonState) -> np.ndarray:
        """Derivative of the current density by the conductivity of each pixel, (A/cm2)/(S/cm).

        The response w of the potential u to the voltage is the adjoint of the current, so that
        d I / d sigma_p is the integral of grad w . grad u over the pixel (for tensors, of their product).
        """
        potential, adjoint = (self._at_corners(v) for v in (state.values, state.response))
        field, ndim = self._linear.field, len(self._linear.shape)
        by_tensor = np.einsum("pa,ijab,pb->pij", adjoint, gradient_products(ndim), potential, optimize=True)
        by_tensor = (by_tensor + by_tensor.transpose(0, 2, 1)) / 2
        scale = self._areal * self._thermal / self._linear.reference
        result = by_tensor if is_tensor(field) else np.trace(by_tensor, axis1=1, axis2=2)
        return result.reshape(field.shape) * scale

    def _at_corners(self, values: np.ndarray) -> np.ndarray:
        """Corner values (pixels, 2^d), less that of the first corner."""
        primal = self._linear.primal
        mesh = primal.mesh
        corners = values[primal.corners] if mesh is None else mesh.on_pixels(mesh.at_corners(values, primal.corners))
        return corners - corners[:, :1]

    def _states(self, problem: NonlinearProblem, voltages: np.ndarray) -> list[NewtonState]:
        """Solutions in the order of the voltages, each found from the next smaller one of its sign."""
        found: dict[int, NewtonState] = {}
        for sign in (1, -1):
            state = problem.rest()
            for index in sorted(np.flatnonzero(voltages * sign > 0), key=lambda k: abs(voltages[k])):
                state = problem.advance(state, float(voltages[index]) / self._thermal)
                found[int(index)] = state
                if not state.converged:  # the next voltage starts anew
                    state = problem.rest()
        return [found.get(k) or problem.rest() for k in range(voltages.size)]

    def _misses(self, voltages: np.ndarray, states: list[NewtonState], good: np.ndarray, *, throw: bool) -> str:
        if good.all():
            return ""
        at = int(np.flatnonzero(~good)[0])
        reached = states[at].voltage * self._thermal
        error = SolverError(
            f"no converged solution at {voltages[at]:g} V (Newton's method stopped at {reached:g} V, "
            f"inlet against outlet flux {states[at].flux_imbalance:.1e})",
            f"Newton's method to converge, and fluxes to balance to {_FLUX_TOLERANCE:.0e}",
            "ask for smaller voltages, or use the direct solver (install napari-ssbi[pardiso])",
        )
        if throw:
            raise error
        return str(error)

    def _blocked(self, voltages: np.ndarray, *, gradients: bool) -> dict[str, Any]:
        zero = np.zeros(voltages.size)
        return {
            "voltage": voltages,
            "current_density": zero,
            "area_specific_resistance": zero + np.inf,
            "differential_conductance": zero.copy(),
            "contact_share": zero.copy(),
            "newton_iterations": zero.astype(int),
            "converged": zero == 0,
            "flux_imbalance": zero.copy(),
            "conductivity_gradient": np.zeros((voltages.size, *self._linear.field.shape)) if gradients else None,
            "linear_resistance": math.inf,
            "reason": f"no conducting path along array axis {self._linear.axis} joins the two faces",
        }


def _contact_share(problem: NonlinearProblem, state: NewtonState) -> float:
    """Share of the dissipated power in the faces that react; at rest, its limit for small voltages."""
    rest = state.voltage == 0
    jump = problem.jumps(state.response if rest else state.values)
    conductance = problem.law.conductance if rest else problem.law.secant(jump)
    dissipated = (conductance * jump.T**2).mean(axis=0)[problem.law.reacting].sum()
    return float(dissipated / (state.conductance if rest else state.current * state.voltage))
