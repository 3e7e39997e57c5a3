"""Micrographs of a study as the shipped segmenter sees them: labels, probabilities and label images drawn from these.

Everything here costs seconds an image and does not depend on the predictor, so it is kept on disk, by segmenter.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jax
import numpy as np

from benchmarks.predict.studies import benchmark_folder
from ssbi_core.io import PhaseMap
from ssbi_core.io.atomic import atomic_path
from ssbi_core.materials import load_system
from ssbi_core.predict.prediction_config import PredictionConfig
from ssbi_core.preprocess import register_elements
from ssbi_core.segment import sample_labels, segment, segmenter_digest
from ssbi_core.simulate import simulate_sample

_DEFAULT = PredictionConfig.model_validate({})


def segmented_folder(seed: int) -> Path:
    """Of what this segmenter makes of a study."""
    return benchmark_folder() / f"study_{seed}" / "segmented" / segmenter_digest()[:16]


def segmented(seed: int, index: int) -> PhaseMap:
    """What the shipped segmenter makes of a micrograph: labels, and probabilities to half precision.

    Parameters
    ----------
    seed, index : of the study, and of the image in it.
    """
    path = segmented_folder(seed) / f"sim_{seed}_{index:05d}.npz"
    if not path.is_file():
        system = load_system()
        micrograph, _, _ = simulate_sample(seed, index, system=system)
        phases = segment(register_elements(micrograph)[0], system=system)  # as `ssbi predict` takes a micrograph
        probabilities = np.asarray(phases.probabilities, np.float16)
        _keep(path, labels=phases.labels, probabilities=probabilities, pixel_size_nm=phases.pixel_size_nm)
    with np.load(path) as kept:
        probabilities = kept["probabilities"].astype(np.float32)
        return PhaseMap(kept["labels"], float(kept["pixel_size_nm"]), probabilities, name=path.stem)


def drawn(seed: int, index: int) -> list[PhaseMap]:
    """Label images as likely as the one of `segmented`: as many, and the same, as a prediction draws by default."""
    path = segmented_folder(seed) / "drawn" / f"sim_{seed}_{index:05d}.npz"
    if not path.is_file():
        _keep(path, labels=np.stack(list(_draw(segmented(seed, index)))))
    pixel = segmented(seed, index).pixel_size_nm
    with np.load(path) as kept:
        return [PhaseMap(labels, pixel, name=path.stem) for labels in kept["labels"]]


def _draw(phases: PhaseMap) -> Iterator[np.ndarray]:
    key, _ = jax.random.split(jax.random.key(_DEFAULT.seed))
    for number in range(_DEFAULT.segmentations):
        yield sample_labels(phases, jax.random.fold_in(key, number), 1)[0]


def _keep(path: Path, **arrays: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_path(path) as temporary, temporary.open("wb") as stream:
        np.savez_compressed(stream, **arrays)
