from __future__ import annotations

import json
from importlib.resources import files

import numpy as np
import pytest
from napari.components import ViewerModel
from npe2 import PluginManifest

from napari_ssbi import sample_data
from ssbi_core.errors import ReadError
from ssbi_core.io import write_image


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A stand-in for the installed package, so that the test does not depend on what is bundled."""
    monkeypatch.setattr(sample_data, "files", lambda package: tmp_path)
    return tmp_path


@pytest.fixture
def bundled(package):
    (package / "sample").mkdir()
    image = np.random.default_rng(0).random((2, 40, 60)).astype(np.float32)
    for name in ("broken_layer", "calm_interface"):
        write_image(package / "sample" / f"{name}.ome.tif", image, 0.5, ["HAADF", "La"])
    return package


def test_the_calm_interface_opens(bundled):
    layers = sample_data.calm_interface()
    assert [shown["name"] for _, shown, _ in layers] == ["calm_interface HAADF", "calm_interface La"]


def test_the_study_opens_side_by_side_without_overlap(bundled):
    layers = sample_data.sample_study()
    lefts = {shown["name"]: shown["translate"][1] for _, shown, _ in layers}
    assert lefts["broken_layer HAADF"] == lefts["broken_layer La"] == 0
    assert lefts["calm_interface HAADF"] >= 60 * 0.5


def test_samples_open_through_napari(bundled):
    viewer = ViewerModel()
    viewer.open_sample("napari-ssbi", "calm_interface")
    assert len(viewer.layers) == 2


def test_every_bundled_image_is_offered_by_name():
    keys = {sample.key for sample in PluginManifest.from_distribution("napari-ssbi").contributions.sample_data}
    assert set(sample_data.sample_names()) == keys - {"sample_study"}


def test_a_sample_knows_its_file(bundled):
    facts = sample_data.broken_layer()[0][1]["metadata"]["ssbi"]
    assert facts["path"] == str(bundled / "sample" / "broken_layer.ome.tif")


def test_every_planted_anomaly_shows_where_the_record_says():
    note = json.loads((files("ssbi_core") / "sample" / "sample.json").read_text(encoding="utf-8"))
    anomalies = {entry["kind"]: entry for entry in note["specimens"]["planted_anomalies"]["anomalies"]}
    haadf, *maps = sample_data.planted_anomalies()
    images = {shown["metadata"]["ssbi"].get("element", "HAADF"): data for data, shown, _ in (haadf, *maps)}
    assert contrast(images["Zr"], anomalies["inclusion"]) > 1.2
    assert contrast(images["HAADF"], anomalies["delamination"]) < 0.8
    assert contrast(images["HAADF"], anomalies["pore_cluster"]) < 0.97
    assert contrast(images["Co"], anomalies["chemistry"]) > 2
    assert contrast(images["HAADF"], anomalies["chemistry"]) == pytest.approx(1, abs=0.05)


def contrast(image: np.ndarray, anomaly: dict) -> float:
    """Mean inside the box over the mean of what lies above and below it."""
    top, left, bottom, right = anomaly["bbox_px"]
    around = np.concatenate([image[max(top - 40, 0) : top, left:right], image[bottom : bottom + 40, left:right]])
    return float(image[top:bottom, left:right].mean() / around.mean())


def test_a_sample_that_is_not_bundled_is_a_clear_error(bundled):
    with pytest.raises(ReadError, match="broken_layer, calm_interface"):
        sample_data.thick_layer_and_pores()


def test_an_installation_without_samples_says_so(package):
    with pytest.raises(ReadError, match="no sample images"):
        sample_data.calm_interface()
