"""Conductivities of labels by finite elements, each kept in a file of its own as soon as it is known."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

from ssbi_core.errors import SsbiError
from ssbi_core.graph import interface_axis
from ssbi_core.io import PhaseMap
from ssbi_core.io.atomic import atomic_path
from ssbi_core.materials import MaterialSystem
from ssbi_core.predict.records import are_close
from ssbi_core.predict.solve_study import reference_config
from ssbi_core.transport import solve_conduction


class Solved(NamedTuple):
    """Effective conductivity in S/cm between its bounds; all 0 where the solve failed."""

    estimate: float
    lower: float
    upper: float

    @property
    def trustworthy(self) -> bool:
        """Whether it conducts and is known well enough to be a reference; the rule of `StudyRecords`."""
        return bool(are_close(self.lower, self.upper))


def solved(path: Path, phases: PhaseMap, system: MaterialSystem, temperature: float, axis: int | None = None) -> Solved:
    """What a file says of an earlier solve, or else that of the labels now, written to it.

    Parameters
    ----------
    path : JSON file.
    phases : 2D labels.
    system : material, with the chemistry of its reaction layer.
    temperature : K.
    axis : of transport; across the interface by default.
    """
    if path.is_file():
        return Solved(*json.loads(path.read_text(encoding="utf-8"))["conductivity_S_per_cm"])
    found, reason = _solve(phases, system, temperature, axis)
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_path(path) as temporary:
        temporary.write_text(json.dumps({"conductivity_S_per_cm": found, "failed": reason}), encoding="utf-8")
    return found


def _solve(phases: PhaseMap, system: MaterialSystem, temperature: float, axis: int | None) -> tuple[Solved, str | None]:
    try:
        config = reference_config(temperature, interface_axis(phases.labels) if axis is None else axis)
        found = solve_conduction(phases, system=system, config=config).effective_conductivity
    except SsbiError as error:
        return Solved(0.0, 0.0, 0.0), str(error)
    return Solved(float(found.estimate), float(found.lower), float(found.upper)), None
