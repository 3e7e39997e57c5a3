"""From a process, or an image of what it made, to a better process whose gain is verified."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ssbi_core.compilation import keep_compiled_programs
from ssbi_core.io import PhaseMap
from ssbi_core.materials import MaterialSystem, load_system
from ssbi_core.optimize.closed_loop.config import ClosedLoopConfig
from ssbi_core.optimize.closed_loop.edits import edited
from ssbi_core.optimize.closed_loop.fields import Fields, conductivity
from ssbi_core.optimize.closed_loop.levers import Levers
from ssbi_core.optimize.closed_loop.pareto import pareto_front
from ssbi_core.optimize.closed_loop.result import OptimizationResult
from ssbi_core.optimize.closed_loop.search import Found, search
from ssbi_core.optimize.closed_loop.sensitivity import sensitivity
from ssbi_core.optimize.closed_loop.starting_point import StartingPoint, starting_point
from ssbi_core.optimize.closed_loop.surrogate import interval_90, posterior
from ssbi_core.optimize.closed_loop.trials import Tried
from ssbi_core.optimize.closed_loop.verification import example, verify
from ssbi_core.predict.prediction import refuse_other_system
from ssbi_core.predict.predictor import load_predictor, predictor_digest
from ssbi_core.simulate.process import MicrostructureStatistics, ProcessParameters
from ssbi_core.simulate.study import PIXEL_SIZE_NM
from ssbi_core.types import silent

_SEARCH, _VERIFIED = 0.5, 0.95  # share of the time before verification, and after it


def optimize(
    phases: PhaseMap | None = None,
    *,
    system: str | Path | MaterialSystem = "llzo_nmc",
    temperature: float = 298.15,
    axis: int | None = None,
    process: ProcessParameters | Mapping[str, float] | None = None,
    config: ClosedLoopConfig | None = None,
    kept: Path | None = None,
    progress: Callable[[str, float], None] | None = None,
    watch: Callable[[Tried], None] | None = None,
) -> OptimizationResult:
    """Find process parameters whose interfaces conduct better, and verify by how much.

    Parameters
    ----------
    phases : 2D labels of the user's own interface. Its microstructure says by how much the material differs from the
        kinetics, and the optimum is tried on it. Without, the material is that of the kinetics.
    system : material system, name or loaded with its reaction layer.
    temperature : of the conductivity, K.
    axis : of transport through `phases`; across the interface by default.
    process : the one to be bettered, or what is known of it: parameters that are not told are those that would lead to
        the microstructure of `phases`, or the usual ones without.
    config : levers, bounds, prices, constraints, length of the search.
    kept : JSON file that remembers every answer; a search that finds one goes on from there, to the same end.
    progress : called with what is being done and the share done; what it raises ends the search.
    watch : called after each round of the search with the processes tried so far.

    Raises
    ------
    InputError
        If the labels are 3D or hold no interface, bounds are crossed, constraints leave no room, a lever is unknown or
        its start not possible, or the net was trained on another material system.
    SolverError
        If a solve does not converge.
    """
    keep_compiled_programs()
    config, report, system = config or ClosedLoopConfig.of(), progress or silent, load_system(system)
    refuse_other_system(load_predictor(), system)
    begin = starting_point(phases, system, process, config)
    levers = Levers.of(begin.process, config, begin.corrections)
    settings = _settings(begin, system, temperature, config)
    fields = Fields(levers, system, temperature, *_field(phases, config), config.seed, kept, settings)
    found = search(levers, fields, lambda what, share: report(what, _SEARCH * share), watch)
    optimum = levers.process(found.optimum)
    verification = verify(
        fields,
        begin.process,
        optimum,
        config.realizations,
        lambda what, share: report(what, _SEARCH + (_VERIFIED - _SEARCH) * share),
    )
    report("sensitivities and what the optimum costs", _VERIFIED)
    expected, interval = _expected(levers, found)
    before, after = levers.statistics(begin.process), levers.statistics(optimum)
    if phases is not None:
        report("the image as the optimum would make it", (1 + _VERIFIED) / 2)
    own = _own_image(phases, axis, before, after, fields)
    report("done", 1.0)
    return OptimizationResult(
        phases.name if phases is not None else system.name,
        system.name,
        system.reaction_layer,
        float(temperature),
        begin.process,
        optimum,
        before,
        after,
        verification,
        expected,
        interval,
        sensitivity(levers, found.surrogate, found.optimum),
        pareto_front(
            levers,
            found.surrogate,
            [found.optimum, *(design.values for design in found.designs)],
            fields.shape[0] * fields.pixel_size_nm * 1e-7,
        ),
        levers.space.parameters,
        found.designs,
        np.exp(found.best_by_round),
        found.ended,
        {**fields.counts, "surrogate": found.evaluations},
        example(fields, begin.process),
        example(fields, optimum),
        config,
        *own,
        notes=(*begin.notes, *_notes(levers, begin, found)),
    )


def _settings(
    begin: StartingPoint, system: MaterialSystem, temperature: float, config: ClosedLoopConfig
) -> dict[str, Any]:
    """What decides every answer of a search."""
    return {
        "start": begin.process.model_dump(),
        "corrections": dict(begin.corrections),
        "material system": system.model_dump(mode="json"),
        "temperature": float(temperature),
        "settings": config.model_dump(mode="json"),
        "net": predictor_digest(),
    }


def _field(phases: PhaseMap | None, config: ClosedLoopConfig) -> tuple[tuple[int, int], float]:
    """Shape and pixel size of the realised fields of view."""
    if phases is None:
        return (config.field_px, config.field_px), PIXEL_SIZE_NM
    edge = min(config.field_px, max(64, min(phases.labels.shape)))
    return (edge, edge), float(phases.pixel_size_nm)


def _expected(levers: Levers, found: Found) -> tuple[float, tuple[float, float]]:
    """Conductivity that the surrogate expects of the optimum, and its 90 % interval, S/cm."""
    descriptors = np.asarray(levers.outcomes(found.optimum[None]).descriptors)
    mean, variance = (float(part[0]) for part in posterior(found.surrogate, descriptors))
    return math.exp(mean), interval_90(mean, variance)


def _own_image(
    phases: PhaseMap | None,
    axis: int | None,
    before: MicrostructureStatistics,
    after: MicrostructureStatistics,
    fields: Fields,
) -> tuple[float | None, float | None, PhaseMap | None]:
    """Conductivity of the user's image as it is, changed as the optimum would, and the changed labels."""
    if phases is None:
        return None, None, None
    changed = edited(phases, before, after, seed=fields.seed)
    answers = [conductivity(each, axis, fields.system, fields.temperature) for each in (phases, changed)]
    one, other = (math.exp(answer.log_conductivity) for answer in answers)
    return one, other, changed


def _notes(levers: Levers, begin: StartingPoint, found: Found) -> tuple[str, ...]:
    moved = levers.process(levers.nearest(begin.process)) != begin.process
    outside = ("the start lies outside of the bounds of the levers: the search began at the nearest process",)
    strange = float(levers.outcomes(found.optimum[None]).strangeness[0])
    unlike = ("the optimum's microstructure is unlike those the net was trained on",)
    return (*(outside if moved else ()), *(unlike if strange > 0 else ()))
