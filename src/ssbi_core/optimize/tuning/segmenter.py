"""The segmenter as something to tune: what is searched, and the error of a short training.

A full training takes hours, so settings are judged by a short one: those of the loss and the optimiser are searched,
whose order a short training shows, and not those that trade time for accuracy, where the dearest would win. The error
is 1 - mean IoU, over all pixels held back, of the phases that are among them, as the net alone sees them.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
from optuna.distributions import BaseDistribution, FloatDistribution
from pydantic import BaseModel

from ssbi_core.compilation import keep_compiled_programs
from ssbi_core.errors import InputError
from ssbi_core.materials import PHASES, Phase, load_system
from ssbi_core.optimize.tuning.division import Division
from ssbi_core.optimize.tuning.subject import Parameters
from ssbi_core.segment.inference import class_probabilities
from ssbi_core.segment.metrics import confusion, intersection_over_union
from ssbi_core.segment.samples import Sample
from ssbi_core.segment.segmentation_config import SegmentationConfig
from ssbi_core.segment.study import read_samples
from ssbi_core.segment.train import fit_segmenter
from ssbi_core.segment.training_config import TrainingConfig
from ssbi_core.segment.unet import CLASSES
from ssbi_core.segment.weights import load_segmenter

_CODES = np.array([Phase.UNLABELLED, *CLASSES])  # of the targets


@dataclass(frozen=True)
class SegmenterSubject:
    """The segmenter.

    Attributes
    ----------
    training : settings to beat, and those that are not searched.
    steps : of the short training.

    Raises
    ------
    InputError
        If it has no steps.
    """

    training: TrainingConfig
    steps: int = 400
    name: str = "segmenter"
    measure: str = "1 − mean IoU on images not learned from"  # noqa: RUF001 (a minus)

    def __post_init__(self) -> None:
        if self.steps < 1:
            raise InputError(f"a short training of {self.steps} steps", "at least 1", "correct it")

    @property
    def space(self) -> Mapping[str, BaseDistribution]:
        """What is searched."""
        return {
            "learning_rate": FloatDistribution(3e-4, 2e-2, log=True),
            "weight_decay": FloatDistribution(1e-5, 1e-1, log=True),
            "focal_gamma": FloatDistribution(0.0, 3.0),
            "dice_weight": FloatDistribution(0.0, 2.0),
            "weight_exponent": FloatDistribution(0.0, 0.8),
        }

    @property
    def start(self) -> Parameters:
        """Settings to beat."""
        return self.training.model_dump(include=set(self.space))

    def settings(self, parameters: Parameters) -> Mapping[str, BaseModel]:
        """Of the training, as long as it was to be."""
        return {"training": self.training.model_copy(update=dict(parameters))}

    def short(self, parameters: Parameters, seed: int) -> TrainingConfig:
        """Settings of the short training."""
        fixed = {"num_steps": self.steps, "seed": seed, "checkpoint_every": self.steps}
        return self.training.model_copy(update={**parameters, **fixed})

    def load(self, study: Path) -> SegmenterObjective:
        """Read a study of images and labels; raises as `train_segmenter`."""
        samples = read_samples(study, load_system(self.training.system))
        truth = study / "truth.parquet"
        known = pd.read_parquet(truth).set_index("image")["sample"].to_dict() if truth.is_file() else {}
        table = pd.DataFrame({"image": list(samples), "sample": [known.get(name, name) for name in samples]})
        return SegmenterObjective(self, table, list(samples.values()))


@dataclass(frozen=True, eq=False)
class SegmenterObjective:
    """A study of images and labels in memory.

    Attributes
    ----------
    subject : settings that are not searched.
    table : ``image`` and ``sample``; an image that no truth table knows is a sample of its own.
    samples : prepared, in the order of the table.
    """

    subject: SegmenterSubject
    table: pd.DataFrame
    samples: list[Sample]

    @cached_property
    def digest(self) -> str:
        """SHA-256 of channels and targets."""
        digest = hashlib.sha256(self.table.to_csv(index=False).encode())
        for sample in self.samples:
            for array in sample:
                digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()

    @property
    def size(self) -> Mapping[str, int]:
        """Samples and images."""
        return {"samples": len(set(self.table["sample"])), "images": len(self.table)}

    def error(self, parameters: Parameters, division: Division) -> float:
        """1 - mean IoU."""
        keep_compiled_programs()
        learn, validate = division.rows(self.table)
        config = self.subject.short(parameters, division.training_seed)
        with tempfile.TemporaryDirectory() as folder:
            net = load_segmenter(fit_segmenter([self.samples[row] for row in learn], Path(folder), config))
        net = replace(net, temperature=1.0)  # the best class stays the best, and one program serves all nets
        counts = np.zeros((len(Phase), len(Phase)), np.int64)
        for row in validate:
            channels, presence, target = self.samples[row]
            scores = class_probabilities(net, channels.astype(np.float32), presence, SegmentationConfig())
            counts += confusion(_CODES[1 + scores.argmax(0)], _CODES[target])
        found = intersection_over_union(counts)
        return float(1 - np.mean([found[phase.key] for phase in PHASES if counts[phase].any()]))
