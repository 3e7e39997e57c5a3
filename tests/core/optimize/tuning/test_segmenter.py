"""The segmenter's objective: a short training on some images, its labels compared with those of the others."""

from __future__ import annotations

import numpy as np
import pytest

from ssbi_core.errors import InputError, ReadError
from ssbi_core.io import write_image, write_labels
from ssbi_core.materials import Phase
from ssbi_core.optimize.tuning import segmenter
from ssbi_core.optimize.tuning.division import Division
from ssbi_core.optimize.tuning.segmenter import SegmenterSubject
from ssbi_core.segment.augment import AugmentationConfig
from ssbi_core.segment.folded_unet import SegmenterConfig
from ssbi_core.segment.training_config import TrainingConfig

SUBJECT = SegmenterSubject(
    TrainingConfig(
        architecture=SegmenterConfig(widths=(4, 8), groups=2),
        augmentation=AugmentationConfig(rotate=0.3),
        num_steps=900,
        batch_size=2,
        crop=32,
        window=40,
        warm_up_steps=2,
        learning_rate=2e-2,
        average_decay=0.5,
        calibration_batches=1,
    ),
    steps=120,
)


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """Four images of LLZO over NMC."""
    folder = tmp_path_factory.mktemp("study")
    for kind in ("images", "labels"):
        (folder / kind).mkdir()
    for seed in range(4):
        rng = np.random.default_rng(seed)
        labels = np.full((64, 64), int(Phase.LLZO), np.uint8)
        labels[int(rng.integers(20, 40)) :] = Phase.NMC
        haadf = np.where(labels == Phase.NMC, 0.5, 1.0) + rng.normal(0, 0.05, labels.shape)
        write_image(folder / f"images/s{seed}.ome.tif", haadf[None].astype(np.float32), 0.5, ["HAADF"])
        write_labels(folder / f"labels/s{seed}.tif", labels, 0.5)
    return folder


@pytest.fixture(scope="module")
def objective(study):
    return SUBJECT.load(study)


def test_default_lies_in_the_space():
    default = SegmenterSubject(TrainingConfig())
    assert default.settings(default.start) == {"training": TrainingConfig()}
    for name, distribution in default.space.items():
        assert distribution._contains(distribution.to_internal_repr(default.start[name])), name


def test_short_training_is_short_and_what_is_found_is_for_the_long_one():
    parameters = {**SUBJECT.start, "dice_weight": 0.25}
    assert SUBJECT.short(parameters, 7).num_steps == 120
    assert SUBJECT.short(parameters, 7).seed == 7
    found = SUBJECT.settings(parameters)["training"]
    assert (found.num_steps, found.dice_weight, found.seed) == (900, 0.25, 0)


def test_images_of_no_simulated_study_are_samples_of_their_own(objective):
    assert objective.size == {"samples": 4, "images": 4}


def test_a_short_training_tells_phases_apart_on_images_held_back(objective):
    assert objective.error(SUBJECT.start, Division(0, 2, 0)) < 0.1


def test_images_held_back_are_not_learned_from(objective, monkeypatch):
    given = []

    def fit_segmenter(samples, output, config):
        given.extend(samples)
        raise InterruptedError

    monkeypatch.setattr(segmenter, "fit_segmenter", fit_segmenter)
    division = Division(3, 2, 1)
    with pytest.raises(InterruptedError):
        objective.error(SUBJECT.start, division)
    learn, _ = division.rows(objective.table)
    assert len(given) == 2
    assert all(one is objective.samples[row] for one, row in zip(given, learn, strict=True))


def test_digest_sees_the_labels(objective, study):
    assert SUBJECT.load(study).digest == objective.digest
    other = SUBJECT.load(study)
    other.samples[0].target[0, 0] = 3
    assert other.digest != objective.digest


def test_no_steps_and_no_study_are_refused(tmp_path):
    with pytest.raises(InputError, match="0 steps"):
        SegmenterSubject(TrainingConfig(), steps=0)
    with pytest.raises(ReadError, match="no pair"):
        SUBJECT.load(tmp_path)
