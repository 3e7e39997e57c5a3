"""Real files of microscope vendors: shape, pixel size and element maps as RosettaSciIO documents them."""

from __future__ import annotations

import json

import numpy as np
import pytest

from ssbi_core.errors import CalibrationError, InputError, ReadError
from ssbi_core.io import list_images, read, read_frames, require_analysable

FILES = [
    ("test_STEM_image.dm3", (68, 68), 0.24853801727294922, []),
    ("test_TEM.bcf", (64, 64), 0.771004754204027, ["O"]),
    ("velox_si_reduced.emd", (16, 16), 3.5992492559614684, ["C", "Ca", "O", "Cu"]),
    ("fei_example_tem_stack.emd", (3, 3), 0.008172883192297851, []),
    ("128x128_TEM_acquire-sum1.emi", (128, 128), 21.479317511461325, []),
    ("128x128_TEM_acquire-sum1_1.ser", (128, 128), 21.479317511461325, []),
    ("HAADFscan.mrc", (16, 16), 5.679131317138672, []),
    ("test_loading_image_saved_with_imageJ.tif", (68, 68), 168.67471098853332, []),
]


@pytest.mark.parametrize(("name", "shape", "pixel_size", "elements"), FILES)
def test_opens_with_its_shape_pixel_size_and_maps(microscope_files, name, shape, pixel_size, elements):
    micrograph = read(microscope_files / name)
    assert micrograph.shape == shape
    assert micrograph.haadf.dtype == np.float32
    assert micrograph.pixel_size_nm == pytest.approx(pixel_size, rel=1e-9)
    assert list(micrograph.elements) == elements
    assert all(counts.shape == shape and counts.dtype == np.float32 for counts in micrograph.elements.values())
    assert micrograph.metadata["pixel_size_source"] == "file"
    assert micrograph.name == name.split(".")[0]
    json.dumps(micrograph.metadata)


def test_berkeley_emd_without_calibration_needs_a_pixel_size(microscope_files):
    path = microscope_files / "example_image.emd"
    with pytest.raises(CalibrationError, match="--pixel-size-nm"):
        read(path)
    micrograph = read(path, pixel_size_nm=2)
    assert micrograph.shape == (3, 3)
    assert micrograph.pixel_size_nm == 2


def test_a_spectrum_image_without_an_image_is_refused(microscope_files):
    with pytest.raises(ReadError, match=r"EELS spectrum image.*no image.*HAADF"):
        read(microscope_files / "EELS_SI.dm4")
    assert [entry.kind for entry in list_images(microscope_files / "EELS_SI.dm4")] == ["spectrum image"]


def test_velox_haadf_is_chosen_among_maps_and_spectra(microscope_files):
    path = microscope_files / "velox_si_reduced.emd"
    kinds = {entry.name: entry.kind for entry in list_images(path)}
    assert kinds["HAADF"] == "image"
    assert kinds["Ca"] == "element map"
    assert kinds["EDS (2)"] == "spectrum"
    micrograph = read(path)
    assert micrograph.metadata["image"] == "HAADF"
    assert micrograph.metadata["acquisition"]["TEM.beam_energy"] == 300.0


def test_silicon_and_titanium_are_not_taken_for_tantalum_and_lanthanum(microscope_files):
    """The BCF file shows Si K (1.740 keV, beside Ta M) and Ti K (4.511 keV, beside La L), neither Ta nor La."""
    micrograph = read(microscope_files / "test_TEM.bcf")
    assert not {"Ta", "La"} & set(micrograph.elements)
    titanium = read(microscope_files / "test_TEM.bcf", system="latp_nmc").elements["Ti"]
    assert titanium.sum() > 1000


def test_an_image_is_chosen_by_name(microscope_files):
    path = microscope_files / "velox_si_reduced.emd"
    assert read(path, image="haadf").metadata["image"] == "HAADF"
    with pytest.raises(ReadError, match="'HAADF'"):
        read(path, image="BF")


def test_frames_of_a_stack_are_averaged_and_offered(microscope_files):
    path = microscope_files / "fei_example_tem_stack.emd"
    frames = read_frames(path)
    assert frames.shape == (2, 3, 3)
    np.testing.assert_allclose(read(path).haadf, frames.mean(axis=0))
    assert any("mean of 2 frames" in note for note in read(path).metadata["notes"])


def test_thumbnail_sized_images_are_refused_for_analysis(microscope_files):
    with pytest.raises(InputError, match="at least 32 x 32"):
        require_analysable(read(microscope_files / "HAADFscan.mrc").shape, "scan")
    require_analysable(read(microscope_files / "test_STEM_image.dm3").shape, "image")
