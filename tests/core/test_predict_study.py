"""`ssbi predict` from the outside: files, exit codes, one-line errors, and a material that is learned first."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ssbi_core.cli import EXIT_BAD_INPUT, main
from ssbi_core.graph import build_graph
from ssbi_core.io import read_labels, write_labels
from ssbi_core.materials import Phase, load_system
from ssbi_core.predict import predict
from ssbi_core.predict.prior import material_prior

SYSTEM = load_system("llzo_nmc", reaction_layer="Li2ZrO3")
KEYS = {"mean_S_per_cm", "sd_log10", "variance_share", "out_of_range"}
INTERVALS = {f"interval_{level}_S_per_cm" for level in (50, 80, 90, 95)}


def write(path: Path, layer: int, crack: bool = False) -> None:
    labels = np.full((64, 64), Phase.LLZO, np.uint8)
    labels[30 : 30 + layer] = Phase.REACTION_LAYER
    labels[30 + layer :] = Phase.NMC
    if crack:
        labels[10:14] = Phase.PORE
    write_labels(path, labels, 4.0)


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """Three samples with layers of different thickness."""
    folder = tmp_path / "images"
    folder.mkdir()
    for name, layer in (("thin", 3), ("middle", 8), ("thick", 16)):
        write(folder / f"{name}.tif", layer)
    return folder


@pytest.fixture
def arguments(images: Path, untrained_folder: Path, tmp_path: Path) -> list[str]:
    common = ["--labels", "--model", str(untrained_folder), "--reaction-layer", "Li2ZrO3", "--materials", "16"]
    return ["predict", str(images), "-o", str(tmp_path / "out"), *common]


def result(folder: Path, name: str) -> dict:
    return json.loads((folder / "out" / name / "result.json").read_text())


def fails(capsys: pytest.CaptureFixture[str], arguments: list[str], folder: Path) -> str:
    """Run a command that must fail; return its one line. Nothing is left in the output folder."""
    assert main(arguments) == EXIT_BAD_INPUT
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "Traceback" not in error
    assert not list((folder / "out").glob("*"))
    return error


def test_writes_the_contract(arguments: list[str], tmp_path: Path, untrained) -> None:
    assert main([*arguments, "--temperature", "320"]) == 0
    found = result(tmp_path, "thin")
    prediction = found["prediction"]
    assert set(prediction) == KEYS | INTERVALS
    assert prediction["out_of_range"] == []
    assert set(prediction["variance_share"]) == {"noise", "weights", "material"}
    assert sum(prediction["variance_share"].values()) == pytest.approx(1)
    ends = [prediction[f"interval_{level}_S_per_cm"] for level in (95, 90, 80, 50)]
    assert [low for low, _ in ends] == sorted(low for low, _ in ends)
    assert all(low < prediction["mean_S_per_cm"] < high for low, high in ends)
    assert (found["temperature_K"], found["axis"]) == (320, 0)
    assert found["provenance"]["models"] == {"predictor": untrained.sha256}
    assert found["provenance"]["settings"]["prediction"]["materials"] == 16
    assert "effective_conductivity_S_per_cm" not in found
    assert "notes" not in found
    for name in ("labels.tif", "graph.parquet", "graph.graphml"):
        assert (tmp_path / "out" / "thin" / name).is_file()
    assert not (tmp_path / "out" / "thin" / "potential.tif").exists()
    assert not (tmp_path / "out" / "measured.json").exists()


def test_table_and_report_have_it_too(arguments: list[str], tmp_path: Path) -> None:
    assert main(arguments) == 0
    table = pd.read_parquet(tmp_path / "out" / "results.parquet").set_index("image")
    for name in ("thin", "middle", "thick"):
        prediction = result(tmp_path, name)["prediction"]
        assert table["prediction_mean_S_per_cm"][name] == prediction["mean_S_per_cm"]
        ends = [table[f"prediction_interval_90_{end}_S_per_cm"][name] for end in ("lower", "upper")]
        assert ends == prediction["interval_90_S_per_cm"]
    assert (table["temperature_K"] == 298.15).all()
    page = (tmp_path / "out" / "report.html").read_text()
    assert page.count("<h3>Predicted from the graph</h3>") == 3


def test_options_decide_what_is_drawn(arguments: list[str], tmp_path: Path) -> None:
    assert main([*arguments, "--materials", "0", "--segmentations", "0", "--seed", "3"]) == 0
    found = result(tmp_path, "thin")
    assert set(found["prediction"]["variance_share"]) == {"noise", "weights"}
    settings = found["provenance"]["settings"]["prediction"]
    assert (settings["materials"], settings["segmentations"], settings["seed"]) == (0, 0, 3)


def test_one_image_without_a_path_does_not_stop_the_others(
    arguments: list[str], images: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(images / "cracked.tif", 8, crack=True)
    assert main(arguments) == EXIT_BAD_INPUT
    assert "cracked.tif" in capsys.readouterr().err
    assert result(tmp_path, "thin")["prediction"]["mean_S_per_cm"] > 0
    assert not (tmp_path / "out" / "cracked").exists()


def test_an_image_alone_without_a_path_is_an_error(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "cracked.tif"
    write(path, 8, crack=True)
    assert "without a path" in fails(capsys, ["predict", str(path), *arguments[2:]], tmp_path)


def truth(images: Path, name: str, untrained, temperature: float = 298.15) -> float:
    """What the net gives where the layer resists three times what the file says."""
    prior = material_prior(SYSTEM, temperature)
    z = np.where(np.array(prior.names) == "reaction_layer", -np.log(3) / prior.sd, 0.0)[None]
    graph = build_graph(read_labels(images / f"{name}.tif"), system=SYSTEM, axis=0)
    options = {"system": SYSTEM, "temperature": temperature, "model": untrained}
    return predict(graph, **options, materials=z, prior=prior).mean_S_per_cm


def test_measured_conductivities_teach_the_material_first(
    arguments: list[str], images: Path, tmp_path: Path, untrained
) -> None:
    assert main(arguments) == 0
    before = result(tmp_path, "middle")["prediction"]
    assert main([*arguments, "--overwrite", "--measured", f"thin={truth(images, 'thin', untrained)!r}"]) == 0
    after, learned = result(tmp_path, "middle"), json.loads((tmp_path / "out" / "measured.json").read_text())
    assert after["prediction"]["sd_log10"] < 0.7 * before["sd_log10"]
    low, high = after["prediction"]["interval_90_S_per_cm"]
    assert low < truth(images, "middle", untrained) < high
    assert any("learned from 1 measured conductivity" in note for note in after["notes"])
    assert learned["reaction_layer"] == "Li2ZrO3"
    ((measured),) = learned["measured"]
    assert measured["image"] == "thin"
    assert abs(measured["misfit_sd"]) < 2
    layer = next(row for row in learned["material"] if row["phase"] == "reaction_layer")
    assert layer["decades_before"] == 0.5
    assert layer["decades_after"] < 0.3
    assert layer["shift_decades"] == pytest.approx(-np.log10(3), abs=3 * layer["decades_after"])
    assert layer["r_hat"] < 1.05
    assert layer["effective_samples"] >= 100
    assert learned["converged"] is True
    assert main([*arguments, "--overwrite"]) == 0
    assert not (tmp_path / "out" / "measured.json").exists(), "says nothing of this run"


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["--measured", "nobody=1e-6"], "nobody"),
        (["--measured", "thin=nan"], "nan S/cm of thin"),
        (["--measured", "thin=-1e-6"], "thin"),
        (["--measured", "thin=1e-6", "--measured", "thin=2e-6"], "2 measured conductivities of thin"),
        (["--measured", "thin"], "NAME=S/cm"),
        (["--measured", "nothing.csv"], "nothing.csv"),
        (["--segmentations=-1"], "prediction.segmentations"),
        (["--materials=-1"], "prediction.materials"),
        (["--seed=-1"], "prediction.seed"),
        (["--system", "latp_nmc", "--reaction-layer", "Li3PO4"], "latp_nmc for a net trained on llzo_nmc"),
        (["--model", "no-such-folder"], "no-such-folder"),
        (["--axis", "2"], "axis"),
    ],
)
def test_bad_input_is_one_line_and_leaves_nothing(
    options: list[str], named: str, arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert named in fails(capsys, [*arguments, *options], tmp_path)


def test_a_table_without_the_columns_is_refused(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "measured.csv"
    path.write_text("name,value\nthin,1e-6\n")
    line = fails(capsys, [*arguments, "--measured", str(path)], tmp_path)
    assert "without image and conductivity_S_per_cm" in line


def test_a_measured_image_without_a_path_is_refused_before_anything_is_predicted(
    arguments: list[str], images: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(images / "cracked.tif", 8, crack=True)
    assert "cracked" in fails(capsys, [*arguments, "--measured", "cracked=1e-6"], tmp_path)


def test_an_occupied_folder_is_left_alone(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("keep")
    assert main([*arguments, "--measured", "thin=1e-6"]) == EXIT_BAD_INPUT
    assert "--overwrite" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.txt"]
