"""Solve the pictures of a study: the states of picture i depend on (seed, i) alone, so that it can be done in parts.

By several processes, and after an interruption. States with the values of the material file and states with drawn ones
are in files of their own, so that either can be added to a study later.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

from ssbi_core.errors import SsbiError
from ssbi_core.graph import build_graph, conduction_cells, interface_axis
from ssbi_core.io import PhaseMap, read_labels
from ssbi_core.io.atomic import atomic_path
from ssbi_core.materials import MaterialSystem, load_system
from ssbi_core.predict.cells_file import write_cells
from ssbi_core.predict.records import CELLS, FOLDER, GAP, LATTICES, read_truth
from ssbi_core.predict.states import FACTOR, State, drawn_states, file_states
from ssbi_core.transport import TransportConfig, solve_conduction

_MAX_CELLS = 120_000
_DRAWN = "_drawn"  # ends the name of the file of such states


def solve_study(
    folder: str | Path,
    *,
    conditions: int = 1,
    drawn: int = 0,
    seed: int = 0,
    workers: int = 1,
    progress: Callable[[str, float], None] | None = None,
) -> Path:
    """Solve the pictures of a study that are not solved yet; returns the folder of the records.

    Parameters
    ----------
    folder : of `simulate_study`.
    conditions : states per picture with the values of the material file.
    drawn : states per picture with its uncertain numbers drawn from their priors.
    seed : of the states.
    workers : processes.
    progress : called with a message and the share done.

    Raises
    ------
    InputError
        If the folder is no study.
    """
    folder, truth = Path(folder), read_truth(Path(folder))
    records = folder / FOLDER
    records.mkdir(exist_ok=True)
    (folder / CELLS).mkdir(exist_ok=True)
    kinds = [_Kind("", file_states, conditions), *([_Kind(_DRAWN, drawn_states, drawn)] if drawn else [])]
    every = [_Task(folder, row, kind, seed) for kind in kinds for row in truth.to_dict("records")]
    todo = [task for task in every if not task.path.is_file()]
    done = len(every) - len(todo)
    for name in _each(todo, workers):
        done += 1
        if progress:
            progress(name, done / len(every))
    return records


def reference_config(temperature: float, axis: int) -> TransportConfig:
    """How a conductivity to learn from, or to be held against, is solved: between close bounds, and nothing else."""
    return TransportConfig(
        temperature=temperature,
        axis=axis,  # type: ignore[arg-type]
        rel_gap=GAP,
        max_cells=_MAX_CELLS,
        knockout=False,
        bottlenecks=False,
    )


class _Kind(NamedTuple):
    """Of states: how their file's name ends, what draws them, and how many."""

    ending: str
    draw: Callable[[MaterialSystem, int, int, int], list[State]]
    number: int


class _Task(NamedTuple):
    folder: Path
    row: dict[str, Any]
    kind: _Kind
    seed: int

    @property
    def path(self) -> Path:
        return self.folder / FOLDER / f"{self.row['image']}{self.kind.ending}.json"


def _each(tasks: list[_Task], workers: int) -> Iterator[str]:
    if workers <= 1:
        yield from map(_solve, tasks)
        return
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        yield from pool.map(_solve, tasks)


def _solve(task: _Task) -> str:
    try:
        rows, reason = _rows(task), None
    except SsbiError as error:
        rows, reason = [], str(error)
    with atomic_path(task.path) as path:
        path.write_text(json.dumps({"rows": rows, "failed": reason}), encoding="utf-8")
    return str(task.row["image"])


def _rows(task: _Task) -> list[dict[str, Any]]:
    row, image, pixel = task.row, str(task.row["image"]), float(task.row["pixel_size_nm"])
    phases = PhaseMap(read_labels(task.folder / "labels" / f"{image}.tif", pixel_size_nm=pixel).labels, pixel)
    system = load_system(str(row["material_system"]))
    axis, kept = interface_axis(phases.labels), task.folder / CELLS / f"{image}.safetensors"
    if not (task.kind.ending and kept.is_file()):
        graph = build_graph(phases, system=system, axis=axis)
        write_cells(kept, {lattice: conduction_cells(graph, *lattice) for lattice in LATTICES})
    states = task.kind.draw(system, task.kind.number, task.seed, int(row["index"]))
    return [{"image": image, **_state(phases, system, axis, state)} for state in states]


def _state(phases: PhaseMap, system: MaterialSystem, axis: int, state: State) -> dict[str, Any]:
    solved = solve_conduction(phases, system=state.of(system), config=reference_config(state.temperature, axis))
    found = solved.effective_conductivity
    return {
        "temperature_K": state.temperature,
        "reaction_layer": state.layer,
        "material_system": system.name,
        "axis": axis,
        "conductivity_S_per_cm": found.estimate,
        "lower_S_per_cm": found.lower,
        "upper_S_per_cm": found.upper,
        **{f"share_{phase}": share for phase, share in solved.resistance_share.items()},
        **{f"{FACTOR}{phase}": factor for phase, factor in state.factors.items()},
    }
