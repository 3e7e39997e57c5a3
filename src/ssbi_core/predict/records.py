"""The records a predictor learns from: of each picture of a study, its graph and what finite elements say of it.

One row per picture and state of its material (temperature and chemistry of the reaction layer), beside the picture's
process parameters. The states of picture i depend on (seed, i) alone, so that a study can be solved in parts, by
several processes, and after an interruption.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ssbi_core.errors import InputError, SsbiError
from ssbi_core.graph import build_graph, conduction_cells
from ssbi_core.graph.cells import ConductionCells
from ssbi_core.io import PhaseMap, read_labels
from ssbi_core.io.atomic import atomic_path
from ssbi_core.materials import MaterialSystem, load_system
from ssbi_core.predict.cells_file import Lattice, read_cells, write_cells
from ssbi_core.transport import TransportConfig, solve_conduction

TEMPERATURES = (298.15, 323.15, 348.15, 373.15)
LATTICES: tuple[Lattice, ...] = ((11, 48), (12, 53), (10, 44))
"""The first is the net's own; the others show the same picture cut otherwise."""

_GAP, _MAX_CELLS = 0.02, 120_000
_SLACK = 3.0  # times the gap asked for, beyond which a conductivity is no truth to learn
_FOLDER, _CELLS = "records", "cells"


@dataclass(frozen=True, eq=False)
class StudyRecords:
    """A solved study.

    Attributes
    ----------
    folder : of the study.
    table : one row per picture and state, with ``image``, ``sample``, ``temperature_K``, ``reaction_layer``,
        ``conductivity_S_per_cm``, ``lower_S_per_cm``, ``upper_S_per_cm``, shares ``share_PHASE`` of the resistance and
        ``process_*``.
    """

    folder: Path
    table: pd.DataFrame

    def cells(self, image: str, lattice: Lattice = LATTICES[0]) -> ConductionCells:
        """Of a picture."""
        return read_cells(self.folder / _CELLS / f"{image}.safetensors", lattice)

    def trustworthy(self) -> StudyRecords:
        """Only the rows that conduct and whose bounds are close enough to be learned from."""
        low, high = self.table["lower_S_per_cm"], self.table["upper_S_per_cm"]
        close = (low > 0) & (high <= (1 + _SLACK * _GAP) * low)
        return StudyRecords(self.folder, self.table.loc[np.flatnonzero(close)].reset_index(drop=True))


def solve_study(
    folder: str | Path,
    *,
    conditions: int = 1,
    seed: int = 0,
    workers: int = 1,
    progress: Callable[[str, float], None] | None = None,
) -> Path:
    """Solve the pictures of a study that are not solved yet; returns the folder of the records.

    Parameters
    ----------
    folder : of `simulate_study`.
    conditions : states of the material per picture.
    seed : of the states.
    workers : processes.
    progress : called with a message and the share done.

    Raises
    ------
    InputError
        If the folder is no study.
    """
    folder, truth = Path(folder), _truth(Path(folder))
    records = folder / _FOLDER
    records.mkdir(exist_ok=True)
    (folder / _CELLS).mkdir(exist_ok=True)
    todo = [row for row in truth.to_dict("records") if not (records / f"{row['image']}.json").is_file()]
    done = len(truth) - len(todo)
    for name in _each(folder, todo, conditions, seed, workers):
        done += 1
        if progress:
            progress(name, done / len(truth))
    return records


def load_records(folder: str | Path) -> StudyRecords:
    """Read a solved study.

    Raises
    ------
    InputError
        If the folder is no study, or not solved.
    """
    folder = Path(folder)
    truth = _truth(folder)
    files = sorted((folder / _FOLDER).glob("*.json"))
    rows = [row for file in files for row in json.loads(file.read_text(encoding="utf-8"))["rows"]]
    if not rows:
        raise InputError(f"{folder} without solved pictures", "a solved study", "run `ssbi simulate ... --solve`")
    process = truth[["image", "sample", *(name for name in truth.columns if name.startswith("process_"))]]
    return StudyRecords(folder, pd.DataFrame(rows).merge(process, on="image", validate="many_to_one"))


def split_by_sample(
    table: pd.DataFrame, shares: Sequence[float] = (0.8, 0.1, 0.1), seed: int = 0
) -> tuple[np.ndarray, ...]:
    """Rows of each part; all of a sample are in the same one.

    Raises
    ------
    InputError
        If there are fewer samples than parts, or the shares do not sum to 1.
    """
    of = table["sample"].to_numpy(str)
    samples = np.unique(of)
    if len(samples) < len(shares) or not np.isclose(sum(shares), 1):
        came_in = f"{len(samples)} samples in shares of {', '.join(f'{share:g}' for share in shares)}"
        raise InputError(came_in, "a sample per part, and shares that sum to 1", "simulate a larger study")
    order = np.random.default_rng(seed).permutation(samples)
    ends = np.rint(np.cumsum(shares)[:-1] * len(order)).astype(int)
    return tuple(np.flatnonzero(np.isin(of, part)) for part in np.split(order, ends))


def _truth(folder: Path) -> pd.DataFrame:
    path = folder / "truth.parquet"
    if not path.is_file():
        raise InputError(f"{folder} without truth.parquet", "a simulated study", "run `ssbi simulate` first")
    return pd.read_parquet(path)


def _each(folder: Path, rows: list[dict[str, Any]], conditions: int, seed: int, workers: int) -> Iterator[str]:
    tasks = [(folder, row, conditions, seed) for row in rows]
    if workers <= 1:
        yield from map(_solve, tasks)
        return
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        yield from pool.map(_solve, tasks)


def _solve(task: tuple[Path, dict[str, Any], int, int]) -> str:
    folder, row, conditions, seed = task
    try:
        rows, reason = _rows(folder, row, conditions, seed), None
    except SsbiError as error:
        rows, reason = [], str(error)
    with atomic_path(folder / _FOLDER / f"{row['image']}.json") as path:
        path.write_text(json.dumps({"rows": rows, "failed": reason}), encoding="utf-8")
    return str(row["image"])


def _rows(folder: Path, row: dict[str, Any], conditions: int, seed: int) -> list[dict[str, Any]]:
    image, pixel = str(row["image"]), float(row["pixel_size_nm"])
    phases = PhaseMap(read_labels(folder / "labels" / f"{image}.tif", pixel_size_nm=pixel).labels, pixel)
    system = load_system(str(row["material_system"]))
    graph = build_graph(phases, system=system)
    cells = {lattice: conduction_cells(graph, *lattice) for lattice in LATTICES}
    write_cells(folder / _CELLS / f"{image}.safetensors", cells)
    rng = np.random.default_rng([seed, int(row["index"])])
    chemistries = sorted(system.reaction_layers)
    return [
        {"image": image, **_state(phases, system, graph.axis, float(rng.choice(TEMPERATURES)), str(layer))}
        for layer in rng.choice(chemistries, conditions, replace=conditions > len(chemistries))
    ]


def _state(phases: PhaseMap, system: MaterialSystem, axis: int, temperature: float, layer: str) -> dict[str, Any]:
    config = TransportConfig(
        temperature=temperature,
        axis=axis,  # type: ignore[arg-type]
        rel_gap=_GAP,
        max_cells=_MAX_CELLS,
        knockout=False,
        bottlenecks=False,
    )
    solved = solve_conduction(phases, system=system.with_reaction_layer(layer), config=config)
    found = solved.effective_conductivity
    return {
        "temperature_K": temperature,
        "reaction_layer": layer,
        "material_system": system.name,
        "axis": axis,
        "conductivity_S_per_cm": found.estimate,
        "lower_S_per_cm": found.lower,
        "upper_S_per_cm": found.upper,
        **{f"share_{phase}": share for phase, share in solved.resistance_share.items()},
    }
