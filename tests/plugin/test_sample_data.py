from __future__ import annotations

import numpy as np
import pytest
from napari.components import ViewerModel

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
    for name in ("broken", "calm"):
        write_image(package / "sample" / f"{name}.ome.tif", image, 0.5, ["HAADF", "La"])
    return package


def test_the_calm_interface_opens(bundled):
    layers = sample_data.calm_interface()
    assert [shown["name"] for _, shown, _ in layers] == ["calm HAADF", "calm La"]


def test_the_study_opens_side_by_side_without_overlap(bundled):
    layers = sample_data.sample_study()
    lefts = {shown["name"]: shown["translate"][1] for _, shown, _ in layers}
    assert lefts["broken HAADF"] == lefts["broken La"] == 0
    assert lefts["calm HAADF"] >= 60 * 0.5


def test_samples_open_through_napari(bundled):
    viewer = ViewerModel()
    viewer.open_sample("napari-ssbi", "calm_interface")
    assert len(viewer.layers) == 2


def test_an_installation_without_samples_says_so(package):
    with pytest.raises(ReadError, match="no sample images"):
        sample_data.calm_interface()
