"""`ssbi optimize`: process parameters that conduct better, verified by finite elements."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from ssbi_core.cli.options import (
    Commands,
    add_command,
    add_common,
    add_image,
    add_labels,
    add_output,
    analysis_config,
    assignments,
)
from ssbi_core.cli.progress import progress_bar
from ssbi_core.errors import InputError


def add(commands: Commands) -> None:
    """Its arguments."""
    optimize = add_command(
        commands, "optimize", _optimize, "process parameters by simulated annealing, verified by finite elements"
    )
    optimize.add_argument(
        "path", nargs="?", metavar="PATH", help="image of the interface to be bettered (default: --system alone)"
    )
    add_output(optimize)
    _levers(optimize)
    _length(optimize)
    add_common(optimize)
    add_image(optimize)
    add_labels(optimize)


def _levers(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("levers: process parameters such as sintering_temperature_C")
    for option, metavar, help_ in (
        ("--initial", "LEVER=VALUE", "value it has now (default: as the image suggests)"),
        ("--bounds", "LEVER=LOW:HIGH", "between which it may be chosen"),
        ("--price", "LEVER=COST", "cost per unit of it"),
    ):
        group.add_argument(option, action="append", default=[], metavar=metavar, help=f"{help_}; repeatable")
    group.add_argument("--fix", action="append", default=[], metavar="LEVER", help="leave it as it is; repeatable")
    group.add_argument("--max-cost", type=float, metavar="COST", help="dearer processes are not considered")
    group.add_argument("--max-thermal-budget", type=float, metavar="K_h", help="temperature above 25 degC times time")
    group.add_argument("--max-porosity", type=float, metavar="SHARE", help="of the microstructure aimed at")


def _length(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("length of the search")
    group.add_argument("--rounds", type=int, metavar="N", help="at most (default: 8)")
    group.add_argument(
        "--realizations", type=int, metavar="N", help="fields of view that verify the optimum (default: 32)"
    )
    group.add_argument("--seed", type=int, metavar="S", help="same seed, same search (default: 0)")


def _optimize(options: argparse.Namespace) -> int:
    from ssbi_core.optimize import recommendation
    from ssbi_core.optimize_study import optimize_study

    with progress_bar() as progress:
        outcome = optimize_study(
            options.path,
            options.output,
            analysis_config(options, labels=options.labels),
            _config(options),
            process=_told(options.initial),
            overwrite=options.overwrite,
            command=" ".join(["ssbi", *sys.argv[1:]]),
            progress=progress,
        )
    for sentence in recommendation(outcome.result):
        print(sentence)
    print(f"optimum: {outcome.listing}; report: {outcome.report}")
    return 0


def _config(options: argparse.Namespace) -> Any:
    from ssbi_core.optimize import ClosedLoopConfig

    names = ("max_cost", "max_thermal_budget", "max_porosity", "rounds", "realizations", "seed")
    chosen = {name: getattr(options, name) for name in names if getattr(options, name) is not None}
    return ClosedLoopConfig.of(
        bounds=_bounds(options.bounds),
        prices=assignments(options.price, "--price", "COST", "LEVER", "pressure_MPa=0.02"),
        fixed=tuple(options.fix),
        **chosen,
    )


def _bounds(given: list[str]) -> dict[str, tuple[float, float]]:
    found = {}
    for text in given:
        name, _, ends = text.partition("=")
        low, _, high = ends.partition(":")
        try:
            found[name.strip()] = (float(low), float(high))
        except ValueError:
            raise InputError(
                f"--bounds {text!r}", "LEVER=LOW:HIGH", "write for instance --bounds pressure_MPa=20:100"
            ) from None
    return found


def _told(given: list[str]) -> dict[str, float]:
    """What is told of the process now; a lever that cannot be is refused before the image is read."""
    from ssbi_core.optimize.closed_loop.starting_point import told_process

    told = assignments(given, "--initial", "VALUE", "LEVER", "pressure_MPa=50")
    told_process(told, "--initial")
    return told
