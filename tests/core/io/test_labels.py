from __future__ import annotations

import json

import numpy as np
import pytest
import tifffile
from PIL import Image as Pillow

from ssbi_core.errors import CalibrationError, InputError, ReadError
from ssbi_core.io import read, read_labels, write_image, write_labels


@pytest.fixture
def codes() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 9, (30, 44)).astype(np.uint8)


def tiff(folder, values, **options):
    tifffile.imwrite(folder / "labels.tif", values, **options)
    return folder / "labels.tif"


@pytest.mark.parametrize("dtype", [np.uint8, np.int64, ">u2", np.float32, np.float64])
def test_whole_numbers_of_any_type_are_codes(tmp_path, codes, dtype):
    phases = read_labels(tiff(tmp_path, codes.astype(dtype)), pixel_size_nm=2)
    np.testing.assert_array_equal(phases.labels, codes)
    assert phases.labels.dtype == np.uint8
    assert len(phases.sha256) == 64


def test_a_png_of_codes_is_read(tmp_path, codes):
    Pillow.fromarray(codes).save(tmp_path / "a.png")
    np.testing.assert_array_equal(read_labels(tmp_path / "a.png", pixel_size_nm=1).labels, codes)


def test_unknown_codes_are_listed(tmp_path, codes):
    codes[0, 0], codes[1, 1] = 9, 77
    with pytest.raises(InputError, match=r"9, 77.*--mapping"):
        read_labels(tiff(tmp_path, codes), pixel_size_nm=1)


@pytest.mark.parametrize("kind", ["dict", "toml", "json"])
def test_a_mapping_turns_values_into_phases(tmp_path, kind):
    values = np.array([[0, 50], [100, 255]]).repeat(8, 0).astype(np.uint8)
    table: object = {50: "llzo", "100": "nmc", 255: 6}
    if kind == "toml":
        table = tmp_path / "map.toml"
        table.write_text('50 = "llzo"\n100 = "nmc"\n255 = "pore"\n')
    elif kind == "json":
        table = tmp_path / "map.json"
        table.write_text(json.dumps({"50": "llzo", "100": "NMC", "255": "pore"}))
    labels = read_labels(tiff(tmp_path, values), pixel_size_nm=1, mapping=table).labels
    np.testing.assert_array_equal(labels[[0, 0, 8, 8], [0, 1, 0, 1]], [0, 1, 3, 6])


def test_values_the_mapping_does_not_name_are_listed(tmp_path, codes):
    with pytest.raises(InputError, match="2, 3, 4, 5, 6, 7, 8 that the mapping"):
        read_labels(tiff(tmp_path, codes), pixel_size_nm=1, mapping={1: "llzo"})


@pytest.mark.parametrize("mapping", ['1 = "llzo', '1 = "unobtainium"', 'one = "llzo"', "[1]\na = 2"])
def test_a_bad_mapping_file_is_a_clear_error(tmp_path, codes, mapping):
    (tmp_path / "map.toml").write_text(mapping)
    with pytest.raises(InputError, match="to do"):
        read_labels(tiff(tmp_path, codes), pixel_size_nm=1, mapping=tmp_path / "map.toml")


def test_colours_and_fractions_are_refused(tmp_path, codes):
    with pytest.raises(ReadError, match="colour"):
        read_labels(tiff(tmp_path, np.stack([codes] * 3, axis=-1), photometric="rgb"), pixel_size_nm=1)
    with pytest.raises(ReadError, match="whole numbers"):
        read_labels(tiff(tmp_path, codes + 0.5), pixel_size_nm=1)


def test_channels_beside_each_other_are_no_labels(tmp_path):
    two = np.random.default_rng(0).integers(0, 9, (2, 4, 30, 40)).astype(np.uint8)
    with pytest.raises(ReadError, match="one label image"):
        read_labels(tiff(tmp_path, two, photometric="minisblack"), pixel_size_nm=1)


def test_a_missing_pixel_size_says_how_to_give_it(tmp_path, codes):
    with pytest.raises(CalibrationError, match="--pixel-size-nm"):
        read_labels(tiff(tmp_path, codes))


def test_labels_are_not_read_as_a_micrograph(tmp_path, codes):
    with pytest.raises(ReadError, match=r"label image.*--labels"):
        read(write_labels(tmp_path / "a.tif", codes, 1.0))


def test_a_volume_keeps_its_three_axes(tmp_path):
    volume = np.random.default_rng(0).integers(0, 9, (4, 20, 24)).astype(np.uint8)
    assert read_labels(write_image(tmp_path / "v.tif", volume, 1.0)).labels.shape == (4, 20, 24)
