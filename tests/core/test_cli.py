"""The command line: exit codes, one-line errors, the files of the contract."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import tifffile

from ssbi_core.cli import EXIT_BAD_INPUT, main
from ssbi_core.io import write_image, write_labels
from ssbi_core.pipeline import sample_paths

COMMANDS = ["demo", "simulate", "analyze", "segment", "conductivity", "anomalies", "optimize", "impedance"]
COMMANDS += ["train", "tune"]


@pytest.fixture
def laminate(tmp_path: Path) -> Path:
    """64 rows: LLZO over NMC with a contact line between, 10 nm pixels."""
    labels = np.ones((64, 48), np.uint8)
    labels[32] = 4
    labels[33:] = 3
    path = tmp_path / "laminate.tif"
    write_labels(path, labels, 10.0)
    return path


def _result(output: Path, stem: str) -> dict:
    return json.loads((output / stem / "result.json").read_text())


def _fails(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> str:
    """Run a command that must fail; return its one line."""
    assert main([str(a) for a in arguments]) == EXIT_BAD_INPUT
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1, "an error is one line"
    assert "Traceback" not in captured.err
    return captured.err


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_the_common_options(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main([command, "--help"])
    assert stop.value.code == 0
    text = capsys.readouterr().out
    for option in ("--pixel-size-nm", "--system", "--temperature", "--axis", "--overwrite"):
        assert option in text


def test_wrong_option_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["analyze", "x.tif", "-o", "out", "--axis", "7"])
    assert stop.value.code == EXIT_BAD_INPUT
    assert capsys.readouterr().err.count("\n") == 1


def test_conductivity_writes_the_contract(laminate: Path, tmp_path: Path) -> None:
    output = tmp_path / "out"
    arguments = ["conductivity", str(laminate), "-o", str(output), "--conductivity", "llzo=1e-3"]
    assert main([*arguments, "--conductivity", "nmc=2e-3", "--resistance", "contact=0.5"]) == 0
    result = _result(output, "laminate")
    micrometre = 1e-4  # in cm; the pixels of a contact line are LLZO's
    resistance = 0.33 * micrometre / 1e-3 + 0.31 * micrometre / 2e-3 + 0.5
    assert result["area_specific_resistance_ohm_cm2"] == pytest.approx(resistance, rel=1e-9)
    sigma = result["effective_conductivity_S_per_cm"]
    assert sigma["lower"] <= sigma["estimate"] <= sigma["upper"]
    assert sigma["estimate"] == pytest.approx(0.64 * micrometre / resistance, rel=1e-9)
    assert sum(result["resistance_share"].values()) == pytest.approx(1)
    assert result["axis"] == 0
    assert result["pixel_size_nm"] == 10.0
    assert "prediction" not in result
    assert "anomaly" not in result
    for name in ("potential.tif", "current_density.tif"):
        field = tifffile.imread(output / "laminate" / name)
        assert field.dtype == np.float32
        assert field.shape == (64, 48)
    table = pd.read_parquet(output / "results.parquet")
    assert list(table["image"]) == ["laminate"]
    assert (output / "report.html").stat().st_size > 10_000


def test_temperatures_add_a_sweep_with_its_fit(laminate: Path, tmp_path: Path) -> None:
    output = tmp_path / "out"
    assert main(["conductivity", str(laminate), "-o", str(output), "--temperatures", "353.15,253.15,298.15"]) == 0
    result = _result(output, "laminate")
    table = result["temperature_sweep"]["table"]
    assert [row["temperature_K"] for row in table] == [353.15, 253.15, 298.15]
    at_room_temperature = result["effective_conductivity_S_per_cm"]["estimate"]
    assert table[2]["effective_conductivity_S_per_cm"] == pytest.approx(at_room_temperature, rel=1e-9)
    fit = result["temperature_sweep"]["fit"]
    assert 0.2 < fit["activation_energy_eV"] < 1
    assert fit["standard_error_eV"] > 0
    assert fit["prefactor_S_K_per_cm"] > 0
    assert result["provenance"]["settings"]["temperatures"] == [353.15, 253.15, 298.15]
    assert list(pd.read_csv(output / "laminate" / "temperature_sweep.csv")["temperature_K"]) == [353.15, 253.15, 298.15]
    assert "Conductivity against temperature" in (output / "report.html").read_text()


def test_same_input_gives_the_same_bytes(laminate: Path, tmp_path: Path) -> None:
    for name in ("first", "second"):
        main(["conductivity", str(laminate), "-o", str(tmp_path / name)])
    first, second = (tmp_path / name / "laminate" / "result.json" for name in ("first", "second"))
    assert first.read_bytes() == second.read_bytes()


def test_output_is_never_overwritten_unasked(
    laminate: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "out"
    assert main(["conductivity", str(laminate), "-o", str(output)]) == 0
    before = (output / "laminate" / "result.json").read_bytes()
    capsys.readouterr()
    assert "--overwrite" in _fails(capsys, "conductivity", laminate, "-o", output, "--temperature", "350")
    assert (output / "laminate" / "result.json").read_bytes() == before
    assert main(["conductivity", str(laminate), "-o", str(output), "--temperature", "350", "--overwrite"]) == 0
    assert _result(output, "laminate")["temperature_K"] == 350


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_read_only_output_is_refused(laminate: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    _fails(capsys, "conductivity", laminate, "-o", locked / "out")


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["--conductivity", "llzo"], "llzo"),
        (["--conductivity", "cheese=1"], "cheese"),
        (["--conductivity", "llzo=-1"], "llzo"),
        (["--conductivity", "llzo=nan"], "llzo"),
        (["--resistance", "llzo=1"], "llzo"),
        (["--temperature", "-3"], "temperature"),
        (["--system", "unobtainium"], "unobtainium"),
        (["--reaction-layer", "Cheese"], "Cheese"),
        (["--axis", "2"], "axis"),
        (["--pixel-size-nm", "-1"], "pixel"),
        (["--temperatures", "warm,300"], "warm"),
        (["--temperatures", "300,,350"], "--temperatures"),
        (["--temperatures", ""], "--temperatures"),
        (["--temperatures", "300"], "at least two"),
        (["--temperatures", "300,350,300"], "none of them twice"),
        (["--temperatures=-5,300"], "temperatures.0"),
        (["--temperatures", "300,nan"], "temperatures.1"),
        (["--temperatures", "20,300"], "between 100 and 2000 K"),
    ],
)
def test_bad_options_name_what_is_wrong(
    options: list[str], named: str, laminate: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert named in _fails(capsys, "conductivity", laminate, "-o", tmp_path / "out", *options)
    assert not (tmp_path / "out" / "laminate").exists(), "nothing half-written is left"


def test_missing_calibration_says_how_to_give_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "plain.tif"
    tifffile.imwrite(path, np.random.default_rng(0).normal(size=(96, 96)).astype(np.float32))
    assert "--pixel-size-nm" in _fails(capsys, "analyze", path, "-o", tmp_path / "out")


def test_nothing_found_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "nothing-here" in _fails(capsys, "analyze", tmp_path / "nothing-here*.tif", "-o", tmp_path / "out")


def test_one_bad_file_does_not_stop_the_others(
    laminate: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "broken.tif").write_bytes(laminate.read_bytes()[:200])
    output = tmp_path / "out"
    assert main(["conductivity", str(tmp_path / "*.tif"), "-o", str(output)]) == EXIT_BAD_INPUT
    assert "broken.tif" in capsys.readouterr().err
    assert _result(output, "laminate")["effective_conductivity_S_per_cm"]["estimate"] > 0
    assert not (output / "broken").exists()


def test_analyze_writes_every_file(tmp_path: Path) -> None:
    import ssbi_core as ssbi

    micrograph = ssbi.read(sample_paths()[0])
    crop = np.stack([micrograph.haadf, *micrograph.elements.values()])[:, 100:228, 100:228]
    path = tmp_path / "crop.ome.tif"
    write_image(path, crop, micrograph.pixel_size_nm, channel_names=["HAADF", *micrograph.elements])
    output = tmp_path / "out"
    assert main(["analyze", str(path), "-o", str(output), "--axis", "0"]) == 0
    expected = ["labels.tif", "uncertainty.tif", "graph.parquet", "graph.graphml", "potential.tif"]
    for name in [*expected, "current_density.tif", "result.json"]:
        assert (output / "crop" / name).is_file(), name
    result = _result(output, "crop")
    assert result["provenance"]["input_sha256"]
    assert result["provenance"]["models"]["segmenter"]
    assert tifffile.imread(output / "crop" / "labels.tif").dtype == np.uint8
