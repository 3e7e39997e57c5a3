"""`ssbi demo`, `analyze`, `segment`, `conductivity`, `predict`: images or labels in, results and a report out."""

from __future__ import annotations

import argparse
from typing import Any

from ssbi_core.cli.failures import report_failures
from ssbi_core.cli.options import (
    Commands,
    add_command,
    add_common,
    add_image,
    add_labels,
    add_output,
    add_paths,
    analysis_config,
    assignments,
)
from ssbi_core.cli.progress import progress_bar
from ssbi_core.errors import InputError


def add(commands: Commands) -> None:
    """Their arguments."""
    demo = add_command(commands, "demo", _demo, "the whole pipeline on the bundled sample study")
    demo.add_argument("-o", "--output", default="ssbi-demo", metavar="OUT", help="output folder (default: %(default)s)")
    add_common(demo)

    analyze = add_command(
        commands, "analyze", _analyze, "images or folders to phases, graph, conductivity and a report"
    )
    add_paths(analyze, "images, folders or globs")
    add_output(analyze)
    add_common(analyze)
    add_image(analyze)
    add_labels(analyze)
    _overrides(analyze)

    segment = add_command(commands, "segment", _segment, "images to label images and an uncertainty map")
    add_paths(segment, "images, folders or globs")
    add_output(segment)
    add_common(segment)
    add_image(segment)

    conductivity = add_command(commands, "conductivity", _conductivity, "transport only, from label images")
    add_paths(conductivity, "label images (codes 0-8), folders or globs", metavar="LABELS")
    add_output(conductivity)
    add_common(conductivity)
    _overrides(conductivity)
    conductivity.add_argument("--mapping", metavar="FILE", help="TOML or JSON file: label value = phase name")

    predict = add_command(
        commands, "predict", _predict, "conductivity with its uncertainty from the graph of labels or images"
    )
    add_paths(predict, "images, folders or globs")
    add_output(predict)
    add_common(predict)
    add_image(predict)
    add_labels(predict)
    _sampling(predict)


def _overrides(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--conductivity",
        action="append",
        default=[],
        metavar="PHASE=S/cm",
        help="conductivity of that phase's pixels (repeatable)",
    )
    parser.add_argument(
        "--resistance",
        action="append",
        default=[],
        metavar="PHASE=ohm_cm2",
        help="area-specific resistance of a line-like phase (repeatable)",
    )
    parser.add_argument(
        "--rel-gap", type=float, metavar="GAP", help="refine the mesh until the bounds are as close, e.g. 0.01 for 1 %%"
    )
    parser.add_argument(
        "--representative",
        action="store_true",
        help="also solve windows of the image, to say whether the field of view is large enough",
    )
    parser.add_argument(
        "--temperatures",
        metavar="K,K,...",
        help="also solve at these temperatures, and fit an activation energy: 253.15,298.15,353.15",
    )


def _sampling(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", metavar="FOLDER|FILE", help="trained net (default: the shipped one)")
    parser.add_argument(
        "--measured",
        action="append",
        default=[],
        metavar="NAME=S/cm|FILE",
        help="measured conductivity of an image by its name up to the first dot (repeatable), or a CSV or Parquet file "
        "with columns image, conductivity_S_per_cm and temperature_K: the material is learned from these first",
    )
    for option, help_ in (
        ("--segmentations", "label images drawn from what the segmentation is unsure of; 0 for none (default: 12)"),
        ("--materials", "materials drawn from what the material file leaves open; 0 for none (default: 64)"),
        ("--seed", "of what is drawn (default: 0)"),
    ):
        parser.add_argument(option, type=int, metavar="N", help=help_)


def _demo(options: argparse.Namespace) -> int:
    from ssbi_core.pipeline import sample_paths

    options.paths = [str(path) for path in sample_paths()]
    return _run_study(options, _config(options))


def _analyze(options: argparse.Namespace) -> int:
    return _run_study(options, _config(options, labels=options.labels))


def _segment(options: argparse.Namespace) -> int:
    return _run_study(options, _config(options, stages=("segment",)))


def _conductivity(options: argparse.Namespace) -> int:
    return _run_study(options, _config(options, labels=True, stages=("transport",)))


def _predict(options: argparse.Namespace) -> int:
    from ssbi_core.predict.measured_values import read_measured
    from ssbi_core.predict_study import predict_study

    chosen = {name: getattr(options, name) for name in ("segmentations", "materials", "seed")}
    config = _config(
        options,
        labels=options.labels,
        stages=("segment", "graph", "predict"),
        predictor=options.model,
        prediction={name: value for name, value in chosen.items() if value is not None},
    )
    measured = read_measured(options.measured, options.temperature) if options.measured else []
    with progress_bar() as progress:
        outcome = predict_study(
            options.paths,
            options.output,
            config,
            measured=measured,
            overwrite=options.overwrite,
            progress=progress,
        )
    return _reported(options, outcome)


def _run_study(options: argparse.Namespace, config: Any) -> int:
    from ssbi_core.pipeline import analyze_study

    with progress_bar() as progress:
        outcome = analyze_study(options.paths, options.output, config, overwrite=options.overwrite, progress=progress)
    return _reported(options, outcome)


def _reported(options: argparse.Namespace, outcome: Any) -> int:
    code = report_failures(options, outcome.failures)
    if outcome.report is not None:
        print(f"{outcome.num_images} of {outcome.num_images + len(outcome.failures)} images; report: {outcome.report}")
    return code


def _config(options: argparse.Namespace, **fixed: Any) -> Any:
    return analysis_config(
        options,
        conductivity=assignments(getattr(options, "conductivity", []), "--conductivity", "S/cm"),
        resistance=assignments(getattr(options, "resistance", []), "--resistance", "ohm_cm2"),
        rel_gap=getattr(options, "rel_gap", None),
        representative=getattr(options, "representative", False),
        temperatures=_kelvins(getattr(options, "temperatures", None)),
        **fixed,
    )


def _kelvins(text: str | None) -> tuple[float, ...] | None:
    """Parse the list of --temperatures."""
    if text is None:
        return None
    try:
        return tuple(float(number) for number in text.split(","))
    except ValueError:
        raise InputError(
            f"--temperatures {text!r}",
            "numbers in K, separated by commas",
            "write for instance --temperatures 253.15,298.15,353.15",
        ) from None
