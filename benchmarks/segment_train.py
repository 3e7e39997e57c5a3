"""Train the shipped segmenter anew: simulate scenes, prepare them once, train, write the pair of files.

    python -m benchmarks.segment_train prepare WORK
    python -m benchmarks.segment_train train WORK -o MODEL
    python -m benchmarks.segment_train prepare WORK2 --second
    python -m benchmarks.segment_train refine WORK2 --start MODEL -o MODEL2
    python -m benchmarks.segment_train average WORK2 --start MODEL MODEL2 -o MODEL3

The second part goes on from the weights of the first. It gains on studies what it loses on scenes that it sees less
often; the mean of both nets' weights keeps both (Wortsman et al., CVPR 2022), and is what ships. Images are drawn
from seeds that no benchmark uses for testing (`FIRST_SEED`, `SECOND_SEED` onwards): two in five from ordinary
studies, in the second part three, the others from random scenes with difficulties spread evenly over [0, 1]. Half of
the latter are read with the material file users take by default, not with the exact chemistry of the specimen,
because users will not know the dopant either. An interrupted run of any command continues where it stopped.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import jax
import numpy as np

from benchmarks.training_images import logged, read_samples, scene_image, study_image, write_samples
from ssbi_core.segment.samples import Sample, prepare_sample, split
from ssbi_core.segment.train import fit_segmenter, save_calibrated
from ssbi_core.segment.training_config import TrainingConfig
from ssbi_core.segment.weights import Segmenter, load_segmenter

FIRST_SEED, SECOND_SEED = 1_000_000, 1_500_000
NUM_SCENES, SECOND_SCENES = 640, 600
RECIPE = TrainingConfig(
    seed=8,
    num_steps=6500,
    learning_rate=4e-3,
    warm_up_steps=200,
    dice_weight=0.5,
    average_decay=0.995,
    held_back=0.03,
    checkpoint_every=250,
)

REFINEMENT = RECIPE.model_copy(
    update={"seed": 9, "num_steps": 3500, "learning_rate": 2e-3, "warm_up_steps": 100, "average_decay": 0.998}
)


def main() -> None:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=("prepare", "train", "refine", "average"))
    parser.add_argument("work", type=Path)
    parser.add_argument("--scenes", type=int)
    parser.add_argument(
        "--part", type=int, nargs=2, default=(0, 1), metavar=("K", "N"), help="prepare every Nth from K"
    )
    parser.add_argument("--second", action="store_true", help="prepare the images of the second part")
    parser.add_argument("--start", type=Path, nargs="+", help="folder of the net to refine, or of those to average")
    parser.add_argument("-o", "--output", type=Path, default=Path("model"))
    arguments = parser.parse_args()
    if arguments.command == "prepare":
        scenes = arguments.scenes or (SECOND_SCENES if arguments.second else NUM_SCENES)
        prepare(arguments.work, scenes, *arguments.part, second=arguments.second)
    elif arguments.command == "train":
        train(arguments.work, arguments.output, RECIPE)
    elif arguments.command == "refine":
        train(arguments.work, arguments.output, REFINEMENT, load_segmenter(arguments.start[0]))
    else:
        average(arguments.work, [load_segmenter(path) for path in arguments.start], arguments.output)


def prepare(work: Path, scenes: int, first: int, stride: int, *, second: bool = False) -> None:
    """Simulate and normalise scenes, one file each."""
    write_samples(work, range(first, scenes, stride), lambda index: simulated_sample(index, second=second))


def simulated_sample(index: int, *, second: bool = False) -> Sample:
    """The training sample of one number: two (in the second part three) in five from studies, the rest from scenes."""
    seed, of_study = (SECOND_SEED + index, 3) if second else (FIRST_SEED + index, 2)
    difficulty = float(np.random.default_rng(seed).uniform())
    return prepare_sample(*(study_image(seed) if seed % 5 < of_study else scene_image(seed, difficulty)))


def train(work: Path, output: Path, recipe: TrainingConfig, start: Segmenter | None = None) -> None:
    """Train on the prepared scenes, logging to MODEL/training.jsonl."""
    with logged(output) as report:
        stop = (output / "stop").exists
        fit_segmenter(read_samples(work), output, recipe, start=start, progress=report, should_stop=stop)


def average(work: Path, nets: list[Segmenter], output: Path) -> None:
    """The mean of the nets' weights, calibrated on the images that the last of them did not learn from."""
    samples = read_samples(work)
    held_back = [samples[at] for at in split(len(samples), REFINEMENT.held_back, REFINEMENT.seed)[1]]
    weights = jax.tree.map(lambda *leaves: sum(leaves) / len(leaves), *[net.weights for net in nets])
    output.mkdir(parents=True, exist_ok=True)
    facts = {"steps": [net.facts["steps"] for net in nets], "mean_of": [net.sha256 for net in nets]}
    print(save_calibrated(output, nets[0].graph, weights, REFINEMENT, held_back, facts))


if __name__ == "__main__":
    main()
