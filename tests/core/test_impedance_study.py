"""`ssbi impedance`: the files, the numbers in them, and errors of one line."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ssbi_core.cli import EXIT_BAD_INPUT, main
from ssbi_core.io import write_labels

RANGE = ["--frequencies", "1e1", "1e9", "3"]


@pytest.fixture
def laminate(tmp_path: Path) -> Path:
    """64 rows: LLZO over NMC with a contact line between, 10 nm pixels."""
    labels = np.ones((64, 24), np.uint8)
    labels[32] = 4
    labels[33:] = 3
    path = tmp_path / "laminate.tif"
    write_labels(path, labels, 10.0)
    return path


def _fails(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> str:
    assert main(["impedance", *(str(a) for a in arguments)]) == EXIT_BAD_INPUT
    error = capsys.readouterr().err
    assert error.count("\n") == 1, "an error is one line"
    assert "Traceback" not in error
    return error


def test_every_file_is_written_and_the_spectrum_is_the_circuit(laminate: Path, tmp_path: Path) -> None:
    output = tmp_path / "out"
    given = ["--conductivity", "llzo=1e-3", "--conductivity", "nmc=2e-3", "--resistance", "contact=0.5"]
    more = ["--capacitance", "contact=2e-6", "--exponent", "contact=0.9", "--permittivity", "llzo=40"]
    assert main(["impedance", str(laminate), "-o", str(output), *RANGE, *given, *more]) == 0
    folder = output / "laminate"
    assert {f.name for f in folder.iterdir()} == {f"impedance.{kind}" for kind in ("csv", "json", "png", "svg")}
    frequency, real, imag = np.genfromtxt(folder / "impedance.csv", delimiter=",").T
    omega, vacuum, micrometre = 2 * np.pi * frequency, 8.8541878128e-14, 1e-4
    bulk = 0.33 * micrometre / (1e-3 + 1j * omega * 40 * vacuum) + 0.31 * micrometre / (2e-3 + 1j * omega * 15 * vacuum)
    exact = bulk + 0.5 / (1 + (1j * omega * 0.5 * 2e-6) ** 0.9)
    assert np.abs((real + 1j * imag) / exact - 1).max() < 1e-9
    record = json.loads((folder / "impedance.json").read_text())
    assert record["image"] == "laminate.tif"
    assert record["pixel_size_nm"] == 10.0
    assert record["provenance"]["input_sha256"]
    assert record["axis"] == 0
    assert Image.open(folder / "impedance.png").width > 2000
    assert "Nyquist plot" in (folder / "impedance.svg").read_text()


def test_same_input_gives_the_same_bytes(laminate: Path, tmp_path: Path) -> None:
    for name in ("first", "second"):
        main(["impedance", str(laminate), "-o", str(tmp_path / name), *RANGE])
    for kind in ("csv", "json", "png", "svg"):
        first, second = (tmp_path / name / "laminate" / f"impedance.{kind}" for name in ("first", "second"))
        assert first.read_bytes() == second.read_bytes()


def test_output_is_never_overwritten_unasked(
    laminate: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "out"
    assert main(["impedance", str(laminate), "-o", str(output), *RANGE]) == 0
    before = (output / "laminate" / "impedance.csv").read_bytes()
    capsys.readouterr()
    assert "--overwrite" in _fails(capsys, laminate, "-o", output, *RANGE, "--temperature", "350")
    assert (output / "laminate" / "impedance.csv").read_bytes() == before
    assert main(["impedance", str(laminate), "-o", str(output), *RANGE, "--temperature", "350", "--overwrite"]) == 0
    assert (output / "laminate" / "impedance.csv").read_bytes() != before


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["--frequencies", "-1", "1e3", "5"], "frequencies"),
        (["--frequencies", "1e3", "1", "5"], "frequencies"),
        (["--frequencies", "nan", "1e3", "5"], "frequencies"),
        (["--permittivity", "llzo=0"], "llzo"),
        (["--permittivity", "cheese=10"], "cheese"),
        (["--capacitance", "nmc=1e-6"], "nmc"),
        (["--exponent", "contact=2"], "contact"),
        (["--resistance", "llzo=1"], "llzo"),
        (["--temperature", "-3"], "temperature"),
        (["--system", "unobtainium"], "unobtainium"),
        (["--axis", "2"], "axis"),
        (["--pixel-size-nm", "-1"], "pixel"),
    ],
)
def test_bad_options_name_what_is_wrong(
    options: list[str], named: str, laminate: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert named in _fails(capsys, laminate, "-o", tmp_path / "out", *options)
    assert not (tmp_path / "out" / "laminate").exists(), "nothing half-written is left"


def test_one_bad_file_does_not_stop_the_others(
    laminate: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "broken.tif").write_bytes(laminate.read_bytes()[:200])
    output = tmp_path / "out"
    assert main(["impedance", str(tmp_path / "*.tif"), "-o", str(output), *RANGE]) == EXIT_BAD_INPUT
    assert "broken.tif" in capsys.readouterr().err
    assert (output / "laminate" / "impedance.csv").is_file()
    assert not (output / "broken").exists()
