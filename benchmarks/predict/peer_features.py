"""Features of the peers, computed once per picture and state and kept beside the study."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.predict.peers import coarse_features
from ssbi_core.io import read_labels
from ssbi_core.io.atomic import atomic_path
from ssbi_core.materials import load_system
from ssbi_core.predict import material_values
from ssbi_core.predict.records import StudyRecords


def peer_features(records: StudyRecords, workers: int = 2) -> np.ndarray:
    """Coarse solves and global numbers (rows, 37) of every row of a study."""
    path = records.folder / "peer_features.npz"
    names = records.table["image"].to_numpy(str)
    if path.is_file():
        with np.load(path) as kept:
            if kept["image"].tolist() == names.tolist():
                return kept["features"]
    tasks = [(records.folder, row) for row in records.table.to_dict("records")]
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        features = np.array(list(pool.map(_of_row, tasks, chunksize=8)))
    with atomic_path(path) as temporary, temporary.open("wb") as stream:
        np.savez(stream, image=names, features=features)
    return features


def _of_row(task: tuple[Path, dict[str, Any]]) -> np.ndarray:
    folder, row = task
    phases = read_labels(folder / "labels" / f"{row['image']}.tif")
    system = load_system(row["material_system"], reaction_layer=row["reaction_layer"])
    material = material_values(system, row["temperature_K"])
    return coarse_features(phases.labels, row["axis"], phases.pixel_size_nm, material)
