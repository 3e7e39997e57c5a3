"""`ssbi impedance`: spectra from label images."""

from __future__ import annotations

import argparse

from ssbi_core.cli.failures import report_failures
from ssbi_core.cli.options import Commands, add_command, add_common, add_output, add_paths, assignments
from ssbi_core.cli.progress import progress_bar


def add(commands: Commands) -> None:
    """Its arguments."""
    impedance = add_command(
        commands, "impedance", _impedance, "impedance spectrum and relaxation times, from label images"
    )
    add_paths(impedance, "label images (codes 0-8), folders or globs", metavar="LABELS")
    add_output(impedance)
    add_common(impedance)
    _alternating(impedance)
    impedance.add_argument("--mapping", metavar="FILE", help="TOML or JSON file: label value = phase name")


def _alternating(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--frequencies",
        type=float,
        nargs=3,
        metavar=("LOW", "HIGH", "N"),
        help="lowest and highest in Hz, points per decade (default: as far as anything relaxes)",
    )
    for option, unit, help_ in (
        ("--conductivity", "S/cm", "conductivity of that phase's pixels"),
        ("--resistance", "ohm_cm2", "area-specific resistance of a line-like phase"),
        ("--permittivity", "EPS_R", "relative permittivity of that phase's pixels"),
        ("--capacitance", "F/cm2", "capacitance of a phase given by its resistance"),
        ("--exponent", "N", "exponent of its constant-phase element, 1 for a capacitor"),
    ):
        parser.add_argument(option, action="append", default=[], metavar=f"PHASE={unit}", help=f"{help_} (repeatable)")


def _impedance(options: argparse.Namespace) -> int:
    from ssbi_core.impedance_study import impedance_study
    from ssbi_core.transport import ImpedanceConfig

    units = {
        "conductivity": "S/cm",
        "resistance": "ohm_cm2",
        "permittivity": "EPS_R",
        "capacitance": "F/cm2",
        "exponent": "N",
    }
    config = ImpedanceConfig.model_construct().with_given(
        {
            "frequencies": options.frequencies,
            "temperature": options.temperature,
            "axis": options.axis,
            **{key: assignments(getattr(options, key), f"--{key}", unit) for key, unit in units.items()},
        }
    )
    with progress_bar() as progress:
        outcome = impedance_study(
            options.paths,
            options.output,
            config,
            system=options.system,
            reaction_layer=options.reaction_layer,
            pixel_size_nm=options.pixel_size_nm,
            mapping=options.mapping,
            overwrite=options.overwrite,
            progress=progress,
        )
    code = report_failures(options, outcome.failures)
    written = outcome.folders[0] if len(outcome.folders) == 1 else options.output
    print(f"{len(outcome.folders)} of {len(outcome.folders) + len(outcome.failures)} images; spectra: {written}")
    return code
