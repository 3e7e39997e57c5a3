"""`ssbi tune`: a search for settings that err least."""

from __future__ import annotations

import argparse
from typing import Any

from ssbi_core.cli.options import Commands, add_command, add_common, add_output
from ssbi_core.cli.progress import progress_bar
from ssbi_core.errors import InputError


def add(commands: Commands) -> None:
    """Its arguments."""
    tune = add_command(
        commands, "tune", _tune, "search for the settings of a net and its training that err least on a study"
    )
    tune.add_argument("what", choices=["segmenter", "predictor"], help="which net")
    tune.add_argument("study", metavar="STUDY", help="folder as for `ssbi train`")
    add_output(tune)
    _search(tune)
    add_common(tune)


def _search(parser: argparse.ArgumentParser) -> None:
    for option, metavar, help_ in (
        ("--trials", "N", "settings tried in all; more than before continues a search (default: 50)"),
        ("--repeats", "N", "other divisions of the study on which best and default are compared (default: 4)"),
        ("--workers", "W", "processes that learn (default: 1)"),
        ("--seed", "S", "same seed, same search (default: 0)"),
        ("--steps", "N", "of a segmenter's short training, by which settings are judged (default: 400)"),
    ):
        parser.add_argument(option, type=int, metavar=metavar, help=help_)


def _tune(options: argparse.Namespace) -> int:
    from ssbi_core.optimize.tuning.config import TuningConfig
    from ssbi_core.tuning_study import tune_study

    chosen = {name: getattr(options, name) for name in ("trials", "repeats", "workers", "seed")}
    try:
        config = TuningConfig.model_validate({name: value for name, value in chosen.items() if value is not None})
        subject = _subject(options)
    except ValueError as error:
        given = ", ".join(f"--{name} {value}" for name, value in chosen.items() if value is not None)
        wanted = "trials, workers and steps >= 1, repeats >= 2, seed >= 0"
        raise InputError(given, wanted, "correct them") from error
    with progress_bar() as progress:
        outcome = tune_study(
            subject, options.study, options.output, config, overwrite=options.overwrite, progress=progress
        )
    best, default = (outcome.repeated[name].mean() for name in ("best", "default"))
    print(
        f"{outcome.finished} trials; error {outcome.best['error']:.4g}, of the default {outcome.default_error:.4g}; "
        f"on other divisions {best:.4g} and {default:.4g} (spread {outcome.spread:.2g}); "
        f"settings: {options.output}/best.json"
    )
    return 0


def _subject(options: argparse.Namespace) -> Any:
    if options.what == "predictor":
        from ssbi_core.optimize.tuning.predictor import PredictorSubject
        from ssbi_core.predict.config import NetworkConfig
        from ssbi_core.predict.config import TrainingConfig as PredictorTraining

        return PredictorSubject(NetworkConfig.model_validate({}), PredictorTraining.model_validate({}))
    from ssbi_core.optimize.tuning.segmenter import SegmenterSubject
    from ssbi_core.segment import TrainingConfig

    steps = {} if options.steps is None else {"steps": options.steps}
    return SegmenterSubject(TrainingConfig(system=options.system), **steps)
