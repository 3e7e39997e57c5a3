"""A hyperparameter search and its figures in a folder: to `ssbi tune` what `pipeline` is to `ssbi analyze`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ssbi_core.optimize.tuning.config import TuningConfig
from ssbi_core.optimize.tuning.outcome import TuningOutcome
from ssbi_core.optimize.tuning.subject import Subject
from ssbi_core.optimize.tuning.tune import tune
from ssbi_core.report.figures.tuning import save_tuning_figures


def tune_study(
    subject: Subject,
    study: str | Path,
    output: str | Path,
    config: TuningConfig | None = None,
    *,
    overwrite: bool = False,
    progress: Callable[[str, float], None] | None = None,
) -> TuningOutcome:
    """As `tune`, and write history.png and, with trials enough to tell, importance.png."""
    outcome = tune(subject, study, output, config, overwrite=overwrite, progress=progress)
    save_tuning_figures(outcome, Path(output).expanduser())
    return outcome
