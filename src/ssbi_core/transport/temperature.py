"""Conductivity against temperature, and the activation energy it seems to have.

Each phase follows sigma T = A exp(-Ea / kT) with its own Ea. A structure of several phases does not: where the
controlling one changes, the plot of ln(sigma T) against 1/kT bends. The fit gives the one activation energy an
experiment over this range would report, and the local slopes show whether it means anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from ssbi_core.errors import InputError
from ssbi_core.io.phase_map import PhaseMap
from ssbi_core.materials import MaterialSystem
from ssbi_core.materials.system import BOLTZMANN_EV
from ssbi_core.transport.conduct import ConductionProblem, MeshKind
from ssbi_core.transport.structure import Structure

_OWN_ERROR = 1e-3  # relative error of a conductivity without any gap between its bounds, so that weights stay finite


class ArrheniusFit(NamedTuple):
    """sigma T = prefactor exp(-activation_energy / kT).

    activation_energy : eV.
    standard_error : eV, from the scatter about the line; NaN for two temperatures.
    prefactor : S K / cm.
    """

    activation_energy: float
    standard_error: float
    prefactor: float


@dataclass(frozen=True, eq=False)
class TemperatureSweep:
    """Effective conductivity of one structure at several temperatures.

    Attributes
    ----------
    temperature : (n,) K, as asked for.
    conductivity, lower, upper : (n,) S/cm, estimate and discretisation bounds (`lower` is 0 without bounds).
    area_specific_resistance : (n,) ohm cm2 of the field of view.
    local_activation_energy : (n,) eV, slope of ln(sigma T) at each temperature.
    fit : over all temperatures; NaN where the structure does not conduct.
    percolates : whether a conducting path joins the two faces.
    settings : how the sweep was made.
    """

    temperature: np.ndarray
    conductivity: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    area_specific_resistance: np.ndarray
    local_activation_energy: np.ndarray
    fit: ArrheniusFit
    percolates: bool
    settings: Mapping[str, Any] = field(default_factory=dict)

    def rows(self) -> list[dict[str, float]]:
        """The table, one row per temperature; keys carry units."""
        columns = {
            "temperature_K": self.temperature,
            "effective_conductivity_S_per_cm": self.conductivity,
            "lower_S_per_cm": self.lower,
            "upper_S_per_cm": self.upper,
            "area_specific_resistance_ohm_cm2": self.area_specific_resistance,
            "local_activation_energy_eV": self.local_activation_energy,
        }
        return [{key: float(column[k]) for key, column in columns.items()} for k in range(self.temperature.size)]


def temperature_sweep(
    phases: PhaseMap,
    temperatures: Sequence[float] | np.ndarray,
    *,
    system: str | MaterialSystem = "llzo_nmc",
    axis: int | None = None,
    conductivity: Mapping[str, float] | None = None,
    resistance: Mapping[str, float] | None = None,
    bounds: bool = True,
    tolerance: float = 1e-6,
    throw: bool = True,
    solver: str = "auto",
    mesh: MeshKind = "auto",
) -> TemperatureSweep:
    """Effective conductivity at several temperatures, and the Arrhenius law that fits it best.

    Parameters
    ----------
    phases, system, axis : as in `solve_conduction`.
    temperatures : (n,) K, at least two different ones.
    conductivity, resistance : as in `solve_conduction`, and the same at every temperature.
    bounds, tolerance, throw, solver, mesh : as in `conduct`.

    Notes
    -----
    The fit is by least squares on ln(sigma T), each temperature weighted by the inverse square of half its gap of
    bounds (in ln sigma, at least 0.1 %). Errors of the discretisation move all temperatures alike and are not in the
    standard error, which tells how far the points are from a line.

    Raises
    ------
    InputError, CalibrationError, MaterialError
        If an argument or the labels are not valid.
    SolverError
        If a solve is not accurate and `throw` is set.
    """
    kelvin = checked_temperatures(temperatures)
    structure = Structure.of(phases, system, axis, conductivity, resistance)
    fields = [structure.field(float(t)) for t in kelvin]
    coldest = fields[int(np.argmin(kelvin))]  # where interfaces weigh most, so that none of them is left out
    problem = ConductionProblem(
        coldest.conductivity,
        coldest.voxel_size,
        structure.array_axis,
        surfaces=coldest.surfaces,
        method=solver,
        mesh=mesh,
        uniform_in=[coldest.body],
    )
    with problem:
        solved = [
            problem.with_properties(f.conductivity, f.surfaces.resistance).solve(
                bounds=bounds, tolerance=tolerance, throw=throw
            )
            for f in fields
        ]
    sigma, lower, upper = np.array([s.effective_conductivity for s in solved]).T
    percolates = all(s.percolates for s in solved)
    slopes = _slopes(kelvin, sigma) if percolates else np.full(kelvin.size, np.nan)
    error = np.log(upper / lower) / 2 if bounds and percolates else None
    return TemperatureSweep(
        temperature=kelvin,
        conductivity=sigma,
        lower=lower,
        upper=upper,
        area_specific_resistance=np.divide(structure.length, sigma, out=np.full(sigma.size, np.inf), where=sigma > 0),
        local_activation_energy=slopes,
        fit=fit_arrhenius(kelvin, sigma, error) if percolates else ArrheniusFit(np.nan, np.nan, np.nan),
        percolates=percolates,
        settings=structure.settings(float(kelvin[0])),
    )


def fit_arrhenius(
    temperature: np.ndarray, conductivity: np.ndarray, relative_error: np.ndarray | None = None
) -> ArrheniusFit:
    """Weighted least-squares line through ln(sigma T) against 1/kT.

    Parameters
    ----------
    temperature : (n,) K, at least two different ones.
    conductivity : (n,) S/cm, above 0.
    relative_error : (n,) of each conductivity; only their ratios matter, above a floor of 0.1 %. None: all alike.

    Raises
    ------
    InputError
        If a conductivity is not above 0.
    """
    if not (np.isfinite(conductivity) & (conductivity > 0)).all():
        raise InputError("a conductivity that is not above 0", "S/cm above 0", "leave these temperatures out")
    x, y = 1 / (BOLTZMANN_EV * temperature), np.log(conductivity * temperature)
    weight = np.ones_like(x) if relative_error is None else 1 / (relative_error**2 + _OWN_ERROR**2)
    weight = weight / weight.sum()
    centre = weight @ x
    spread = weight @ (x - centre) ** 2
    slope = weight @ ((x - centre) * (y - weight @ y)) / spread
    intercept = weight @ y - slope * centre
    # chi2 / (n - 2) times the inverse of the normal matrix; the scale of the weights drops out.
    scatter = weight @ (y - intercept - slope * x) ** 2
    error = np.sqrt(scatter / (x.size - 2) / spread) if x.size > 2 else np.nan
    return ArrheniusFit(float(-slope), float(error), float(np.exp(intercept)))


def _slopes(kelvin: np.ndarray, sigma: np.ndarray) -> np.ndarray:
    """Local activation energy in eV at every temperature, by central differences over the sorted ones."""
    order = np.argsort(kelvin)
    x, y = 1 / (BOLTZMANN_EV * kelvin[order]), np.log(sigma * kelvin)[order]
    slopes = np.empty_like(y)
    slopes[order] = -np.gradient(y, x)
    return slopes


def checked_temperatures(temperatures: Sequence[float] | np.ndarray) -> np.ndarray:
    """Temperatures of a sweep as (n,) float64, or what is wrong with them (InputError)."""
    kelvin = np.asarray(temperatures, dtype=np.float64)
    if kelvin.ndim != 1 or not np.isfinite(kelvin).all() or np.unique(kelvin).size < max(kelvin.size, 2):
        raise InputError(
            f"temperatures {temperatures!r}",
            "at least two different numbers in K, none of them twice",
            "give e.g. 250, 300, 350",
        )
    return kelvin
