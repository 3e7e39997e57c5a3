"""What is found lies in two files, from which the settings can be read again."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from ssbi_core.errors import ReadError
from ssbi_core.optimize.tuning.outcome import read_settings

from .toy import ToySettings


def test_best_json_tells_the_whole_comparison(searched):
    folder, outcome = searched
    record = json.loads((folder / "best.json").read_text())
    assert record["net"] == "toy"
    assert record["training"] == record["parameters"] == dict(outcome.parameters)
    assert record["default_parameters"] == {"rate": 0.9, "depth": 2}
    assert record["value"] == outcome.trials["error"][record["trial"]]
    assert record["default_value"] == outcome.trials["error"][0]
    others = record["other_divisions"]
    assert others["default_spread"] == pytest.approx(np.std(others["default"], ddof=1))
    assert others["gain"] == pytest.approx(np.mean(others["default"]) - np.mean(others["best"]))
    assert others["beats_by_more_than_spread"] is True
    assert record["search"] == {"seed": 3, "parts": 5, "splits": 3, "repeats": 4}
    assert record["study"] == {"sha256": "digest of the study", "samples": 7}
    assert sum(record["trials"].values()) == 30


def test_table_has_a_row_per_trial(searched):
    folder, outcome = searched
    table = pd.read_parquet(folder / "trials.parquet")
    assert list(table["number"]) == list(range(30))
    assert {"state", "error", "parts", "errors", "seconds", "default", "again", "rate", "depth"} <= set(table)
    for row in table.itertuples():
        assert row.error == pytest.approx(np.mean(row.errors))
    assert len(table) == len(outcome.trials)


def test_settings_are_read_from_file_or_folder(searched):
    folder, outcome = searched
    for path in (folder, folder / "best.json"):
        assert read_settings(path, "training", ToySettings) == outcome.settings["training"]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"training": {"rate": "fast"}}', '{"training": {"speed": 1}}'])
def test_file_without_settings_is_named(tmp_path, text):
    (tmp_path / "best.json").write_text(text)
    with pytest.raises(ReadError, match=r"a best\.json of `ssbi tune` with training settings"):
        read_settings(tmp_path, "training", ToySettings)


def test_missing_file_is_named(tmp_path):
    with pytest.raises(ReadError, match=r"nothing\.json"):
        read_settings(tmp_path / "nothing.json", "training", ToySettings)
