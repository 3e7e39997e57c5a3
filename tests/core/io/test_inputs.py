from __future__ import annotations

from pathlib import Path

import pytest

from ssbi_core.errors import InputError, ReadError
from ssbi_core.io import find_inputs, stem_of


def touch(*paths: Path) -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def test_files_folders_and_globs_mix_and_count_once(tmp_path):
    files = [tmp_path / name for name in ("b.tif", "a.dm4", "c/d.emd", "c/e.PNG")]
    touch(*files, tmp_path / "notes.txt", tmp_path / "c" / "table.csv")
    found = find_inputs([tmp_path / "b.tif", str(tmp_path / "*.tif"), tmp_path, str(tmp_path / "c" / "*")])
    assert [path.name for path in found] == ["a.dm4", "b.tif", "d.emd", "e.PNG"]


def test_a_glob_may_match_folders(tmp_path):
    touch(tmp_path / "run1" / "a.tif", tmp_path / "run2" / "b.tif")
    assert [p.name for p in find_inputs(str(tmp_path / "run*"))] == ["a.tif", "b.tif"]


def test_emi_and_its_series_are_one_input(tmp_path):
    touch(tmp_path / "scan.emi", tmp_path / "scan_1.ser", tmp_path / "scan_2.ser", tmp_path / "alone_1.ser")
    assert [path.name for path in find_inputs(tmp_path)] == ["alone_1.ser", "scan.emi"]


def test_a_zarr_folder_is_one_input(tmp_path):
    touch(tmp_path / "a.zarr" / "0" / "x.tif", tmp_path / "b.ome.zarr" / ".zattrs")
    assert [path.name for path in find_inputs(tmp_path)] == ["a.zarr", "b.ome.zarr"]
    assert find_inputs(tmp_path / "a.zarr") == [tmp_path / "a.zarr"]


def test_a_study_gives_its_images_or_its_labels(tmp_path):
    touch(tmp_path / "images" / "a.ome.tif", tmp_path / "labels" / "a.tif", tmp_path / "truth.parquet")
    assert find_inputs(tmp_path) == [tmp_path / "images" / "a.ome.tif"]
    assert find_inputs(tmp_path, labels=True) == [tmp_path / "labels" / "a.tif"]


def test_hidden_files_are_left_out(tmp_path):
    touch(tmp_path / ".a.tif", tmp_path / "b.tif")
    assert find_inputs(tmp_path) == [tmp_path / "b.tif"]


@pytest.mark.parametrize("name", ["missing.tif", "no*such", "."])
def test_nothing_found_is_an_error(tmp_path, name):
    with pytest.raises(ReadError, match="to do"):
        find_inputs(tmp_path / name)


def test_an_empty_list_is_an_error():
    with pytest.raises(ReadError, match="empty list"):
        find_inputs([])


def test_a_file_named_outright_is_passed_on_to_the_reader(tmp_path):
    touch(tmp_path / "a.xyz")
    assert find_inputs(tmp_path / "a.xyz") == [tmp_path / "a.xyz"]


def test_equal_stems_are_refused(tmp_path):
    touch(tmp_path / "a.tif", tmp_path / "x" / "a.ome.tif")
    with pytest.raises(InputError, match="both be called 'a'"):
        find_inputs([tmp_path, tmp_path / "x"])


def test_the_stem_ends_at_the_first_dot():
    assert stem_of(Path("x/a.b.ome.tif")) == "a"
