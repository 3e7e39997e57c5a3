"""Workers find what one process finds, exactly as many trials are made, and no worker outlives its search."""

from __future__ import annotations

import pytest
from tests.core.optimize.tuning.toy import ToyObjective, ToySubject

from ssbi_core.errors import InputError
from ssbi_core.optimize.tuning.config import TuningConfig
from ssbi_core.optimize.tuning.division import Division
from ssbi_core.optimize.tuning.tune import tune
from ssbi_core.optimize.tuning.workers import judges

PARAMETERS, DIVISION = {"rate": 0.5, "depth": 1}, Division(0, 5, 0)


def test_two_workers_make_exactly_as_many_trials_as_asked_for(study, tmp_path):
    outcome = tune(ToySubject(), study, tmp_path / "out", TuningConfig(trials=5, workers=2))
    assert len(outcome.trials) == 5
    alone = tune(ToySubject(), study, tmp_path / "alone", TuningConfig(trials=1))
    assert outcome.default_error == alone.default_error
    assert list(outcome.repeated["default"]) == list(alone.repeated["default"])


def test_workers_end_with_the_search_whatever_they_are_at(study):
    subject = ToySubject(trap="sleep")
    objective = ToyObjective(subject, study.read_text())
    with judges(subject, study, objective, 2) as submit:
        future = submit(PARAMETERS, DIVISION)
    assert future.done()


def test_worker_that_dies_is_said(study, tmp_path):
    with pytest.raises(InputError, match="2 workers, one of which the system ended"):
        tune(ToySubject(trap="die"), study, tmp_path / "out", TuningConfig(trials=2, workers=2))


def test_study_that_changed_is_refused(study):
    subject = ToySubject()
    with judges(subject, study, ToyObjective(subject, "as it was"), 2) as submit:
        assert isinstance(submit(PARAMETERS, DIVISION).exception(), InputError)
