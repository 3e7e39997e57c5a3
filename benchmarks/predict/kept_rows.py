"""A number or more of every row of a study, computed once by several processes and kept beside the study."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from ssbi_core.io.atomic import atomic_path
from ssbi_core.predict.records import StudyRecords

Task = tuple[Path, dict[str, Any]]
"""Folder of the study, and a row of its records."""


def kept_rows(
    records: StudyRecords, name: str, column: str, of_row: Callable[[Task], Any], workers: int = 2
) -> np.ndarray:
    """What `of_row` makes of every row, (rows, ...), from ``NAME.npz`` in the study's folder where it is there."""
    path = records.folder / f"{name}.npz"
    images = records.table["image"].to_numpy(str)
    if path.is_file():
        with np.load(path) as kept:
            if kept["image"].tolist() == images.tolist():
                return kept[column]
    tasks = [(records.folder, row) for row in records.table.to_dict("records")]
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        found = np.array(list(pool.map(of_row, tasks, chunksize=8)))
    with atomic_path(path) as temporary, temporary.open("wb") as stream:
        np.savez(stream, image=images, **{column: found})
    return found
