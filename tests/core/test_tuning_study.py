"""`ssbi tune` from the outside: the files it leaves, and how it refuses."""

from __future__ import annotations

import pytest

from ssbi_core.cli import EXIT_BAD_INPUT, main
from ssbi_core.optimize.tuning.config import TuningConfig
from ssbi_core.tuning_study import tune_study

from .optimize.tuning.toy import ToySubject


def test_folder_holds_results_and_figures(tmp_path):
    study = tmp_path / "study"
    study.write_text("digest")
    tune_study(ToySubject(), study, tmp_path / "out", TuningConfig(trials=14, repeats=2))
    names = {"best.json", "trials.parquet", "history.png", "importance.png", "tuning.sqlite3"}
    assert {path.name for path in (tmp_path / "out").iterdir()} == names


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["tune", "predictor", "no-study", "-o", "out"], "truth.parquet"),
        (["tune", "segmenter", "no-study", "-o", "out"], "no pair"),
        (["tune", "predictor", "no-study", "-o", "out", "--trials", "0"], "--trials 0"),
        (["tune", "predictor", "no-study", "-o", "out", "--repeats", "1"], "--repeats 1"),
        (["tune", "segmenter", "no-study", "-o", "out", "--steps", "0"], "0 steps"),
        (["train", "predictor", "no-study", "-o", "out", "--config", "nothing.json"], "nothing.json"),
        (["train", "segmenter", "no-study", "-o", "out", "--config", "nothing.json"], "nothing.json"),
    ],
)
def test_bad_input_is_named_in_one_line_and_nothing_is_written(arguments, named, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == EXIT_BAD_INPUT
    error = capsys.readouterr().err
    assert named in error
    assert error.count("\n") == 1
    assert not list(tmp_path.iterdir())
