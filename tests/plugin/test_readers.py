"""Files through napari's own plugin manager into a viewer model; no window, no display."""

from __future__ import annotations

import numpy as np
import pytest
from napari.components import ViewerModel
from napari.layers import Image, Labels
from napari.utils.notifications import notification_manager
from PIL import Image as Pillow

from napari_ssbi.readers import get_reader, read_layers
from ssbi_core.errors import ReadError
from ssbi_core.io import write_image, write_labels

PLUGIN = "napari-ssbi"


@pytest.fixture
def channels() -> np.ndarray:
    return np.random.default_rng(0).gamma(4, 10, (3, 48, 64)).astype(np.float32)


@pytest.fixture
def image_file(tmp_path, channels):
    return write_image(tmp_path / "field.ome.tif", channels, 1.5, ["HAADF", "La L", "Ni K"])


def opened(path) -> ViewerModel:
    viewer = ViewerModel()
    viewer.open(str(path), plugin=PLUGIN)
    return viewer


def test_an_acquisition_opens_as_grey_haadf_and_additive_maps(image_file, channels):
    viewer = opened(image_file)
    haadf, la, ni = viewer.layers
    assert [layer.name for layer in viewer.layers] == ["field HAADF", "field La", "field Ni"]
    assert all(type(layer) is Image for layer in viewer.layers)
    np.testing.assert_array_equal(haadf.data, channels[0])
    np.testing.assert_array_equal(ni.data, channels[2])
    assert haadf.visible
    assert haadf.colormap.name == "gray"
    assert la.blending == ni.blending == "additive"
    assert not la.visible
    assert not np.array_equal(la.colormap.colors, ni.colormap.colors)


def test_every_layer_has_scale_and_units_in_nm(image_file):
    viewer = opened(image_file)
    for layer in viewer.layers:
        np.testing.assert_array_equal(layer.scale, (1.5, 1.5))
        assert [str(unit) for unit in layer.units] == ["nanometer", "nanometer"]
        assert layer.axis_labels == ("y", "x")
    viewer.scale_bar.visible = True
    assert viewer.layers.extent.units is not None


def test_facts_of_the_file_travel_with_the_layer(image_file):
    facts = opened(image_file).layers[1].metadata["ssbi"]
    assert facts["role"] == "element"
    assert facts["element"] == "La"
    assert facts["pixel_size_source"] == "file"
    assert len(facts["sha256"]) == 64


@pytest.mark.parametrize("shape", [(40, 50), (6, 40, 50)])
def test_labels_written_by_ssbi_open_as_labels_anywhere(tmp_path, shape):
    codes = np.random.default_rng(1).integers(0, 9, shape).astype(np.uint8)
    layer = opened(write_labels(tmp_path / "result.tif", codes, 2.0)).layers[0]
    assert type(layer) is Labels
    np.testing.assert_array_equal(layer.data, codes)
    np.testing.assert_array_equal(layer.scale, (2.0,) * len(shape))
    assert list(layer.features["phase"][:4]) == ["unlabelled", "llzo", "grain_boundary", "nmc"]


def test_phases_have_the_colours_of_the_material_system(tmp_path):
    path = write_labels(tmp_path / "a.tif", np.array([[1, 3], [5, 6]], np.uint8).repeat(20, 0), 1.0)
    layer = opened(path).layers[0]
    np.testing.assert_allclose(layer.get_color(1)[:3], (0x4C / 255, 0x78 / 255, 0xA8 / 255), atol=1e-3)
    assert layer.get_color(0) is None


@pytest.mark.parametrize(("folder", "name", "kind"), [(".", "image.tif", Image), ("labels", "a.tif", Labels)])
def test_small_integers_are_labels_only_where_filed_as_labels(tmp_path, folder, name, kind):
    codes = np.random.default_rng(1).integers(0, 9, (40, 50)).astype(np.uint8)
    (tmp_path / folder).mkdir(exist_ok=True)
    assert type(opened(write_image(tmp_path / folder / name, codes, 1.0)).layers[0]) is kind


def test_grey_values_filed_as_labels_stay_an_image(tmp_path):
    grey = np.random.default_rng(1).integers(0, 200, (40, 50)).astype(np.uint8)
    assert type(opened(write_image(tmp_path / "my_labels.tif", grey, 1.0)).layers[0]) is Image


def test_without_calibration_it_opens_in_pixels_with_a_warning(tmp_path):
    grey = np.random.default_rng(1).integers(0, 200, (40, 50)).astype(np.uint8)
    Pillow.fromarray(grey).save(tmp_path / "screenshot.png")
    layer = opened(tmp_path / "screenshot.png").layers[0]
    assert any("screenshot.png opens in pixels" in record.message for record in notification_manager.records)
    assert {str(unit) for unit in layer.units} == {"pixel"}
    np.testing.assert_array_equal(layer.scale, (1, 1))


def test_several_files_open_one_by_one(tmp_path, image_file, channels):
    other = write_image(tmp_path / "second.ome.tif", channels[:1], 1.5, ["HAADF"])
    viewer = ViewerModel()
    viewer.open([str(image_file), str(other)], plugin=PLUGIN)
    assert len(viewer.layers) == 4


def test_a_damaged_file_is_a_clear_error(tmp_path):
    broken = tmp_path / "broken.emd"
    broken.write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(200))
    with pytest.raises(ReadError, match=r"broken\.emd cannot be read"):
        read_layers(broken)


@pytest.mark.parametrize("path", ["notes.txt", ["a.tif", "b.tif"], "folder"])
def test_other_paths_are_left_to_other_readers(path):
    assert get_reader(path) is None


@pytest.mark.parametrize("name", ["A.DM4", "b.Tiff", "c.ome.zarr", "d.emd"])
def test_known_formats_are_accepted_in_any_case(name):
    assert get_reader(name) is read_layers
