"""The records a predictor learns from: of each picture of a study, its graph and what finite elements say of it.

One row per picture and state of its material (see `states`), beside the picture's process parameters.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ssbi_core.errors import InputError
from ssbi_core.graph.cells import ConductionCells
from ssbi_core.predict.cells_file import Lattice, read_cells
from ssbi_core.predict.states import FACTOR

LATTICES: tuple[Lattice, ...] = ((11, 48), (12, 53), (10, 44))
"""The first is the net's own; the others show the same picture cut otherwise."""

GAP = 0.02
"""Asked for between the bounds of a conductivity, over it."""

_SLACK = 3.0  # times that, beyond which a conductivity is no truth to learn
FOLDER, CELLS = "records", "cells"
"""Parts of a study's folder."""


@dataclass(frozen=True, eq=False)
class StudyRecords:
    """A solved study.

    Attributes
    ----------
    folder : of the study.
    table : one row per picture and state, with ``image``, ``sample``, ``temperature_K``, ``reaction_layer``,
        ``conductivity_S_per_cm``, ``lower_S_per_cm``, ``upper_S_per_cm``, shares ``share_PHASE`` of the resistance,
        ``process_*``, and ``factor_PHASE`` of states with drawn values, NaN of others.
    """

    folder: Path
    table: pd.DataFrame

    def cells(self, image: str, lattice: Lattice = LATTICES[0]) -> ConductionCells:
        """Of a picture."""
        return read_cells(self.folder / CELLS / f"{image}.safetensors", lattice)

    def of_file(self) -> StudyRecords:
        """Only the states with the values of the material file."""
        factors = self.table.filter(regex=f"^{FACTOR}")
        kept = np.flatnonzero(factors.isna().all(axis=1))
        return StudyRecords(self.folder, self.table.iloc[kept].drop(columns=factors.columns).reset_index(drop=True))

    def trustworthy(self) -> StudyRecords:
        """Only the rows that conduct and whose bounds are close enough to be learned from."""
        low, high = (self.table[name].to_numpy() for name in ("lower_S_per_cm", "upper_S_per_cm"))
        return StudyRecords(self.folder, self.table.loc[np.flatnonzero(are_close(low, high))].reset_index(drop=True))


def are_close(lower: np.ndarray | float, upper: np.ndarray | float) -> np.ndarray:
    """Whether a conductivity between bounds (n,) conducts and is known well enough to be a truth."""
    return (np.asarray(lower) > 0) & (np.asarray(upper) <= (1 + _SLACK * GAP) * np.asarray(lower))


def load_records(folder: str | Path) -> StudyRecords:
    """Read a solved study.

    Raises
    ------
    InputError
        If the folder is no study, or not solved.
    """
    folder = Path(folder)
    truth = read_truth(folder)
    files = sorted((folder / FOLDER).glob("*.json"))
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


def read_truth(folder: Path) -> pd.DataFrame:
    """What a simulated study says of its pictures; refused where there is none."""
    path = folder / "truth.parquet"
    if not path.is_file():
        raise InputError(f"{folder} without truth.parquet", "a simulated study", "run `ssbi simulate` first")
    return pd.read_parquet(path)
