"""The search asks for the default first, finds better, stops what is behind, and goes on as if never interrupted."""

from __future__ import annotations

import pytest

from ssbi_core.errors import SolverError
from ssbi_core.optimize.tuning.config import TuningConfig
from ssbi_core.optimize.tuning.tune import tune

from .toy import ToySubject

SETTINGS = ["rate", "depth"]


def test_default_is_the_first_trial(searched):
    first = searched[1].trials.iloc[0]
    assert first["default"]
    assert (first["rate"], first["depth"], first["state"]) == (0.9, 2, "complete")
    assert searched[1].trials["default"].sum() == 1


def test_search_finds_what_errs_less(searched):
    assert abs(searched[1].parameters["rate"] - 0.3) < 0.1
    assert searched[1].best["error"] < searched[1].default_error - 0.2


def test_trials_stopped_early_saw_fewer_parts_and_are_behind(searched):
    trials = searched[1].trials
    stopped, complete = (trials[trials["state"] == state] for state in ("pruned", "complete"))
    assert len(stopped) + len(complete) == 30
    assert len(stopped) > 3
    assert (stopped["parts"] < 3).all()
    assert (complete["parts"] == 3).all()
    assert stopped["error"].min() > complete["error"].median() - 0.02


def test_continued_search_asks_for_the_same_settings_as_one_in_a_go(study, tmp_path, searched):
    for trials in (4, 17, 30):
        outcome = tune(ToySubject(), study, tmp_path / "out", TuningConfig(trials=trials, seed=3))
        assert len(outcome.trials) == trials
    assert outcome.trials[SETTINGS].equals(searched[1].trials[SETTINGS])
    assert outcome.trials["error"].equals(searched[1].trials["error"])


def test_another_seed_asks_for_others(study, tmp_path, searched):
    outcome = tune(ToySubject(), study, tmp_path / "out", TuningConfig(trials=3, seed=4))
    assert outcome.trials["rate"][0] == searched[1].trials["rate"][0]
    assert outcome.trials["rate"][1] != searched[1].trials["rate"][1]


def test_settings_that_learn_nothing_are_stopped(study, tmp_path):
    outcome = tune(ToySubject(rate=0.4, trap="diverge"), study, tmp_path / "out", TuningConfig(trials=8))
    diverged = outcome.trials[outcome.trials["rate"] > 0.5]
    assert len(diverged)
    assert (diverged["state"] == "pruned").all()
    assert (diverged["parts"] == 1).all()
    assert outcome.parameters["rate"] < 0.5


def test_error_in_a_trial_ends_the_search_and_the_next_goes_on_without_it(study, tmp_path):
    with pytest.raises(SolverError, match="a trap"):
        tune(ToySubject(trap="raise"), study, tmp_path / "out", TuningConfig(trials=5))
    outcome = tune(ToySubject(), study, tmp_path / "out", TuningConfig(trials=5))
    assert list(outcome.trials["state"]).count("fail") == 1
    assert list(outcome.trials["state"]).count("complete") == 5
    assert (outcome.trials["again"] == -1).all()


def test_interrupted_trial_is_tried_again_and_the_search_goes_on_as_if_it_had_not_been(study, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        tune(ToySubject(trap="interrupt"), study, tmp_path / "out", TuningConfig(trials=5))
    outcome = tune(ToySubject(), study, tmp_path / "out", TuningConfig(trials=5))
    failed = outcome.trials["state"] == "fail"
    assert list(failed) == [False, True, False, False, False, False]
    assert list(outcome.trials["again"]) == [-1, -1, 1, -1, -1, -1]
    assert outcome.finished == 5
    uninterrupted = tune(ToySubject(), study, tmp_path / "other", TuningConfig(trials=5))
    kept = outcome.trials[~failed].reset_index(drop=True)
    assert kept[[*SETTINGS, "error", "state"]].equals(uninterrupted.trials[[*SETTINGS, "error", "state"]])
