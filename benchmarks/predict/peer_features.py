"""Features of the peers, computed once per picture and state and kept beside the study."""

from __future__ import annotations

import numpy as np

from benchmarks.predict.kept_rows import Task, kept_rows
from benchmarks.predict.peers import coarse_features
from ssbi_core.io import read_labels
from ssbi_core.materials import load_system
from ssbi_core.predict import material_values
from ssbi_core.predict.records import StudyRecords


def peer_features(records: StudyRecords, workers: int = 2) -> np.ndarray:
    """Coarse solves and global numbers (rows, 37) of every row of a study."""
    return kept_rows(records, "peer_features", "features", _of_row, workers)


def _of_row(task: Task) -> np.ndarray:
    folder, row = task
    phases = read_labels(folder / "labels" / f"{row['image']}.tif")
    system = load_system(row["material_system"], reaction_layer=row["reaction_layer"])
    material = material_values(system, row["temperature_K"])
    return coarse_features(phases.labels, row["axis"], phases.pixel_size_nm, material)
