"""A study in, the best settings out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from optuna.study import Study
from optuna.trial import TrialState

from ssbi_core.errors import InputError
from ssbi_core.optimize.tuning.config import TuningConfig
from ssbi_core.optimize.tuning.importance import importance
from ssbi_core.optimize.tuning.outcome import TuningOutcome, trial_table
from ssbi_core.optimize.tuning.repeats import repeated
from ssbi_core.optimize.tuning.search import search
from ssbi_core.optimize.tuning.storage import DEFAULT, opened
from ssbi_core.optimize.tuning.subject import Parameters, Subject
from ssbi_core.optimize.tuning.workers import judges


def tune(
    subject: Subject,
    study: str | Path,
    output: str | Path,
    config: TuningConfig | None = None,
    *,
    overwrite: bool = False,
    progress: Callable[[str, float], None] | None = None,
) -> TuningOutcome:
    """Search for the settings that err least on samples of a study that were not learned from.

    Every trial is kept at once in ``tuning.sqlite3``, an Optuna storage. The same call with more `config.trials` goes
    on with the search, also after an interruption.

    Parameters
    ----------
    subject : net to tune.
    study : folder to learn from and to validate on.
    output : folder; gets tuning.sqlite3, best.json and trials.parquet.
    config : of the search.
    overwrite : begin anew where there is a search already.
    progress : called with a message and the share done.

    Raises
    ------
    ReadError, InputError
        If the study cannot be learned from, with the default settings or at all.
    OutputError
        If the folder cannot be written, holds something else or a search with other settings, or is in use.
    """
    config = config or TuningConfig.model_validate({})
    study, output = Path(study), Path(output).expanduser()
    report = progress or (lambda message, share: None)
    report("reading the study", 0.0)
    objective = subject.load(study)
    compared = 2 * config.repeats
    share = config.trials / (config.trials + compared)
    with (
        opened(output, subject, objective, config, overwrite) as trials,
        judges(subject, study, objective, config.workers) as submit,
    ):
        search(trials, subject, config, submit, lambda text, done: report(text, share * done))
        default = _default(trials)
        best = dict(trials.best_trial.params)
        found = repeated(
            trials,
            {"best": best, "default": default},
            config,
            submit,
            lambda text, done: report(text, share + (1 - share) * done),
        )
        outcome = TuningOutcome(
            subject.name,
            subject.measure,
            trial_table(trials),
            subject.settings(best),
            best,
            default,
            found,
            importance(trials),
            config,
            objective.digest,
            objective.size,
        )
    outcome.save(output)
    return outcome


def _default(trials: Study) -> Parameters:
    for trial in trials.get_trials(states=(TrialState.COMPLETE,)):
        if trial.user_attrs.get(DEFAULT):
            return trial.params
    came_in = "a study on which the default settings lead to no finite error"
    raise InputError(came_in, "a study that can be learned from", "look at its records, and simulate a larger one")
