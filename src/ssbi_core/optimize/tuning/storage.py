"""The search on disk: an Optuna study in SQLite, continued by whoever runs the same command again.

One process writes it, the one that was started; workers only compute. It holds a lock while it runs, so a trial that is
found running at the start belonged to a process that is gone: it is marked failed, and its settings are tried again.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import optuna
from optuna.distributions import distribution_to_json
from optuna.pruners import MedianPruner
from optuna.storages import RDBStorage
from optuna.study import Study
from optuna.trial import TrialState, create_trial
from sqlalchemy.exc import DatabaseError

from ssbi_core.errors import InputError, OutputError
from ssbi_core.io.outputs import OutputFolder
from ssbi_core.optimize.tuning.config import TuningConfig
from ssbi_core.optimize.tuning.subject import Objective, Subject

FILE_NAME = "tuning.sqlite3"
DEFAULT = "default"
"""Attribute of the trial of the settings to beat."""
AGAIN = "again"
"""Attribute of a trial that repeats one whose process is gone: the number of that one."""

_LOCK, _STUDY, _SETTINGS = ".ssbi-tuning.lock", "tuning", "settings"
_UNPRUNED = 5  # trials that run to their end before any is stopped early


@contextmanager
def opened(
    folder: Path, subject: Subject, objective: Objective, config: TuningConfig, overwrite: bool
) -> Iterator[Study]:
    """Begin or continue the search in a folder, which no other process may do meanwhile.

    Raises
    ------
    InputError
        If the settings to beat lie outside the space.
    OutputError
        If the folder cannot be written, holds something else or a search with other settings, or is in use.
    """
    _check_start(subject)
    path = folder / FILE_NAME
    OutputFolder(folder, overwrite=overwrite or path.is_file())
    with _locked(folder):
        if overwrite:  # with what a killed process may have left of a transaction
            for name in (FILE_NAME, f"{FILE_NAME}-journal"):
                (folder / name).unlink(missing_ok=True)
        with _study(path, _identity(subject, objective, config)) as study:
            _revive(study)
            if not study.get_trials(deepcopy=False):
                study.enqueue_trial(dict(subject.start), user_attrs={DEFAULT: True})
            yield study


def finished(study: Study) -> int:
    """Trials that ran to their end or were stopped early."""
    return len(study.get_trials(deepcopy=False, states=(TrialState.COMPLETE, TrialState.PRUNED)))


def _check_start(subject: Subject) -> None:
    try:
        create_trial(params=dict(subject.start), distributions=dict(subject.space), value=0.0)
    except ValueError as error:
        ranges = "; ".join(f"{name} {distribution}" for name, distribution in subject.space.items())
        raise InputError(f"settings to beat outside the space ({error})", ranges, "begin inside of it") from error


def _identity(subject: Subject, objective: Objective, config: TuningConfig) -> dict[str, Any]:
    """What all trials of a search share, so that their errors can be compared."""
    settings = {name: each.model_dump(mode="json") for name, each in subject.settings(subject.start).items()}
    return {
        "net": subject.name,
        "study": objective.digest,
        **config.model_dump(include={"seed", "parts", "splits"}),
        "settings to beat": settings,
        "space": {name: json.loads(distribution_to_json(each)) for name, each in subject.space.items()},
    }


@contextmanager
def _study(path: Path, identity: Mapping[str, Any]) -> Iterator[Study]:
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        # The address is a fixed one and the path goes around it: a path may hold characters that mean something there.
        storage = RDBStorage(
            f"sqlite:///{FILE_NAME}",
            engine_kwargs={"creator": lambda: sqlite3.connect(path, check_same_thread=False)},
        )
        pruner = MedianPruner(n_startup_trials=_UNPRUNED)
        study = optuna.create_study(study_name=_STUDY, storage=storage, pruner=pruner, load_if_exists=True)
        known = study.user_attrs.get(_SETTINGS)
    except (DatabaseError, RuntimeError) as error:
        reason = str(error).splitlines()[0]
        wanted = "a search of this library"
        raise OutputError(f"{path} ({reason})", wanted, "choose another folder, or give --overwrite") from error
    try:
        if known is None:
            study.set_user_attr(_SETTINGS, dict(identity))
        elif known != identity:
            _refuse(path, known, identity)
        yield study
    finally:
        storage.remove_session()
        storage.engine.dispose()


def _refuse(path: Path, known: Mapping[str, Any], identity: Mapping[str, Any]) -> None:
    differ = [name for name in identity if known.get(name) != identity[name]]
    raise OutputError(
        f"{path}: a search with another {', '.join(differ)}",
        "the same net, study, seed and settings to continue it",
        "choose another folder, or give --overwrite to begin anew",
    )


def _revive(study: Study) -> None:
    """Fail the trials of a process that is gone, and have their settings tried again."""
    for trial in study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
        study.tell(trial.number, state=TrialState.FAIL)
        default = bool(trial.user_attrs.get(DEFAULT))
        study.enqueue_trial(trial.params, user_attrs={DEFAULT: default, AGAIN: trial.number})


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold a lock that the system releases if this process dies: SQLite has one that works everywhere."""
    path = folder / _LOCK
    connection = sqlite3.connect(path, timeout=0, isolation_level=None)
    try:
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        connection.close()
        raise OutputError(f"{folder}: {error}", "a folder no other search runs in", "wait for it to end") from error
    try:
        yield
    finally:
        connection.close()
        path.unlink(missing_ok=True)
