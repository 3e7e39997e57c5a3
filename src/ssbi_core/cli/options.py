"""Options that several commands share, and what their values say."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from ssbi_core.errors import InputError

if TYPE_CHECKING:
    from ssbi_core.pipeline import AnalysisConfig

EXIT_BAD_INPUT = 2

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def add_command(
    commands: Commands, name: str, run: Callable[[argparse.Namespace], int], help_: str
) -> argparse.ArgumentParser:
    """A command, and what runs it."""
    sub = commands.add_parser(name, help=help_, description=help_)
    sub.set_defaults(run=run)
    sub.add_argument("--debug", action="store_true", help="show the traceback of an internal error")
    return sub


def add_paths(parser: argparse.ArgumentParser, help_: str, metavar: str = "PATH") -> None:
    """What is to be worked on."""
    parser.add_argument("paths", nargs="+", metavar=metavar, help=help_)


def add_output(parser: argparse.ArgumentParser) -> None:
    """Where results go."""
    parser.add_argument(
        "-o", "--output", required=True, metavar="OUT", help="output folder; nothing outside it is written"
    )


def add_common(parser: argparse.ArgumentParser) -> None:
    """What every command takes."""
    group = parser.add_argument_group("options of every command")
    group.add_argument("--pixel-size-nm", type=float, metavar="NM", help="pixel size of files without calibration")
    group.add_argument(
        "--system", default="llzo_nmc", metavar="NAME|FILE", help="material system (default: %(default)s)"
    )
    group.add_argument("--reaction-layer", metavar="NAME", help="chemistry of the reaction layer, e.g. Li2ZrO3")
    group.add_argument("--temperature", type=float, default=298.15, metavar="K", help="kelvin (default: %(default)s)")
    group.add_argument(
        "--axis",
        type=int,
        choices=[0, 1, 2],
        help="transport axis: 0 rows, 1 columns, 2 slices (default: across the interface)",
    )
    group.add_argument("--overwrite", action="store_true", help="replace results of an earlier run")


def add_image(parser: argparse.ArgumentParser) -> None:
    """Which image of a file."""
    parser.add_argument("--image", metavar="NAME", help="which image of a file that holds several (default: HAADF)")


def add_labels(parser: argparse.ArgumentParser) -> None:
    """Labels in place of micrographs."""
    parser.add_argument("--labels", action="store_true", help="the files are label images, not micrographs")
    parser.add_argument("--mapping", metavar="FILE", help="with --labels: TOML or JSON file, label value = phase name")


def analysis_config(options: argparse.Namespace, **chosen: Any) -> AnalysisConfig:
    """How an image is to be analysed, by the options that commands share and what a command chooses beside them."""
    from ssbi_core.pipeline import AnalysisConfig

    return AnalysisConfig.from_options(
        system=options.system,
        reaction_layer=options.reaction_layer,
        temperature=options.temperature,
        axis=options.axis,
        pixel_size_nm=options.pixel_size_nm,
        image=getattr(options, "image", None),
        label_mapping=getattr(options, "mapping", None),
        **chosen,
    )


def assignments(
    values: Sequence[str], option: str, unit: str, name: str = "PHASE", example: str = "grain_boundary=0.1"
) -> dict[str, float]:
    """Parse repeated NAME=NUMBER options."""
    parsed: dict[str, float] = {}
    for value in values:
        key, separator, number = value.partition("=")
        try:
            parsed[key.strip()] = float(number)
        except ValueError:
            separator = ""
        if not separator:
            raise InputError(f"{option} {value!r}", f"{name}={unit}", f"write for instance {option} {example}")
    return parsed
