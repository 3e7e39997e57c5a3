from __future__ import annotations

import hashlib

import h5py
import numpy as np
import pytest
import tifffile
import zarr
from PIL import Image as Pillow

from ssbi_core.errors import InputError, ReadError
from ssbi_core.io import list_images, read, read_frames, require_analysable, write_image


@pytest.fixture
def grey() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 4000, (40, 56)).astype(np.uint16)


@pytest.fixture
def stack(grey) -> np.ndarray:
    return np.stack([grey, grey // 2, grey // 3])


def tiff(folder, values, **options):
    tifffile.imwrite(folder / "scan.tif", values, **options)
    return folder / "scan.tif"


def notes(micrograph) -> str:
    return "; ".join(micrograph.metadata["notes"])


# --- number types and axes ---


@pytest.mark.parametrize("dtype", [np.uint8, ">u2", "<i4", np.float32, np.float64, ">f4"])
def test_every_number_type_becomes_float32(tmp_path, grey, dtype):
    values = (grey % 200).astype(dtype)
    haadf = read(tiff(tmp_path, values), pixel_size_nm=1).haadf
    assert haadf.dtype == np.dtype("=f4")
    np.testing.assert_array_equal(haadf, values.astype(np.float32))


def test_a_bilevel_image_is_read(tmp_path, grey):
    np.testing.assert_array_equal(read(tiff(tmp_path, grey > 2000), pixel_size_nm=1).haadf, grey > 2000)


@pytest.mark.parametrize("shape", [(1, 40, 56), (1, 1, 40, 56), (40, 56, 1)])
def test_axes_of_length_one_are_dropped(tmp_path, grey, shape):
    haadf = read(tiff(tmp_path, grey.reshape(shape), photometric="minisblack"), pixel_size_nm=1).haadf
    np.testing.assert_array_equal(haadf, grey)


def test_complex_values_are_refused(tmp_path, grey):
    with pytest.raises(ReadError, match="complex"):
        read(tiff(tmp_path, grey.astype(np.complex64)), pixel_size_nm=1)


# --- channels ---


def test_unknown_channels_are_ignored_with_a_note(tmp_path, stack):
    path = write_image(tmp_path / "a.ome.tif", stack, 1.0, ["HAADF", "Unobtainium", "Ni K"])
    micrograph = read(path)
    assert list(micrograph.elements) == ["Ni"]
    assert "'Unobtainium' is not used" in notes(micrograph)
    assert "Unobtainium" in micrograph.metadata["images"]


def test_haadf_is_found_wherever_it_is(tmp_path, stack):
    micrograph = read(write_image(tmp_path / "a.ome.tif", stack, 1.0, ["La", "BF", "HAADF"]))
    np.testing.assert_array_equal(micrograph.haadf, stack[2])
    assert list(micrograph.elements) == ["La"]


def test_bright_field_is_taken_only_when_asked_for(tmp_path, stack):
    path = write_image(tmp_path / "a.ome.tif", stack, 1.0, ["La", "BF", "HAADF"])
    micrograph = read(path, image="BF")
    np.testing.assert_array_equal(micrograph.haadf, stack[1])
    assert "bright field" in notes(micrograph)


def test_a_nameless_first_channel_beside_named_elements_is_the_haadf(tmp_path, stack):
    micrograph = read(write_image(tmp_path / "a.ome.tif", stack, 1.0, ["", "La", "Ni"]))
    np.testing.assert_array_equal(micrograph.haadf, stack[0])
    assert list(micrograph.elements) == ["La", "Ni"]


def test_channels_without_names_are_offered_not_guessed(tmp_path, stack):
    path = tiff(tmp_path, stack, imagej=True, metadata={"axes": "CYX", "unit": "nm"}, resolution=(2, 2))
    with pytest.raises(ReadError, match=r"'channel 1', 'channel 2', 'channel 3'.*image="):
        read(path)
    micrograph = read(path, image="channel 2")
    np.testing.assert_array_equal(micrograph.haadf, stack[1])
    assert not micrograph.elements


def test_imagej_labels_name_the_channels(tmp_path, stack):
    options = {"imagej": True, "resolution": (2, 2)}
    path = tiff(tmp_path, stack, metadata={"axes": "ZYX", "unit": "nm", "Labels": ["HAADF", "La", "Zr"]}, **options)
    assert list(read(path).elements) == ["La", "Zr"]


def test_maps_alone_are_refused(tmp_path, stack):
    with pytest.raises(ReadError, match="element maps only"):
        read(write_image(tmp_path / "a.ome.tif", stack, 1.0, ["La", "Zr", "O"]))


def test_slices_are_offered_by_number(tmp_path, stack):
    path = write_image(tmp_path / "volume.tif", stack, 1.0)
    assert [entry.kind for entry in list_images(path)] == ["slice"] * 3
    with pytest.raises(ReadError, match="'slice 1'"):
        read(path)
    np.testing.assert_array_equal(read(path, image="slice 3").haadf, stack[2])


def test_frames_of_the_same_field_are_averaged(tmp_path, stack):
    path = tiff(tmp_path, stack, imagej=True, metadata={"axes": "TYX", "unit": "nm"}, resolution=(2, 2))
    micrograph = read(path)
    np.testing.assert_allclose(micrograph.haadf, stack.mean(axis=0), rtol=1e-6)
    assert micrograph.metadata["frames"] == 3
    np.testing.assert_array_equal(read_frames(path), stack)


# --- what is no image, or a bad one ---


@pytest.mark.parametrize("content", [b"", b"hello", bytes(5000), b"II*\x00" + bytes(100)])
@pytest.mark.parametrize("name", ["a.tif", "a.dm3", "a.dm4", "a.ser", "a.mrc", "a.png", "a.bcf"])
def test_what_is_not_an_image_is_a_clear_error(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ReadError, match=name):
        read(tmp_path / name, pixel_size_nm=1)


def test_missing_files_folders_and_unknown_types_are_clear_errors(tmp_path):
    (tmp_path / "a.docx").touch()
    for name, reason in (("no.tif", "does not exist"), ("", "a folder"), ("a.docx", "docx")):
        with pytest.raises(ReadError, match=reason):
            read(tmp_path / name)


def test_grey_saved_as_rgb_is_read_and_colour_refused(tmp_path, grey):
    byte = (grey // 16).astype(np.uint8)
    Pillow.fromarray(np.stack([byte] * 3, axis=-1)).save(tmp_path / "grey.png")
    micrograph = read(tmp_path / "grey.png", pixel_size_nm=1)
    np.testing.assert_array_equal(micrograph.haadf, byte)
    assert "read as grey" in notes(micrograph)
    with pytest.raises(ReadError, match="colour"):
        read(tiff(tmp_path, np.stack([byte, byte, byte // 2], axis=-1), photometric="rgb"), pixel_size_nm=1)


def test_few_nan_are_filled_from_their_neighbours(tmp_path):
    ramp = np.add.outer(np.arange(40.0), np.arange(56.0)).astype(np.float32)
    holes = ramp.copy()
    holes[10, 10], holes[20:23, 30:33] = np.nan, np.inf
    micrograph = read(tiff(tmp_path, holes), pixel_size_nm=1)
    np.testing.assert_allclose(micrograph.haadf, ramp, atol=4)
    assert "10 non-finite pixels filled" in notes(micrograph)


def test_many_nan_are_refused(tmp_path, grey):
    values = grey.astype(np.float32)
    values[:4] = np.nan
    with pytest.raises(ReadError, match=r"10\.0% of the pixels are NaN"):
        read(tiff(tmp_path, values), pixel_size_nm=1)


def test_nan_in_a_map_count_as_nothing(tmp_path, grey):
    maps = np.stack([grey, grey]).astype(np.float32)
    maps[1, :9] = np.nan
    micrograph = read(write_image(tmp_path / "a.tif", maps, 1.0, ["HAADF", "La"]))
    assert (micrograph.elements["La"][:9] == 0).all()
    assert "set to 0" in notes(micrograph)


def test_a_constant_image_is_refused(tmp_path):
    with pytest.raises(ReadError, match=r"constant \(7 everywhere\)"):
        read(tiff(tmp_path, np.full((40, 40), 7, np.uint8)), pixel_size_nm=1)


def test_small_images_open_but_are_not_analysed(tmp_path, grey):
    micrograph = read(tiff(tmp_path, grey[:16, :16]), pixel_size_nm=1)
    with pytest.raises(InputError, match=r"16 x 16 pixels.*at least 32 x 32"):
        require_analysable(micrograph.shape, micrograph.name)


@pytest.mark.parametrize("shape", [(20_001, 64), (20_000, 20_001)])
def test_huge_images_are_refused_with_the_limit_before_they_are_loaded(tmp_path, shape):
    store = zarr.open_group(tmp_path / "huge.zarr", mode="w")
    store.create_array("0", shape=shape, dtype="uint8", chunks=(1024, 1024), fill_value=0)
    store.attrs["ome"] = {"version": "0.5", "multiscales": [{"axes": ["y", "x"], "datasets": [{"path": "0"}]}]}
    with pytest.raises(ReadError, match=r"at most 20000 pixels per side and 67 megapixels"):
        read(tmp_path / "huge.zarr", pixel_size_nm=1)


def test_a_header_that_promises_more_than_the_file_holds_is_refused(tmp_path, grey):
    path = tiff(tmp_path, grey, compression="zlib")
    with tifffile.TiffFile(path, mode="r+b") as tif:
        tif.pages[0].tags["ImageLength"].overwrite(15_000)
        tif.pages[0].tags["ImageWidth"].overwrite(15_000)
    with pytest.raises(ReadError, match=r"promises 0\.5 GB"):
        read(path, pixel_size_nm=1)


# --- other containers ---


@pytest.mark.parametrize("version", ["0.4", "0.5"])
def test_ome_zarr_is_read_with_names_and_scale(tmp_path, stack, version):
    store = zarr.open_group(tmp_path / "a.ome.zarr", mode="w", zarr_format=2 if version == "0.4" else 3)
    store.create_array("0", data=stack)
    axes = [{"name": "c", "type": "channel"}, *({"name": n, "type": "space", "unit": "micrometer"} for n in "yx")]
    scale = [{"type": "scale", "scale": [1, 0.002, 0.002]}]
    description = {
        "multiscales": [{"axes": axes, "datasets": [{"path": "0", "coordinateTransformations": scale}]}],
        "omero": {"channels": [{"label": "ADF"}, {"label": "La"}, {"label": "Ni"}]},
    }
    store.attrs.update(description if version == "0.4" else {"ome": description})
    micrograph = read(tmp_path / "a.ome.zarr")
    np.testing.assert_array_equal(micrograph.haadf, stack[0])
    assert micrograph.pixel_size_nm == pytest.approx(2.0)
    assert list(micrograph.elements) == ["La", "Ni"]
    assert len(micrograph.sha256) == 64


def test_the_digest_is_that_of_the_file(tmp_path, grey):
    path = tiff(tmp_path, grey)
    assert read(path, pixel_size_nm=1).sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_only_the_planes_used_are_decoded(tmp_path, stack, monkeypatch):
    from ssbi_core.io import tiff as module

    path = write_image(tmp_path / "volume.tif", np.repeat(stack, 4, axis=0), 1.0)
    asked = []
    original = module.PagedArray.__getitem__
    monkeypatch.setattr(module.PagedArray, "__getitem__", lambda self, i: asked.append(i) or original(self, i))
    read(path, image="slice 5")
    assert [index[0] for index in asked] == [4]


def test_stacks_of_stacks_are_refused_with_their_shape(tmp_path):
    values = np.random.default_rng(0).integers(0, 99, (2, 4, 40, 56)).astype(np.uint16)
    with pytest.raises(ReadError, match="stack of stacks"):
        read(tiff(tmp_path, values, photometric="minisblack"), pixel_size_nm=1)


def write_hspy(path, image) -> None:
    from rsciio.hspy import file_writer

    axis = {"scale": 0.5, "units": "nm", "offset": 0.0, "navigate": False, "is_binned": False}
    axis["_type"] = "UniformDataAxis"
    axes = [{**axis, "name": name, "size": size} for name, size in zip("yx", image.shape, strict=True)]
    metadata = {"General": {"title": "HAADF"}, "Signal": {"signal_type": ""}}
    texts = dict.fromkeys(("package", "package_version"), "")
    trees = {key: {} for key in ("original_metadata", "learning_results", "package_info", "tmp_parameters", "models")}
    attributes = {"_lazy": False, "ragged": False}
    signal = {"data": image, "axes": axes, "metadata": metadata, "attributes": attributes, **texts, **trees}
    file_writer(str(path), signal)


def as_zspy(source, target) -> None:
    """The same tree as Zarr; RosettaSciIO cannot write it with Zarr 3."""
    with h5py.File(source) as file:
        root = zarr.open_group(target, mode="w", zarr_format=2)
        root.attrs.update({key: str(value) for key, value in file.attrs.items()})

        def copy(name, item):
            if isinstance(item, h5py.Dataset):
                copied = root.create_array(name, data=item[()])
            else:
                copied = root.require_group(name)
            copied.attrs.update({k: v.item() if isinstance(v, np.generic) else v for k, v in item.attrs.items()})

        file.visititems(copy)


@pytest.mark.parametrize("suffix", ["hspy", "zspy"])
def test_hyperspy_files_are_read(tmp_path, grey, suffix):
    write_hspy(tmp_path / "a.hspy", grey)
    as_zspy(tmp_path / "a.hspy", tmp_path / "a.zspy")
    micrograph = read(tmp_path / f"a.{suffix}")
    np.testing.assert_array_equal(micrograph.haadf, grey)
    assert micrograph.pixel_size_nm == 0.5
    assert micrograph.metadata["image"] == "HAADF"


def test_fields_of_view_too_large_to_solve_are_refused_with_the_limit():
    require_analysable((4096, 4096), "large")
    with pytest.raises(InputError, match=r"5000 x 4096 pixels.*16\.8 megapixels"):
        require_analysable((5000, 4096), "too large")
