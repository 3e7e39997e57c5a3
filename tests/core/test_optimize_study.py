"""`ssbi optimize`: the files of the contract, going on after an interruption, one-line errors."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ssbi_core.cli import EXIT_BAD_INPUT, main
from ssbi_core.errors import OutputError
from ssbi_core.io import read_labels, write_labels
from ssbi_core.optimize import ClosedLoopConfig
from ssbi_core.optimize_study import optimize_study
from ssbi_core.pipeline import AnalysisConfig
from ssbi_core.simulate import ProcessParameters
from ssbi_core.simulate.study import simulate_sample

CONFIG = ClosedLoopConfig.of(
    designs=4, candidates=2, solved=2, views=1, rounds=1, evaluations=200, realizations=3, field_px=96
)
BAD = ProcessParameters(sintering_temperature_C=690, sintering_time_h=3, surface_treatment=0.1, pressure_MPa=25)


@pytest.fixture(scope="module")
def labels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    _, structure, _ = simulate_sample(8, 0, shape=(96, 96), pixel_size_nm=1.0, process=BAD)
    return write_labels(tmp_path_factory.mktemp("image") / "own.tif", structure.labels, 1.0)


def _run(labels: Path, output: Path, **options):
    return optimize_study(labels, output, AnalysisConfig.from_options(labels=True), CONFIG, process=BAD, **options)


@pytest.fixture(scope="module")
def output(labels: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("better")
    _run(labels, folder, command="ssbi optimize own.tif")
    return folder


def test_the_listing_keeps_the_contract(output: Path) -> None:
    document = json.loads((output / "optimization.json").read_text())
    assert document["parameters"]["pressure_MPa"].keys() == {"initial", "optimized", "unit"}
    assert document["verification"]["method"] == "fem"
    assert document["verification"]["realizations"] == 3
    assert document["gain"] == pytest.approx(document["optimized_S_per_cm"] / document["baseline_S_per_cm"] - 1)
    low, high = document["gain_interval_90"]
    assert low <= document["gain"] <= high
    assert document["evaluations"] >= sum(document["evaluations_by_method"].values())
    assert document["pareto"]


def test_labels_designs_and_report_lie_beside_it(output: Path) -> None:
    for name in ("before", "after", "edited"):
        assert read_labels(output / f"{name}.tif").labels.shape == (96, 96)
    designs = pd.read_parquet(output / "designs.parquet")
    assert np.isfinite(designs["predicted_S_per_cm"]).all()
    assert designs["solved_S_per_cm"].notna().sum() >= 3
    page = (output / "report.html").read_text()
    assert "Recommendation" in page
    assert "ssbi optimize own.tif" in page
    assert "http" not in page.replace("http-equiv", "")
    assert not (output / "search.json").exists()


def test_a_finished_folder_is_not_overwritten_unasked(labels: Path, output: Path) -> None:
    with pytest.raises(OutputError, match="not empty"):
        _run(labels, output)


def test_an_interrupted_run_goes_on_to_the_same_end(labels: Path, output: Path, tmp_path: Path) -> None:
    def stop(what: str, _share: float) -> None:
        if what.startswith("verifying, field of view 2"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        _run(labels, tmp_path, progress=stop)
    assert [path.name for path in tmp_path.iterdir()] == ["search.json"]
    _run(labels, tmp_path)
    one, other = (json.loads((folder / "optimization.json").read_text()) for folder in (output, tmp_path))
    assert one == other


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--initial", "pressure_MPa=-5"), "--initial pressure_MPa"),
        (("--initial", "heat=5"), "levers are sintering_temperature_C"),
        (("--bounds", "pressure_MPa=100"), "LEVER=LOW:HIGH"),
        (("--bounds", "pressure_MPa=100:20"), "the lower below the upper"),
        (("--fix", "heat"), "lever heat"),
        (("--price", "pressure_MPa"), "LEVER=COST"),
        (("--max-cost", "0.001"), "loosen the constraints"),
        (("--rounds", "0"), "rounds = 0"),
    ],
)
def test_wrong_options_are_one_line(
    options: tuple[str, ...], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["optimize", "-o", str(tmp_path / "out"), *options]) == EXIT_BAD_INPUT
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert said in error


def test_an_image_without_an_interface_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_labels(tmp_path / "grains.tif", np.ones((64, 64), np.uint8), 1.0)
    assert main(["optimize", str(path), "--labels", "-o", str(tmp_path / "out")]) == EXIT_BAD_INPUT
    assert "without an interface" in capsys.readouterr().err


def test_a_folder_is_not_an_image(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["optimize", str(tmp_path), "-o", str(tmp_path / "out")]) == EXIT_BAD_INPUT
    assert "name the image" in capsys.readouterr().err
