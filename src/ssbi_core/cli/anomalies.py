"""`ssbi anomalies`: which images of a study are unlike the others, where, and why."""

from __future__ import annotations

import argparse

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
)
from ssbi_core.cli.progress import progress_bar


def add(commands: Commands) -> None:
    """Its arguments."""
    anomalies = add_command(commands, "anomalies", _anomalies, "ranked anomalies of a study, with places and reasons")
    add_paths(anomalies, "images, folders or globs", metavar="STUDY")
    add_output(anomalies)
    add_common(anomalies)
    add_image(anomalies)
    add_labels(anomalies)
    anomalies.add_argument(
        "--false-alarm-rate",
        type=float,
        default=0.05,
        metavar="RATE",
        help="share of normal images that may be flagged (default: %(default)s)",
    )
    anomalies.add_argument(
        "--reference",
        action="append",
        default=[],
        metavar="PATH",
        help="normal images to compare with (files, folders, globs; repeatable), or the population.parquet of an "
        "earlier run (default: the study's own images)",
    )
    anomalies.add_argument("--model", metavar="FOLDER|FILE", help="trained predictor (default: the shipped one)")
    anomalies.add_argument(
        "--measured",
        action="append",
        default=[],
        metavar="NAME=S/cm|FILE",
        help="measured conductivity of an image by its name up to the first dot (repeatable), or a CSV or Parquet file "
        "with columns image, conductivity_S_per_cm and temperature_K",
    )


def _anomalies(options: argparse.Namespace) -> int:
    from ssbi_core.anomaly import AnomalyConfig
    from ssbi_core.anomaly_study import anomaly_study
    from ssbi_core.predict.measured_values import read_measured

    anomaly = AnomalyConfig.of(false_alarm_rate=options.false_alarm_rate)
    config = analysis_config(options, labels=options.labels, predictor=options.model)
    measured = read_measured(options.measured, options.temperature) if options.measured else []
    with progress_bar() as progress:
        outcome = anomaly_study(
            options.paths,
            options.output,
            config,
            anomaly,
            reference=options.reference,
            measured=measured,
            overwrite=options.overwrite,
            progress=progress,
        )
    code = report_failures(options, outcome.failures)
    report = outcome.report
    for note in report.notes:
        print(note)
    print(f"{len(report.flagged)} of {len(report.images)} images flagged; report: {outcome.page}")
    return code
