from __future__ import annotations

import numpy as np
import pytest
import tifffile

from ssbi_core.errors import CalibrationError, InputError, OutputError
from ssbi_core.io import read, read_labels, write_image, write_labels


@pytest.fixture
def channels() -> np.ndarray:
    return np.random.default_rng(0).random((3, 40, 52)).astype(np.float32)


def test_channels_come_back_by_name_with_their_pixel_size(tmp_path, channels):
    micrograph = read(write_image(tmp_path / "a.ome.tif", channels, 0.75, ["HAADF", "La", "Zr L"]))
    assert micrograph.pixel_size_nm == 0.75
    assert micrograph.name == "a"
    np.testing.assert_array_equal(micrograph.haadf, channels[0])
    assert list(micrograph.elements) == ["La", "Zr"]
    np.testing.assert_array_equal(micrograph.elements["Zr"], channels[2])


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32, np.float64, np.int32, ">u2", bool])
def test_every_number_type_is_written(tmp_path, dtype):
    array = (np.arange(40 * 50).reshape(40, 50) % 200).astype(dtype)
    stored = tifffile.imread(write_image(tmp_path / "a.tif", array, 1.0))
    np.testing.assert_array_equal(stored, array)
    assert stored.dtype in (np.uint8, np.uint16, np.float32)


@pytest.mark.parametrize("shape", [(40, 50), (5, 40, 50)])
def test_labels_come_back(tmp_path, shape):
    labels = np.random.default_rng(1).integers(0, 9, shape)
    phases = read_labels(write_labels(tmp_path / "labels.tif", labels, 2.5))
    np.testing.assert_array_equal(phases.labels, labels)
    assert phases.labels.dtype == np.uint8
    assert phases.pixel_size_nm == 2.5


def test_the_same_content_gives_the_same_bytes(tmp_path, channels):
    (tmp_path / "x").mkdir()
    one = write_image(tmp_path / "a.tif", channels, 1.0, ["a", "b", "c"]).read_bytes()
    assert write_image(tmp_path / "x" / "a.tif", channels, 1.0, ["a", "b", "c"]).read_bytes() == one
    assert write_image(tmp_path / "a.tif", channels + 1, 1.0, ["a", "b", "c"]).read_bytes() != one


def test_an_existing_file_is_replaced_and_nothing_else_is_left(tmp_path, channels):
    (tmp_path / "a.tif").write_text("old")
    write_image(tmp_path / "a.tif", channels[0], 1.0)
    assert [path.name for path in tmp_path.iterdir()] == ["a.tif"]


def test_a_failed_write_leaves_the_old_file(tmp_path, channels, monkeypatch):
    (tmp_path / "a.tif").write_text("old")

    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tifffile.TiffWriter, "write", full)
    with pytest.raises(OutputError, match="No space left"):
        write_image(tmp_path / "a.tif", channels[0], 1.0)
    assert [path.read_text() for path in tmp_path.iterdir()] == ["old"]


def test_a_missing_folder_is_a_clear_error(tmp_path, channels):
    with pytest.raises(OutputError, match="cannot write"):
        write_image(tmp_path / "none" / "a.tif", channels[0], 1.0)


def test_nonsense_is_refused(tmp_path, channels):
    path = tmp_path / "a.tif"
    with pytest.raises(InputError, match="2 channel names for 3"):
        write_image(path, channels, 1.0, ["a", "b"])
    with pytest.raises(InputError, match="shape"):
        write_image(path, channels[None], 1.0)
    with pytest.raises(InputError, match="complex"):
        write_image(path, channels[0] * 1j, 1.0)
    with pytest.raises(CalibrationError, match="pixel size"):
        write_image(path, channels[0], 0.0)
    for labels in (np.full((4, 4), 9), np.full((4, 4), -1), channels[0]):
        with pytest.raises(InputError, match="whole numbers 0-8"):
            write_labels(path, labels, 1.0)
    assert not path.exists()
