from __future__ import annotations

import math

import numpy as np
import pytest
import tifffile

from ssbi_core.errors import CalibrationError
from ssbi_core.io import read
from ssbi_core.io.calibration import check_pixel_size, nm_per_unit, to_nm


@pytest.fixture
def grey() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 4000, (40, 56)).astype(np.uint16)


@pytest.mark.parametrize(
    ("unit", "nm"),
    [
        ("nm", 1),
        ("um", 1e3),
        ("\u00b5m", 1e3),
        ("\u03bcm", 1e3),
        ("\\u00B5m", 1e3),
        ("micron", 1e3),
        ("Microns", 1e3),
        ("\u00c5", 0.1),
        ("\u212b", 0.1),
        ("angstrom", 0.1),
        ("pm", 1e-3),
        ("m", 1e9),
        ("mm", 1e6),
        ("cm", 1e7),
        ("inch", 2.54e7),
        ("[n_m]", 1),
        ("nanometer", 1),
    ],
)
def test_units_of_length_become_nm(unit, nm):
    assert nm_per_unit(unit) == pytest.approx(nm)


@pytest.mark.parametrize("unit", [None, "", "px", "pixel", "[]", "<undefined>", "s", "eV"])
def test_other_units_are_no_calibration(unit):
    assert to_nm(0.5, unit) is None


@pytest.mark.parametrize("unit", ["1/nm", "nm^-1", "1/\u00c5", "mrad"])
def test_reciprocal_units_are_refused(unit):
    with pytest.raises(CalibrationError, match="reciprocal"):
        nm_per_unit(unit)


@pytest.mark.parametrize("value", [0, -1, math.nan, math.inf, 2e5, 1e-6, "abc", None])
def test_absurd_pixel_sizes_are_refused(value, tmp_path, grey):
    with pytest.raises(CalibrationError, match="pixel size"):
        check_pixel_size(value, "given")


def test_an_absurd_size_given_is_refused_by_read(tmp_path, grey):
    tifffile.imwrite(tmp_path / "a.tif", grey)
    with pytest.raises(CalibrationError, match="-3"):
        read(tmp_path / "a.tif", pixel_size_nm=-3)


def test_a_missing_size_says_how_to_give_it(tmp_path, grey):
    tifffile.imwrite(tmp_path / "a.tif", grey)
    with pytest.raises(CalibrationError, match=r"--pixel-size-nm"):
        read(tmp_path / "a.tif")


@pytest.mark.parametrize("dpi", [72, 96, 300, 1200])
def test_a_printing_resolution_is_no_calibration(tmp_path, grey, dpi):
    tifffile.imwrite(tmp_path / "a.tif", grey, resolution=(dpi, dpi), resolutionunit="INCH")
    with pytest.raises(CalibrationError, match="no pixel size"):
        read(tmp_path / "a.tif")


@pytest.mark.parametrize(("unit", "per_unit", "nm"), [("CENTIMETER", 2e7, 0.5), ("INCH", 2540000, 10.0)])
def test_a_fine_tiff_resolution_is_a_calibration(tmp_path, grey, unit, per_unit, nm):
    tifffile.imwrite(tmp_path / "a.tif", grey, resolution=(per_unit, per_unit), resolutionunit=unit)
    assert read(tmp_path / "a.tif").pixel_size_nm == pytest.approx(nm, rel=1e-6)


@pytest.mark.parametrize(("unit", "nm"), [("nm", 0.25), ("micron", 250.0), ("\\u00B5m", 250.0)])
def test_imagej_units_are_read(tmp_path, grey, unit, nm):
    tifffile.imwrite(tmp_path / "a.tif", grey, imagej=True, resolution=(4, 4), metadata={"unit": unit})
    assert read(tmp_path / "a.tif").pixel_size_nm == pytest.approx(nm, rel=1e-6)


def test_a_given_size_wins_and_both_are_on_record(tmp_path, grey):
    tifffile.imwrite(tmp_path / "a.tif", grey, imagej=True, resolution=(4, 4), metadata={"unit": "nm"})
    micrograph = read(tmp_path / "a.tif", pixel_size_nm=3)
    assert micrograph.pixel_size_nm == 3
    assert micrograph.metadata["pixel_size_source"] == "given"
    assert micrograph.metadata["pixel_size_in_file_nm"] == pytest.approx([0.25, 0.25])


def test_pixels_that_are_not_square_are_made_square(tmp_path, grey):
    tifffile.imwrite(tmp_path / "a.tif", grey, imagej=True, resolution=(4, 2), metadata={"unit": "nm"})
    micrograph = read(tmp_path / "a.tif")
    assert micrograph.pixel_size_nm == pytest.approx(0.25)
    assert micrograph.shape == (80, 56)
    assert any("squares" in note for note in micrograph.metadata["notes"])


def test_pixels_far_from_square_are_refused(tmp_path, grey):
    tifffile.imwrite(tmp_path / "a.tif", grey, imagej=True, resolution=(40, 2), metadata={"unit": "nm"})
    with pytest.raises(CalibrationError, match="factor of 4"):
        read(tmp_path / "a.tif")
