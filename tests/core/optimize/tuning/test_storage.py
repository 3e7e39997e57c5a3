"""A search is continued by the same command only, by one process at a time, and never mixed with another."""

from __future__ import annotations

import sqlite3

import pytest

from ssbi_core.errors import InputError, OutputError
from ssbi_core.optimize.tuning.config import TuningConfig
from ssbi_core.optimize.tuning.storage import FILE_NAME, opened
from ssbi_core.optimize.tuning.tune import tune

from .toy import ToyObjective, ToySubject

CONFIG = TuningConfig(trials=2, seed=1)


@pytest.fixture
def out(study, tmp_path):
    tune(ToySubject(), study, tmp_path / "out", CONFIG)
    return tmp_path / "out"


@pytest.mark.parametrize(
    ("subject", "config", "named"),
    [
        (ToySubject(), {"seed": 2}, "another seed"),
        (ToySubject(), {"splits": 2}, "another splits"),
        (ToySubject(rate=0.8), {}, "another settings to beat"),
        (ToySubject(name="other"), {}, "another net"),
    ],
)
def test_search_with_other_settings_is_refused(out, study, subject, config, named):
    with pytest.raises(OutputError, match=named):
        tune(subject, study, out, CONFIG.model_copy(update=config))


def test_search_on_another_study_is_refused(out, study):
    study.write_text("another digest")
    with pytest.raises(OutputError, match="another study"):
        tune(ToySubject(), study, out, CONFIG)


def test_overwrite_begins_anew(out, study):
    outcome = tune(ToySubject(), study, out, TuningConfig(trials=3, seed=2), overwrite=True)
    assert len(outcome.trials) == 3


def test_folder_with_other_files_is_refused_and_kept(study, tmp_path):
    with pytest.raises(OutputError, match="not empty"):
        tune(ToySubject(), study, tmp_path, CONFIG)
    assert [path.name for path in tmp_path.iterdir()] == ["study"]


@pytest.mark.parametrize("content", [b"no database at all, " * 100, b""])
def test_damaged_storage(study, tmp_path, content):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / FILE_NAME).write_bytes(content)
    if not content:  # as good as none
        assert len(tune(ToySubject(), study, tmp_path / "out", CONFIG).trials) == 2
        return
    with pytest.raises(OutputError, match="a search of this library"):
        tune(ToySubject(), study, tmp_path / "out", CONFIG)


def test_default_outside_the_space_is_refused(study, tmp_path):
    with pytest.raises(InputError, match="outside the space"):
        tune(ToySubject(rate=1.5), study, tmp_path / "out", CONFIG)
    assert not (tmp_path / "out").exists()


def test_folder_in_use_is_refused_and_free_afterwards(study, out):
    subject = ToySubject()
    objective = ToyObjective(subject, study.read_text())
    with (
        opened(out, subject, objective, CONFIG, False),
        pytest.raises(OutputError, match="no other search runs in"),
    ):
        tune(subject, study, out, CONFIG)
    assert len(tune(subject, study, out, CONFIG).trials) == 2
    assert not list(out.glob(".*"))


def test_path_with_characters_that_mean_something_in_an_address(study, tmp_path):
    out = tmp_path / "a?b {c} %20 #é"
    tune(ToySubject(), study, out, CONFIG)
    with sqlite3.connect(out / FILE_NAME) as connection:
        assert connection.execute("SELECT COUNT(*) FROM trials").fetchone() == (2,)
    connection.close()
