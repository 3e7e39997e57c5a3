"""From a solved study to a trained predictor in a folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ssbi_core.errors import InputError
from ssbi_core.materials import load_system
from ssbi_core.predict.cells_file import Lattice
from ssbi_core.predict.conductance import MaterialValues, material_values
from ssbi_core.predict.config import NetworkConfig, TrainingConfig
from ssbi_core.predict.data import GraphData
from ssbi_core.predict.image_cases import calibrated_on_images
from ssbi_core.predict.predictor import save_predictor
from ssbi_core.predict.records import LATTICES, StudyRecords, load_records, split_by_sample
from ssbi_core.predict.states import FACTOR
from ssbi_core.predict.train import train
from ssbi_core.types import silent

_SHARES = (0.8, 0.2)  # to learn from, to calibrate on


def train_predictor(
    study: str | Path,
    output: str | Path,
    *,
    network: NetworkConfig | None = None,
    training: TrainingConfig | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> Path:
    """Train on a solved study; returns the path of the weights.

    Samples are parted into those learned from and those the intervals are calibrated on. To learn from, every picture
    is shown cut along several lattices: where the cuts fall says nothing of it, and a net that has seen one only takes
    that for a feature. Where the study holds micrographs, those of the samples to calibrate on tell how far off
    predictions from images are.

    Parameters
    ----------
    study : folder of `solve_study`.
    output : folder; gets predictor.safetensors and predictor.json.
    network, training : settings.
    progress : called with a message and the share done.

    Raises
    ------
    InputError
        If the folder is no solved study, holds too few samples or several material systems.
    """
    network = network or NetworkConfig.model_validate({})
    training = training or TrainingConfig.model_validate({})
    records = load_records(study).trustworthy()
    learn, calibrate = _parted(records, training)
    lattices = shown_lattices(network, training)
    data, rows = study_data(records, [(learn, lattices), (calibrate, lattices[:1])])
    facts = {
        "calibration_images": int(records.table["image"].iloc[calibrate].nunique()),
        "training_images": int(records.table["image"].iloc[learn].nunique()),
        "lattices": lattices,
    }
    predictor = train(
        data,
        *rows,
        system=_system(records),
        repeats=len(lattices),
        network=network,
        training=training,
        kinds=records.table["reaction_layer"].iloc[calibrate].tolist(),
        facts=facts,
        progress=progress,
    )
    held_back, number = calibration_records(records, training), training.calibration_images
    predictor = calibrated_on_images(predictor, held_back, number, progress or silent)
    return save_predictor(output, predictor)


def calibration_records(records: StudyRecords, training: TrainingConfig) -> StudyRecords:
    """Of a study, those that a training with these settings does not learn from."""
    _, calibrate = _parted(records, training)
    return StudyRecords(records.folder, records.table.iloc[calibrate].reset_index(drop=True))


def shown_lattices(network: NetworkConfig, training: TrainingConfig) -> list[Lattice]:
    """Lattices along which pictures to learn from are cut: the net's own, then others."""
    own = (network.across, network.layer_across)
    return [own, *(lattice for lattice in LATTICES if lattice != own)][: training.lattices]


def study_data(
    records: StudyRecords, parts: Sequence[tuple[np.ndarray, Sequence[Lattice]]]
) -> tuple[GraphData, list[np.ndarray]]:
    """Graphs of some rows of a study, each cut along some lattices, and which rows of the result each part became."""
    cells, at, of, rows, materials, targets = [], {}, [], [], [], []
    for part, lattices in parts:
        start = len(of)
        for lattice in lattices:
            for row in records.table.iloc[part].to_dict("records"):
                key = (row["image"], lattice)
                if key not in at:
                    at[key] = len(cells)
                    cells.append(records.cells(*key))
                of.append(at[key])
                materials.append(_material(row))
                targets.append(row["conductivity_S_per_cm"])
        rows.append(np.arange(start, len(of)))
    return GraphData.of_cells(cells, materials, targets, of), rows


def _parted(records: StudyRecords, training: TrainingConfig) -> tuple[np.ndarray, ...]:
    return split_by_sample(records.table, _SHARES, training.seed)


def _material(row: dict[Any, Any]) -> MaterialValues:
    factors = {str(name).removeprefix(FACTOR): value for name, value in row.items() if str(name).startswith(FACTOR)}
    known = {name: value for name, value in factors.items() if not np.isnan(value)}
    system = load_system(row["material_system"], reaction_layer=row["reaction_layer"]).scaled(known)
    return material_values(system, row["temperature_K"])


def _system(records: StudyRecords) -> str:
    found = sorted(records.table["material_system"].unique())
    if len(found) != 1:
        raise InputError(f"a study of {', '.join(found)}", "one material system", "train a predictor for each")
    return str(found[0])
