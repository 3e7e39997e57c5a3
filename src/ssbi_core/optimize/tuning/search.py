"""The search: ask for settings, judge them on one part of the study after the other, stop early what is behind.

Settings come from a tree-structured Parzen estimator (Bergstra et al., NeurIPS 2011), seeded anew for every trial by
the search's seed and the number of trials before it: a search that was interrupted asks for the very settings it would
have asked for. After each part the mean over the parts so far is compared with that of the other trials at the same
point, and what is worse than their median goes no further. Epochs are no such points: settings with other epochs are
in another phase of their cycle of learning rates.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool

import numpy as np
from optuna.samplers import TPESampler
from optuna.study import Study
from optuna.trial import Trial, TrialState

from ssbi_core.optimize.tuning.config import TuningConfig
from ssbi_core.optimize.tuning.division import Division
from ssbi_core.optimize.tuning.storage import DEFAULT, finished
from ssbi_core.optimize.tuning.subject import Subject
from ssbi_core.optimize.tuning.workers import Judged, Submit

ERRORS, SECONDS = "errors", "seconds"
"""Attributes of a trial: errors on the parts so far, and the time these took."""

Progress = Callable[[str, float], None]


def search(study: Study, subject: Subject, config: TuningConfig, submit: Submit, progress: Progress) -> None:
    """Run trials until `config.trials` are finished; what a trial raises ends it as failed, and the search."""
    running: dict[Future[Judged], Trial] = {}
    while True:
        while len(running) < config.workers and finished(study) + len(running) < config.trials:
            trial = _ask(study, subject, config.seed)
            running[submit(trial.params, Division(config.seed, config.parts, 0))] = trial
        if not running:
            return
        for future in wait(running, return_when=FIRST_COMPLETED).done:
            trial = running.pop(future)
            part = _note(study, trial, _judged(study, trial, future), config)
            if part is not None:
                running[submit(trial.params, Division(config.seed, config.parts, part))] = trial
            progress(_message(study, trial), min(finished(study) / config.trials, 1.0))


def _ask(study: Study, subject: Subject, seed: int) -> Trial:
    before = sum(trial.state != TrialState.FAIL for trial in study.get_trials(deepcopy=False))
    study.sampler = TPESampler(seed=int(np.random.SeedSequence([seed, before]).generate_state(1)[0]))
    return study.ask(dict(subject.space))


def _judged(study: Study, trial: Trial, future: Future[Judged]) -> Judged:
    try:
        return future.result()
    except BrokenProcessPool:  # whose fault it was is not known: all that ran will be tried again
        raise
    except Exception:
        study.tell(trial, state=TrialState.FAIL)  # would fail again
        raise


def _note(study: Study, trial: Trial, judged: Judged, config: TuningConfig) -> int | None:
    """Report what was found; the part to go on with, None where the trial has ended."""
    errors = [*trial.user_attrs.get(ERRORS, []), judged.error]
    trial.set_user_attr(ERRORS, errors)
    trial.set_user_attr(SECONDS, trial.user_attrs.get(SECONDS, 0.0) + judged.seconds)
    mean = float(np.mean(errors))
    trial.report(mean, len(errors) - 1)
    if not math.isfinite(mean):
        study.tell(trial, state=TrialState.PRUNED)
    elif len(errors) == config.splits:
        study.tell(trial, mean)
    elif trial.should_prune() and not trial.user_attrs.get(DEFAULT):
        study.tell(trial, state=TrialState.PRUNED)
    else:
        return len(errors)
    return None


def _message(study: Study, trial: Trial) -> str:
    done = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    best = f", best {min(each.value or 0.0 for each in done):.4g}" if done else ""
    errors = trial.user_attrs[ERRORS]
    return f"trial {trial.number}: {np.mean(errors):.4g} on {len(errors)} parts{best}"
