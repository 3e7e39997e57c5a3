"""What is saved opens again as what it was; no window, no display."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile
from napari.layers import Image, Labels, Layer
from napari.utils.notifications import notification_manager

from napari_ssbi import writers
from napari_ssbi.layers import micrograph_layers, phase_layer
from napari_ssbi.readers import read_layers
from ssbi_core.errors import InputError, OutputError, SsbiError
from ssbi_core.io import Micrograph, PhaseMap, read, read_labels

RNG = np.random.default_rng(0)


@pytest.fixture
def micrograph() -> Micrograph:
    images = RNG.gamma(4, 10, (3, 40, 56)).astype(np.float32)
    return Micrograph(images[0], {"La": images[1], "Ni": images[2]}, 0.5, name="field", sha256="ab")


@pytest.fixture
def phases() -> PhaseMap:
    return PhaseMap(RNG.integers(0, 9, (40, 56)).astype(np.uint8), 0.5, name="field")


def saved(path: Path, layer: Layer) -> Path:
    """One layer, through the writer for it, as napari calls it."""
    data, settings, kind = layer.as_layer_data_tuple()
    write = writers.write_phases if kind == "labels" else writers.write_layer
    (written,) = write(str(path), data, settings)
    return Path(written)


def tuples(layers) -> list:
    return [Layer.create(*layer).as_layer_data_tuple() for layer in layers]


def said() -> str:
    return " ".join(record.message for record in notification_manager.records)


def test_phases_open_again_as_they_were(phases, tmp_path):
    path = saved(tmp_path / "a.tif", Layer.create(*phase_layer(phases)))
    ((data, settings, kind),) = read_layers(path)
    assert kind == "labels"
    np.testing.assert_array_equal(data, phases.labels)
    assert settings["scale"] == (0.5, 0.5)


@pytest.mark.parametrize("kind", ["float32", "uint16", "uint8"])
@pytest.mark.parametrize("shape", [(40, 56)])
def test_an_image_opens_again_as_it_was(kind, shape, tmp_path):
    image = RNG.uniform(0, 250, shape).astype(kind)
    path = saved(tmp_path / "a.ome.tif", Image(image, scale=(0.25, 0.25), units=("nm", "nm")))
    ((data, settings, layer),) = read_layers(path)
    assert layer == "image"
    np.testing.assert_array_equal(data, image.astype(np.float32))
    assert settings["scale"] == (0.25, 0.25)


def test_a_micrograph_saved_as_channels_opens_again_as_it_was(micrograph, tmp_path):
    layers = tuples(micrograph_layers(micrograph))
    (path,) = writers.write_channels(str(tmp_path / "field.ome.tif"), layers[::-1])  # the order is the user's
    again = read(path)
    np.testing.assert_array_equal(again.haadf, micrograph.haadf)
    assert again.elements.keys() == micrograph.elements.keys()
    for symbol, counts in micrograph.elements.items():
        np.testing.assert_array_equal(again.elements[symbol], counts)
    assert again.pixel_size_nm == 0.5


def test_a_folder_holds_micrograph_phases_and_the_rest(micrograph, phases, tmp_path):
    extra = Image(np.arange(30.0).reshape(5, 6), name="my / profile", scale=(2, 2), units=("nm", "nm"))
    layers = [*micrograph_layers(micrograph), phase_layer(phases), extra.as_layer_data_tuple()]
    paths = [Path(path) for path in writers.write_folder(str(tmp_path / "out"), tuples(layers))]
    assert [path.name for path in paths] == ["field.ome.tif", "field_phases.ome.tif", "my_profile.ome.tif"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(path.name for path in paths)
    opened = [layer for path in paths for layer in read_layers(path)]
    assert [kind for _, _, kind in opened] == ["image"] * 3 + ["labels", "image"]
    np.testing.assert_array_equal(opened[3][0], phases.labels)


def test_layers_of_the_same_name_do_not_overwrite_each_other(tmp_path):
    layers = [Image(np.full((4, 4), value), name="x", scale=(1, 1), units=("nm", "nm")) for value in (1.0, 2.0)]
    paths = writers.write_folder(str(tmp_path / "out"), [layer.as_layer_data_tuple() for layer in layers])
    assert [tifffile.imread(path).max() for path in paths] == [1.0, 2.0]


@pytest.mark.parametrize(("unit", "scale"), [("um", 0.0005), ("angstrom", 5.0), ("nm", 0.5), ("pm", 500.0)])
def test_the_pixel_size_is_written_in_nm_whatever_the_units(unit, scale, tmp_path, phases):
    layer = Labels(phases.labels, scale=(scale, scale), units=(unit, unit))
    assert read_labels(saved(tmp_path / "a.tif", layer)).pixel_size_nm == pytest.approx(0.5, rel=1e-12)


def test_a_layer_in_pixels_is_written_without_a_size_and_says_so(phases, tmp_path):
    path = saved(tmp_path / "plain.tif", Labels(phases.labels))
    assert "plain.tif has no pixel size" in said()
    with pytest.raises(SsbiError, match="no pixel size"):
        read_labels(path)
    ((data, settings, kind),) = read_layers(path)
    assert kind == "labels"
    np.testing.assert_array_equal(data, phases.labels)
    assert set(settings["units"]) == {"pixel"}


def test_channels_in_pixels_keep_their_names(micrograph, tmp_path):
    layers = tuples(micrograph_layers(micrograph, calibrated=False))
    (path,) = writers.write_channels(str(tmp_path / "c.ome.tif"), layers)
    assert list(read(path, pixel_size_nm=1.0).elements) == ["La", "Ni"]


def test_rounded_values_are_said(tmp_path):
    saved(tmp_path / "fine.tif", Image(np.full((4, 5), 1 / 3), scale=(1, 1), units=("nm", "nm")))
    assert "fine.tif holds float32" in said()


def test_a_volume_keeps_its_slices(tmp_path):
    codes = RNG.integers(0, 9, (6, 20, 30)).astype(np.int32)
    again = read_labels(saved(tmp_path / "v.tif", Labels(codes, scale=(2, 2, 2), units=("nm",) * 3)))
    np.testing.assert_array_equal(again.labels, codes)
    assert again.pixel_size_nm == 2.0


@pytest.mark.parametrize(
    ("layer", "needed"),
    [
        (Labels(np.full((4, 4), 9)), "phase codes"),
        (Image(np.ones((4, 4, 3)), rgb=True), "grey"),
        (Image(np.ones((2, 2, 4, 4))), "2 or 3"),
        (Image(np.ones((4, 4)), scale=(1, 2), units=("nm", "nm")), "square"),
    ],
)
def test_what_cannot_be_written_truthfully_is_refused(layer, needed, tmp_path):
    with pytest.raises(InputError, match=needed):
        saved(tmp_path / "a.tif", layer)
    assert not list(tmp_path.iterdir())


def test_channels_on_different_grids_are_refused(micrograph, tmp_path):
    other = Image(np.ones((8, 8)), scale=(0.5, 0.5), units=("nm", "nm")).as_layer_data_tuple()
    with pytest.raises(InputError, match="different grids"):
        writers.write_channels(str(tmp_path / "a.tif"), [*tuples(micrograph_layers(micrograph)), other])


def test_a_folder_that_fails_leaves_nothing(micrograph, tmp_path):
    wrong = Labels(np.full((4, 4), 77)).as_layer_data_tuple()
    with pytest.raises(InputError):
        writers.write_folder(str(tmp_path / "out"), [*tuples(micrograph_layers(micrograph)), wrong])
    assert not list(tmp_path.iterdir())


def test_a_place_that_cannot_be_written_is_said(phases, tmp_path):
    with pytest.raises(OutputError):
        saved(tmp_path / "nowhere" / "a.tif", Layer.create(*phase_layer(phases)))
