"""`ssbi simulate`: a study with exact truth, solved on request."""

from __future__ import annotations

import argparse

from ssbi_core.cli.options import Commands, add_command, add_common, add_output
from ssbi_core.cli.progress import progress_bar
from ssbi_core.errors import InputError


def add(commands: Commands) -> None:
    """Its arguments."""
    simulate = add_command(commands, "simulate", _simulate, "a synthetic study with exact ground truth")
    simulate.add_argument("-n", "--number", type=int, required=True, metavar="N", help="number of images")
    simulate.add_argument(
        "--seed", type=int, default=0, metavar="S", help="same seed, same study (default: %(default)s)"
    )
    simulate.add_argument("--size", type=int, default=512, metavar="PX", help="rows and columns (default: %(default)s)")
    simulate.add_argument("--no-images", action="store_true", help="labels and truth only, no micrographs")
    simulate.add_argument("--solve", action="store_true", help="solve every picture too: records to train a predictor")
    simulate.add_argument(
        "--conditions",
        type=int,
        default=1,
        metavar="K",
        help="states of the material per picture (default: %(default)s)",
    )
    simulate.add_argument(
        "--drawn-materials",
        type=int,
        default=0,
        metavar="K",
        help="further states, with the material's uncertain numbers drawn from their spread (default: %(default)s)",
    )
    simulate.add_argument(
        "--workers", type=int, default=1, metavar="W", help="processes that solve (default: %(default)s)"
    )
    add_output(simulate)
    add_common(simulate)


def _simulate(options: argparse.Namespace) -> int:
    from ssbi_core.simulate import simulate_study

    with progress_bar() as progress:
        truth = simulate_study(
            options.number,
            options.seed,
            options.output,
            shape=(options.size, options.size),
            pixel_size_nm=options.pixel_size_nm,
            system=options.system,
            images=not options.no_images,
            overwrite=options.overwrite,
            progress=progress,
        )
    print(f"{options.number} images; truth: {truth}")
    return _solve_study(options) if options.solve else 0


def _solve_study(options: argparse.Namespace) -> int:
    from ssbi_core.predict.solve_study import solve_study

    if options.conditions < 1 or options.workers < 1 or options.drawn_materials < 0:
        came_in = f"--conditions {options.conditions}, --workers {options.workers}"
        came_in += f", --drawn-materials {options.drawn_materials}"
        raise InputError(came_in, "the first two at least 1, the third not negative", "correct them")
    with progress_bar() as progress:
        records = solve_study(
            options.output,
            conditions=options.conditions,
            drawn=options.drawn_materials,
            seed=options.seed,
            workers=options.workers,
            progress=progress,
        )
    print(f"records: {records}")
    return 0
