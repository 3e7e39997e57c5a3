"""Train the shipped second look anew: simulate micrographs, have the first look at them, train.

    python -m benchmarks.second_look_train prepare WORK
    python -m benchmarks.second_look_train train WORK -o MODEL

Images are drawn from seeds that no benchmark uses for testing (`SEED` onwards): seven in ten from ordinary studies, the
others from random scenes with difficulties spread evenly over [0, 1], half of these read with the material file users
take by default. Of some, element maps are missing: all in 12 of 100, each by a chance of three in ten in 15 of 100. An
interrupted run of either command continues where it stopped.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from benchmarks.training_images import logged, read_samples, scene_image, study_image, write_samples
from ssbi_core.preprocess import register_elements
from ssbi_core.segment.channels import input_channels
from ssbi_core.segment.folded_unet import SegmenterConfig
from ssbi_core.segment.inference import last_look
from ssbi_core.segment.samples import Sample, target_of
from ssbi_core.segment.second_look.train import fit_second_look
from ssbi_core.segment.segmentation_config import SegmentationConfig
from ssbi_core.segment.training_config import TrainingConfig
from ssbi_core.segment.weights import Segmenter, load_segmenter

SEED, IMAGES = 1_800_000, 560
RECIPE = TrainingConfig(
    architecture=SegmenterConfig(widths=(16, 32, 64, 96)),
    seed=10,
    num_steps=4500,
    window=192,
    learning_rate=3e-3,
    warm_up_steps=100,
    average_decay=0.997,
    focal_gamma=0.0,
    dice_weight=0.5,
    weight_exponent=0.0,
    held_back=0.05,
    checkpoint_every=250,
)
"""Neither focal loss nor class weights: both make a net see more of what is rare than there is."""


def main() -> None:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=("prepare", "train"))
    parser.add_argument("work", type=Path)
    parser.add_argument("--images", type=int, default=IMAGES)
    parser.add_argument(
        "--part", type=int, nargs=2, default=(0, 1), metavar=("K", "N"), help="prepare every Nth from K"
    )
    parser.add_argument("-o", "--output", type=Path, default=Path("model"))
    arguments = parser.parse_args()
    if arguments.command == "prepare":
        prepare(arguments.work, arguments.images, *arguments.part)
    else:
        train(arguments.work, arguments.output)


def prepare(work: Path, images: int, first: int, stride: int) -> None:
    """What the second look sees of each image, one file each."""
    net = load_segmenter()
    write_samples(work, range(first, images, stride), lambda index: seen_sample(net, SEED + index))


def seen_sample(net: Segmenter, seed: int) -> Sample:
    """The training sample of one seed, once the first look has been at it."""
    rng = np.random.default_rng(seed)
    micrograph, labels, system = study_image(seed) if seed % 10 < 7 else scene_image(seed, float(rng.uniform()))
    channels, presence = input_channels(register_elements(micrograph)[0], system)
    missing = _missing(rng, len(presence))
    channels[..., missing] = 0
    presence = np.where(missing, 0, presence).astype(np.float32)
    _, seen = last_look(net, channels, presence, SegmentationConfig())
    return Sample(seen.astype(np.float16), presence, target_of(labels))


def _missing(rng: np.random.Generator, roles: int) -> np.ndarray:
    """Roles whose maps are taken away, (roles,) bool; the HAADF image stays."""
    missing, kind = np.zeros(roles, bool), rng.uniform()
    if kind < 0.12:
        missing[1:] = True
    elif kind < 0.27:
        missing[1:] = rng.uniform(size=roles - 1) < 0.3
    return missing


def train(work: Path, output: Path) -> None:
    """Train on the prepared images, logging to MODEL/training.jsonl."""
    first = load_segmenter().sha256
    with logged(output) as report:
        stop = (output / "stop").exists
        print(fit_second_look(read_samples(work), output, RECIPE, first, progress=report, should_stop=stop))


if __name__ == "__main__":
    main()
