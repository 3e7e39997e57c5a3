"""`ssbi anomalies`: the files, the numbers in them, and errors of one line."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import tifffile

from ssbi_core.cli import EXIT_BAD_INPUT, main
from ssbi_core.io import write_labels

ENTRY = {"image", "seed_score", "hyperscore", "p_value", "flagged", "regions"}


def _laminate(seed: int, layer: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    labels = np.ones((48, 48), np.uint8)
    labels[:, 10 + int(rng.integers(8))], labels[26:] = 2, 3
    labels[26 - layer : 26, : 40 + int(rng.integers(6))] = 5
    labels[8 : 8 + int(rng.integers(3, 6)), 34:39] = 6
    return labels


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """Five interfaces with a layer of 4 pixels, and one with a layer of 18."""
    folder = tmp_path / "study"
    folder.mkdir()
    for seed in range(5):
        write_labels(folder / f"normal_{seed}.tif", _laminate(seed, 4), 5.0)
    write_labels(folder / "odd.tif", _laminate(9, 18), 5.0)
    return folder


def _run(*arguments: str | Path) -> int:
    return main(["anomalies", *(str(a) for a in arguments), "--labels"])


def test_the_contract_is_written(study: Path, tmp_path: Path, untrained_folder: Path) -> None:
    output = tmp_path / "out"
    measured = ["--measured", "odd=1e-9"]
    assert _run(study, "-o", output, "--model", untrained_folder, "--false-alarm-rate", "0.2", *measured) == 0
    listing = json.loads((output / "anomalies.json").read_text())
    assert "What is anomalous" in (output / "report.html").read_text(encoding="utf-8")
    assert listing[0]["image"] == "odd"
    assert all(set(entry) >= ENTRY for entry in listing)
    p_values = [entry["p_value"] for entry in listing]
    assert p_values == sorted(p_values)
    assert listing[0]["flagged"]
    assert all(region["reason"] for region in listing[0]["regions"])
    assert listing[0]["regions"]
    places = pd.read_csv(output / "odd" / "places.csv")
    assert places["reason"].str.contains(r"reaction layer (?:89|90)\.?\d* nm thick").any()
    result = json.loads((output / "odd" / "result.json").read_text())
    assert list(result)[-1] == "provenance"
    assert result["anomaly"] == {key: value for key, value in listing[0].items() if key != "image"}
    scores = tifffile.imread(output / "odd" / "anomaly.tif")
    assert scores.dtype == np.float32
    assert scores.shape == (48, 48)
    assert len(pd.read_parquet(output / "results.parquet")) == 6

    again = tmp_path / "again"
    population = output / "population.parquet"
    odd = study / "odd.tif"
    assert _run(odd, "-o", again, "--model", untrained_folder, "--reference", population) == 0
    assert len(json.loads((again / "anomalies.json").read_text())) == 1


def _fails(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> str:
    assert _run(*arguments) == EXIT_BAD_INPUT
    error = capsys.readouterr().err
    assert error.count("\n") == 1, "an error is one line"
    assert "Traceback" not in error
    return error


def test_a_study_of_one_image_says_that_there_is_no_population(
    study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = _fails(capsys, study / "odd.tif", "-o", tmp_path / "out")
    assert "1 image: no population" in said
    assert "--reference" in said
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["--false-alarm-rate", "0"], "false_alarm_rate"),
        (["--false-alarm-rate", "nan"], "false_alarm_rate"),
        (["--measured", "nobody=1e-6"], "nobody"),
        (["--measured", "odd=-1"], "odd"),
        (["--reference", "missing.parquet"], "missing.parquet"),
        (["--reference", "missing_folder"], "missing_folder"),
        (["--system", "unobtainium"], "unobtainium"),
    ],
)
def test_bad_options_name_what_is_wrong_before_anything_is_analysed(
    options: list[str], named: str, study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert named in _fails(capsys, study, "-o", tmp_path / "out", *options)
    assert not (tmp_path / "out").exists()
