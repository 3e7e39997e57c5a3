from pathlib import Path

import numpy as np
import pytest

from ssbi_core.io import Micrograph
from ssbi_core.materials import Phase, load_system
from ssbi_core.segment.augment import AugmentationConfig
from ssbi_core.segment.folded_unet import SegmenterConfig
from ssbi_core.segment.samples import Sample, prepare_sample
from ssbi_core.segment.train import fit_segmenter
from ssbi_core.segment.training_config import TrainingConfig

TINY_TRAINING = TrainingConfig(
    architecture=SegmenterConfig(widths=(4, 8), groups=2),
    augmentation=AugmentationConfig(rotate=0.3),
    num_steps=12,
    batch_size=2,
    crop=32,
    window=40,
    warm_up_steps=2,
    learning_rate=2e-2,
    average_decay=0.5,
    calibration_batches=2,
    checkpoint_every=5,
    log_every=1,
)


def layered_micrograph(seed: int, size: int = 64) -> tuple[Micrograph, np.ndarray]:
    """LLZO above a reaction layer above NMC, with a pore: enough for a net of a few hundred weights."""
    rng = np.random.default_rng(seed)
    labels = np.full((size, size), int(Phase.LLZO), np.uint8)
    middle = int(rng.integers(size // 3, size // 2))
    labels[middle : middle + 6] = Phase.REACTION_LAYER
    labels[middle + 6 :] = Phase.NMC
    labels[5:15, 20:32] = Phase.PORE
    level = np.zeros(9)
    level[[Phase.LLZO, Phase.REACTION_LAYER, Phase.NMC]] = (1.0, 1.3, 0.6)
    lanthanum = np.isin(labels, [Phase.LLZO, Phase.REACTION_LAYER])
    elements = {"La": rng.poisson(6 * lanthanum), "Ni": rng.poisson(5 * (labels == Phase.NMC))}
    haadf = level[labels] + rng.normal(0, 0.05, labels.shape)
    maps = {e: m.astype(np.float32) for e, m in elements.items()}
    return Micrograph(haadf.astype(np.float32), maps, 0.5, name=f"layered_{seed}"), labels


@pytest.fixture(scope="session")
def layered_samples() -> list[Sample]:
    return [prepare_sample(*layered_micrograph(seed), load_system()) for seed in range(4)]


@pytest.fixture(scope="session")
def trained(tmp_path_factory, layered_samples) -> tuple[Path, list[float]]:
    """A tiny net after twelve steps: its weight file and the loss of every step."""
    losses: list[float] = []
    folder = tmp_path_factory.mktemp("trained")
    path = fit_segmenter(layered_samples, folder, TINY_TRAINING, progress=lambda *a: losses.append(a[2]))
    return path, losses


@pytest.fixture(scope="session")
def tiny_training() -> TrainingConfig:
    return TINY_TRAINING


@pytest.fixture(scope="session")
def layered():
    return layered_micrograph
