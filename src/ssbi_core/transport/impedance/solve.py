"""The impedance of a phase map: the public entry of this folder.

The structure is that of `solve_conduction` (same faces, same doubled nodes, same mesh), so that the spectrum ends at
its potential problem where the frequency goes to zero.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from ssbi_core.io.phase_map import PhaseMap
from ssbi_core.materials import MaterialSystem
from ssbi_core.transport.conduct import ConductionProblem
from ssbi_core.transport.impedance.admittance import Admittance, AdmittanceProblem
from ssbi_core.transport.impedance.complex_solve import ComplexSolver
from ssbi_core.transport.impedance.config import ImpedanceConfig
from ssbi_core.transport.impedance.frequencies import frequencies_around, frequency_list, frequency_range
from ssbi_core.transport.impedance.relaxation_times import FEWEST, relaxation_times
from ssbi_core.transport.impedance.response import ComplexField, nominal_relaxation_times, phase_responses
from ssbi_core.transport.impedance.spectrum import ImpedanceSpectrum
from ssbi_core.transport.percolation import percolates
from ssbi_core.transport.structure import Structure


def impedance(
    phases: PhaseMap,
    *,
    system: str | MaterialSystem = "llzo_nmc",
    frequencies: tuple[float, float, float] | Sequence[float] | np.ndarray | None = None,
    temperature: float | None = None,
    axis: int | None = None,
    conductivity: Mapping[str, float] | None = None,
    resistance: Mapping[str, float] | None = None,
    permittivity: Mapping[str, float] | None = None,
    capacitance: Mapping[str, float] | None = None,
    exponent: Mapping[str, float] | None = None,
    config: ImpedanceConfig | None = None,
    progress: Callable[[float], None] | None = None,
) -> ImpedanceSpectrum:
    """Impedance spectrum of a label image, and its distribution of relaxation times.

    Every bulk phase is a resistor beside a capacitor, every interface (and layer given by its resistance) a resistor
    beside a constant-phase element: Z = R / (1 + (j omega tau)^n), tau = R C.

    Parameters
    ----------
    phases : labels (rows, columns) or (slices, rows, columns), codes of `Phase`, with the pixel size in nm.
    system : material system, by name, path or record.
    frequencies : a tuple (lowest Hz, highest Hz, points per decade), or a list or array of the frequencies themselves;
        None goes as far as anything in the picture relaxes.
    temperature : K, 298.15 by default. Resistances follow it; permittivities and capacitances do not.
    axis : 0 rows, 1 columns, 2 slices; None takes the axis across the interface.
    conductivity, resistance : as in `solve_conduction`.
    permittivity : phase key -> relative permittivity of its pixels.
    capacitance : phase key -> F/cm2 of a phase given by its resistance (of the relaxation time: C = tau / R).
    exponent : phase key -> n of a phase given by its resistance.
    config : all settings as one record; arguments that are given come first.
    progress : called with the fraction done.

    Raises
    ------
    InputError, CalibrationError, MaterialError
        If an argument or the labels are not valid.
    SolverError
        If a solve is not accurate to `config.tolerance`.
    """
    ranged = isinstance(frequencies, tuple) and len(frequencies) == 3
    listed = None if ranged or frequencies is None else frequency_list(frequencies)
    config = (config or ImpedanceConfig.model_construct()).with_given(
        {
            "frequencies": frequencies if ranged else None,
            "temperature": temperature,
            "axis": axis,
            "conductivity": conductivity,
            "resistance": resistance,
            "permittivity": permittivity,
            "capacitance": capacitance,
            "exponent": exponent,
        }
    )
    structure = Structure.of(phases, system, config.axis, config.conductivity, config.resistance, config.max_unlabelled)
    responses = phase_responses(structure.system, config, structure.properties(config.temperature)[1])
    field = structure.field(config.temperature)
    with (
        ConductionProblem(
            field.conductivity,
            field.voxel_size,
            structure.array_axis,
            surfaces=field.surfaces,
            mesh=config.mesh,
            uniform_in=[field.body],
        ) as problem,
        ComplexSolver(config.solver) as solver,
    ):
        alternating = ComplexField.of(field, problem.kept, responses)
        nominal = nominal_relaxation_times(field, problem.kept, responses)
        frequency = _frequencies(listed, config, list(nominal.values()))
        solved = _solve_all(problem, alternating, frequency, solver, config.tolerance, progress)
        kappa = np.array([s.value for s in solved])
        through = percolates(problem.live, problem.axis)
    enough = frequency.size >= FEWEST
    return ImpedanceSpectrum(
        frequency=frequency,
        impedance=structure.length / kappa,
        effective_conductivity=kappa,
        drt=relaxation_times(frequency, structure.length / kappa, blocking=not through) if enough else None,
        nominal_relaxation_times={phase.key: tau for phase, tau in nominal.items()},
        length=structure.length,
        axis=structure.axis,
        temperature=config.temperature,
        percolates=through,
        method=f"direct, {solver.method}",
        flux_imbalance=max(s.flux_imbalance for s in solved),
        residual=max(s.residual for s in solved),
        settings=config.model_dump() | structure.settings(config.temperature),
    )


def _frequencies(listed: np.ndarray | None, config: ImpedanceConfig, nominal: list[float]) -> np.ndarray:
    if listed is not None:
        return listed
    return frequency_range(*config.frequencies) if config.frequencies else frequencies_around(nominal)


def _solve_all(
    problem: ConductionProblem,
    alternating: ComplexField,
    frequency: np.ndarray,
    solver: ComplexSolver,
    tolerance: float,
    progress: Callable[[float], None] | None,
) -> list[Admittance]:
    """Effective conductivity in S/cm at every frequency, as the admittance of a unit cube."""
    discrete = AdmittanceProblem(problem.primal.discrete(problem.field), solver)
    scale = problem.shape[problem.axis] ** 2 / math.prod(problem.shape)
    solved = []
    for done, hertz in enumerate(frequency):
        omega = 2 * math.pi * float(hertz)
        pixels = alternating.pixels(omega).reshape(1, -1)
        cells = [pixels] if problem.mesh is None else problem.mesh.coefficients(pixels)
        result = discrete.admittance([*cells, problem.voxel_size * alternating.faces(omega)[None]])
        result.check(tolerance, f"impedance at {hertz:.4g} Hz")
        solved.append(result.scaled(scale))
        if progress is not None:
            progress((done + 1) / frequency.size)
    return solved
