"""Best and default are compared where the search has not been, and asked once only."""

from __future__ import annotations

import numpy as np

from ssbi_core.optimize.tuning.config import TuningConfig
from ssbi_core.optimize.tuning.repeats import repeated
from ssbi_core.optimize.tuning.storage import opened
from ssbi_core.optimize.tuning.workers import judges

from .toy import ToyObjective, ToySubject

COMPARED = {"best": {"rate": 0.3, "depth": 1}, "default": {"rate": 0.9, "depth": 2}}


def run(folder, study, repeats):
    subject = ToySubject()
    objective = ToyObjective(subject, "digest")
    config = TuningConfig(seed=5, repeats=repeats)
    with (
        opened(folder, subject, objective, config, False) as trials,
        judges(subject, study, objective, 1) as submit,
    ):
        return repeated(trials, COMPARED, config, submit, lambda text, share: None), objective.asked


def test_both_are_asked_on_divisions_that_the_search_never_saw(study, tmp_path):
    found, asked = run(tmp_path / "out", study, 3)
    assert len(asked) == 2 * 3 * 3
    assert {division.seed for _, division in asked} == {6, 7, 8}
    assert found["best"].shape == (3,)
    np.testing.assert_allclose(found["default"] - found["best"], 0.6**2 + 0.001)  # the same divisions for both


def test_what_is_known_is_not_asked_again(study, tmp_path):
    first, _ = run(tmp_path / "out", study, 2)
    found, asked = run(tmp_path / "out", study, 3)
    assert {division.seed for _, division in asked} == {8}
    np.testing.assert_array_equal(found["best"][:2], first["best"])


def test_settings_that_are_the_same_are_asked_once(study, tmp_path, monkeypatch):
    monkeypatch.setitem(COMPARED, "best", COMPARED["default"])
    found, asked = run(tmp_path / "out", study, 2)
    assert len(asked) == 2 * 3
    np.testing.assert_array_equal(found["best"], found["default"])
