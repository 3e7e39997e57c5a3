"""Ionic conduction through a phase map: the public entry of this stage."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Literal

import numpy as np
from pydantic import ValidationError

from ssbi_core.errors import InputError
from ssbi_core.graph.axis import AXIS_NAMES
from ssbi_core.io.phase_map import PhaseMap
from ssbi_core.materials import PHASES, MaterialSystem
from ssbi_core.transport.attribution import resistance_share
from ssbi_core.transport.bottleneck import find_bottlenecks
from ssbi_core.transport.conduct import ConductionProblem
from ssbi_core.transport.conduction import Conduction
from ssbi_core.transport.conductivity_field import ConductionField, FieldGeometry, nearest_solid
from ssbi_core.transport.config import TransportConfig
from ssbi_core.transport.knockout import gain_with_contact, knockout_gain
from ssbi_core.transport.primal import PrimalProblem
from ssbi_core.transport.refinement import tighten
from ssbi_core.transport.solution import ConductionSolution
from ssbi_core.transport.structure import Structure
from ssbi_core.types import silent


def solve_conduction(
    phases: PhaseMap,
    *,
    system: str | MaterialSystem = "llzo_nmc",
    temperature: float | None = None,
    axis: int | None = None,
    conductivity: Mapping[str, float] | None = None,
    resistance: Mapping[str, float] | None = None,
    knockout: bool | None = None,
    rel_gap: float | None = None,
    throw: bool = True,
    backend: Literal["direct", "jax-fem"] | None = None,
    config: TransportConfig | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> ConductionSolution:
    """Effective ionic conductivity, its bounds, and where the resistance sits.

    Parameters
    ----------
    phases : labels (rows, columns) or (slices, rows, columns), codes of `Phase`, with the pixel size in nm. Unlabelled
        pixels take the phase of the nearest labelled one; more of them than `config.max_unlabelled` (5 %) are refused.
    system : material system, by name, path or record.
    temperature : K, 298.15 by default.
    axis : 0 rows, 1 columns, 2 slices; None takes the axis across the interface, or rows where the picture holds
        no interface (the settings of the result then say so).
    conductivity : phase key -> S/cm, for that phase's pixels as they are.
    resistance : phase key -> ohm cm2, for grain_boundary, contact, dislocation (surfaces of no thickness) and
        reaction_layer, coating (total of the drawn thickness).
    knockout : also solve (the default) with each feature replaced by the solid it displaced.
    rel_gap : refine the mesh until the bounds are as close, relative to the estimate; says so where it cannot.
    throw : raise SolverError where a solve is not accurate; otherwise `reason` says so.
    backend : "direct" (the default) assembles pixel elements, "jax-fem" assembles the same weak form with jax-fem.
    config : all settings as one record; arguments that are given come first.
    progress : called with what is being done and the share done; what it raises ends the solve.

    Returns
    -------
    ConductionSolution
        With conductivity 0 and the reason where no conducting path joins the two faces.

    Raises
    ------
    InputError, CalibrationError, MaterialError
        If an argument or the labels are not valid.
    SolverError
        If a solve is not accurate and `throw` is set.
    """
    config = _merged(
        config,
        {
            "temperature": temperature,
            "axis": axis,
            "conductivity": conductivity,
            "resistance": resistance,
            "knockout": knockout,
            "rel_gap": rel_gap,
            "backend": backend,
        },
    )
    report = progress or silent
    structure = Structure.of(phases, system, config.axis, config.conductivity, config.resistance, config.max_unlabelled)
    bodies, lines = structure.properties(config.temperature)
    geometry = structure.geometry(config.temperature)
    field = structure.field(config.temperature, geometry)
    solid = nearest_solid(structure.labels) if config.knockout else None
    set_up = partial(
        ConductionProblem,
        voxel_size=field.voxel_size,
        axis=structure.array_axis,
        method=config.solver,
        mesh=config.mesh,
        uniform_in=[field.body] if solid is None else [field.body, solid],
        primal=None if config.backend == "direct" else primal_type(config.backend),
    )

    def solved(other: FieldGeometry) -> float:
        report("Taking phases away, with a contact in their place", 0.8)
        changed = structure.field(config.temperature, other)
        with set_up(changed.conductivity, surfaces=changed.surfaces) as problem:
            return problem.upper(changed.conductivity, changed.surfaces.resistance)

    with set_up(field.conductivity, surfaces=field.surfaces) as problem:
        report("Solving for the potential", 0.05)
        conduction = problem.solve(bounds=config.bounds, tolerance=config.tolerance, throw=throw)
        narrow = None
        report("Ranking the bottlenecks", 0.5)
        if config.bottlenecks:
            narrow = find_bottlenecks(structure.labels, field, conduction, lines, structure.array_axis)
        conduction = replace(conduction, corner_potential=None)  # large, and the solves to come need the room
        gains = {}
        if config.knockout:
            each = lambda done: report("Taking phases away", 0.55 + 0.25 * done)  # noqa: E731
            each(0.0)
            gains = knockout_gain(structure.labels, field, solid, problem, bodies, conduction.from_potential, each)
    with_contact = gain_with_contact(gains, geometry, solid, solved, conduction.from_potential)
    report("Closing the bounds", 0.9)
    conduction, more = _tightened(field, conduction, config, structure.array_axis, throw)
    settings = config.model_dump() | structure.settings(config.temperature)
    settings["notes"] += more
    return replace(
        _solution(field, conduction, (gains, with_contact), config, structure), settings=settings, bottlenecks=narrow
    )


def _tightened(
    field: ConductionField, conduction: Conduction, config: TransportConfig, axis: int, throw: bool
) -> tuple[Conduction, list[str]]:
    """Closer bounds where a gap was asked for, and what to say of them."""
    if config.rel_gap is None or not config.bounds or not conduction.percolates:
        return conduction, []
    found = tighten(
        field,
        axis,
        conduction.effective_conductivity,
        config.rel_gap,
        tolerance=config.tolerance,
        throw=throw,
        method=config.solver,
        max_cells=config.max_cells,
    )
    if found.reached:
        said = [f"pixels cut into {found.factor} x {found.factor} for closer bounds"] if found.factor > 1 else []
    else:
        low, high = found.effective_conductivity.lower, found.effective_conductivity.upper
        gap = (high - low) / found.effective_conductivity.estimate
        said = [
            f"bounds {gap:.2%} apart where {config.rel_gap:.2%} was asked for: pixels cut finer than "
            f"{found.factor} x {found.factor} would not fit in memory"
        ]
    return replace(conduction, effective_conductivity=found.effective_conductivity), said


def _merged(config: TransportConfig | None, given: Mapping[str, Any]) -> TransportConfig:
    """The settings with the arguments that were given, validated again."""
    known = {key: value for key, value in given.items() if value is not None}
    try:
        return TransportConfig.model_validate((config or TransportConfig.model_construct()).model_dump() | known)
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, e['loc']))} {e['input']!r}: {e['msg']}" for e in error.errors())
        raise InputError(problems, "the settings of TransportConfig", "correct the settings named") from error


def primal_type(backend: str) -> type[PrimalProblem]:
    """The assembly behind a backend's name."""
    if backend == "direct":
        return PrimalProblem
    from ssbi_core.transport.finite_element import JaxFemPrimalProblem

    return JaxFemPrimalProblem


def _solution(
    field: ConductionField,
    conduction: Conduction,
    gains: tuple[dict[str, float], dict[str, float]],
    config: TransportConfig,
    structure: Structure,
) -> ConductionSolution:
    sigma = conduction.effective_conductivity
    return ConductionSolution(
        effective_conductivity=sigma,
        area_specific_resistance=structure.length / sigma.estimate if sigma.estimate > 0 else math.inf,
        potential=conduction.potential,
        current_density=np.linalg.norm(conduction.current_density, axis=0),
        current_vectors=conduction.current_density.astype(np.float32),
        sensitivity=conduction.sensitivity,
        resistance_share=resistance_share(field, conduction),
        knockout_gain=gains[0],
        knockout_gain_with_contact=gains[1],
        axis=structure.axis,
        temperature=config.temperature,
        percolates=conduction.percolates,
        reason=_reason(field, conduction, structure.axis),
        method=f"{config.backend}, {conduction.method}",
        flux_imbalance=conduction.flux_imbalance,
    )


def _reason(field: ConductionField, conduction: Conduction, axis: int) -> str:
    if conduction.percolates:
        return "" if conduction.converged else "the linear solve did not reach its tolerance"
    blocking = [p for p in PHASES if ((field.body == p) & (field.conductivity == 0)).any()]
    named = ", ".join(f"{p.key} ({100 * (field.body == p).mean():.3g} % of the pixels)" for p in blocking)
    return f"no conducting path along axis {axis} ({AXIS_NAMES[axis]}) joins the two faces: blocked by {named}"
