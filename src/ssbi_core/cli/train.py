"""`ssbi train`: a net from a study of one's own."""

from __future__ import annotations

import argparse
from typing import Any

from ssbi_core.cli.options import Commands, add_command, add_common
from ssbi_core.cli.progress import progress_bar
from ssbi_core.errors import InputError


def add(commands: Commands) -> None:
    """Its arguments."""
    train = add_command(commands, "train", _train, "train a net on a study of your own")
    train.add_argument("what", choices=["segmenter", "predictor"], help="which net")
    train.add_argument(
        "study",
        metavar="STUDY",
        help="folder with images/*.ome.tif and labels/*.tif; for a predictor one that `ssbi simulate --solve` solved",
    )
    train.add_argument(
        "-o", "--output", required=True, metavar="MODEL", help="folder for the weights and the model card"
    )
    train.add_argument(
        "--steps",
        type=int,
        default=None,
        metavar="N",
        help="optimizer steps of a segmenter (default: the shipped model's)",
    )
    train.add_argument(
        "--epochs", type=int, default=None, metavar="N", help="of a predictor's fit (default: the shipped model's)"
    )
    train.add_argument("--seed", type=int, default=0, metavar="S", help="random seed (default: %(default)s)")
    train.add_argument("--config", metavar="FILE", help="settings that `ssbi tune` found: its best.json")
    add_common(train)


def _train(options: argparse.Namespace) -> int:
    return _train_predictor(options) if options.what == "predictor" else _train_segmenter(options)


def _train_predictor(options: argparse.Namespace) -> int:
    from ssbi_core.predict.config import NetworkConfig, TrainingConfig
    from ssbi_core.predict.train_study import train_predictor

    chosen = {} if options.epochs is None else {"epochs": options.epochs}
    network = _tuned(options, "network", NetworkConfig)
    try:
        training = TrainingConfig(**{**_tuned(options, "training", TrainingConfig), "seed": options.seed, **chosen})
    except ValueError as error:
        raise InputError(
            f"--epochs {options.epochs}, --seed {options.seed}", "epochs >= 1, seed >= 0", "correct them"
        ) from error
    with progress_bar() as progress:
        model = train_predictor(
            options.study, options.output, network=NetworkConfig(**network), training=training, progress=progress
        )
    print(f"model: {model}")
    return 0


def _train_segmenter(options: argparse.Namespace) -> int:
    from ssbi_core.segment import TrainingConfig, train_segmenter

    steps = {} if options.steps is None else {"num_steps": options.steps}
    chosen = {"seed": options.seed, "system": options.system, **steps}
    try:
        config = TrainingConfig.model_validate({**_tuned(options, "training", TrainingConfig), **chosen})
    except ValueError as error:
        raise InputError(
            f"--steps {options.steps}, --seed {options.seed}", "steps >= 1, seed >= 0", "correct them"
        ) from error
    with progress_bar() as progress:
        model = train_segmenter(options.study, options.output, config, progress=progress)
    print(f"model: {model}")
    return 0


def _tuned(options: argparse.Namespace, name: str, kind: Any) -> dict[str, Any]:
    """Settings of --config, none without it."""
    if options.config is None:
        return {}
    from ssbi_core.optimize.tuning.outcome import read_settings

    return read_settings(options.config, name, kind).model_dump()
