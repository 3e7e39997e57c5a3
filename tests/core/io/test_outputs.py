from __future__ import annotations

import os
from pathlib import Path

import pytest

from ssbi_core.errors import OutputError
from ssbi_core.io import OutputFolder


def names(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def test_an_item_appears_when_it_is_complete(tmp_path):
    out = OutputFolder(tmp_path / "new" / "out")
    with out.item("a") as folder:
        (folder / "result.json").write_text("{}")
        assert not (out.path / "a").exists()
        assert folder.parent.parent == out.path
    assert names(out.path) == {"a", "a/result.json"}


def interrupted(out: OutputFolder, stem: str, interruption: type[BaseException]) -> None:
    with out.item(stem) as folder:
        (folder / "result.json").write_text("new")
        raise interruption


@pytest.mark.parametrize("interruption", [ValueError, KeyboardInterrupt])
def test_a_failed_item_leaves_nothing(tmp_path, interruption):
    out = OutputFolder(tmp_path)
    with pytest.raises(interruption):
        interrupted(out, "a", interruption)
    assert names(tmp_path) == set()


def test_a_failed_item_leaves_the_old_result(tmp_path):
    with OutputFolder(tmp_path).item("a") as folder:
        (folder / "result.json").write_text("old")
    out = OutputFolder(tmp_path, overwrite=True)
    with pytest.raises(KeyError):
        interrupted(out, "a", KeyError)
    assert (tmp_path / "a" / "result.json").read_text() == "old"
    assert names(tmp_path) == {"a", "a/result.json"}


def test_overwrite_replaces_its_own_and_keeps_foreign_files(tmp_path):
    (tmp_path / "a" / "sub").mkdir(parents=True)
    (tmp_path / "a" / "result.json").write_text("old")
    (tmp_path / "a" / "notes.txt").write_text("mine")
    (tmp_path / "a" / "sub" / "deep.txt").write_text("mine too")
    (tmp_path / "thesis.docx").write_text("mine as well")
    with OutputFolder(tmp_path, overwrite=True).item("a") as folder:
        (folder / "result.json").write_text("new")
    assert (tmp_path / "a" / "result.json").read_text() == "new"
    assert (tmp_path / "a" / "notes.txt").read_text() == "mine"
    assert (tmp_path / "a" / "sub" / "deep.txt").read_text() == "mine too"
    assert (tmp_path / "thesis.docx").read_text() == "mine as well"


def test_a_file_of_the_folder_is_written_whole_or_not_at_all(tmp_path):
    out = OutputFolder(tmp_path)

    def half() -> None:
        with out.file("report.html") as path:
            path.write_text("half")
            raise KeyError

    with pytest.raises(KeyError):
        half()
    assert names(tmp_path) == set()
    with out.file("report.html") as path:
        path.write_text("whole")
    assert (tmp_path / "report.html").read_text() == "whole"


def test_a_folder_in_use_is_refused_without_overwrite(tmp_path):
    (tmp_path / "x").touch()
    with pytest.raises(OutputError, match=r"not empty.*--overwrite"):
        OutputFolder(tmp_path)
    OutputFolder(tmp_path, overwrite=True)


def test_a_file_in_the_way_is_refused(tmp_path):
    (tmp_path / "out").touch()
    with pytest.raises(OutputError, match="is a file"):
        OutputFolder(tmp_path / "out")
    with pytest.raises(OutputError, match="cannot be written"):
        OutputFolder(tmp_path / "out" / "below")


@pytest.mark.skipif(not Path("/proc/version").exists(), reason="needs a read-only file system to try")
def test_a_read_only_place_is_refused():
    with pytest.raises(OutputError, match="cannot be written"):
        OutputFolder("/proc/ssbi")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_refused(tmp_path):
    tmp_path.chmod(0o555)
    with pytest.raises(OutputError, match="cannot be written"):
        OutputFolder(tmp_path)


@pytest.mark.parametrize("name", ["", "..", "a/b", "a\\b"])
def test_names_cannot_leave_the_folder(tmp_path, name):
    with pytest.raises(OutputError, match="plain file name"), OutputFolder(tmp_path).item(name):
        pass


def test_results_are_readable_by_others(tmp_path):
    mask = os.umask(0o022)
    try:
        with OutputFolder(tmp_path).item("a") as folder:
            (folder / "x").touch()
    finally:
        os.umask(mask)
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o755
