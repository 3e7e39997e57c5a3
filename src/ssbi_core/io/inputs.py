"""Files, folders and globs in any mixture to the list of inputs they mean."""

from __future__ import annotations

import glob
from collections.abc import Iterable, Iterator
from pathlib import Path

from ssbi_core.errors import InputError, ReadError
from ssbi_core.io.formats import FOLDER_SUFFIXES, KNOWN_SUFFIXES

IMAGES_FOLDER, LABELS_FOLDER = "images", "labels"


def stem_of(path: Path) -> str:
    """Name of an input in results: the file name up to the first dot."""
    return path.name.split(".")[0]


def find_inputs(paths: Iterable[str | Path] | str | Path, *, labels: bool = False) -> list[Path]:
    """Return every input named by `paths`, sorted, each once.

    A folder gives the files of known formats directly in it; a study (a folder with `images` and `labels`) gives its
    images, or with `labels` its label images; a .zarr or .zspy folder is one input; a .ser beside its .emi counts
    once, as the .emi.

    Raises
    ------
    ReadError
        If a path does not exist, or nothing of a known format is found.
    InputError
        If two inputs have the same stem: their results would overwrite each other.
    """
    given = [paths] if isinstance(paths, str | Path) else list(paths)
    found = {candidate.resolve(): candidate for path in given for candidate in _expand(str(path), labels)}
    inputs = sorted(_without_paired_series(found.values()), key=lambda path: (stem_of(path), str(path)))
    if not inputs:
        raise ReadError(
            f"no image in {', '.join(str(path) for path in given) or 'an empty list'}",
            f"files of one of {' '.join(KNOWN_SUFFIXES)}",
            "check the paths; folders are searched one level deep",
        )
    _refuse_clashes(inputs)
    return inputs


def _expand(given: str, labels: bool) -> Iterator[Path]:
    path = Path(given).expanduser()
    if path.exists():
        yield from _inside(path, labels) if _is_plain_folder(path) else [path]
        return
    matches = sorted(glob.glob(str(path), recursive=True))
    if not matches:
        raise ReadError(f"{given} does not exist", "a file, a folder or a pattern that matches some", "check the path")
    for match in map(Path, matches):
        if _is_plain_folder(match):
            yield from _inside(match, labels)
        elif _is_input(match):
            yield match


def _inside(folder: Path, labels: bool) -> Iterator[Path]:
    if (folder / IMAGES_FOLDER).is_dir() and (folder / LABELS_FOLDER).is_dir():
        folder = folder / (LABELS_FOLDER if labels else IMAGES_FOLDER)
    return (path for path in folder.iterdir() if _is_input(path))


def _is_plain_folder(path: Path) -> bool:
    return path.is_dir() and path.suffix.lower() not in FOLDER_SUFFIXES


def _is_input(path: Path) -> bool:
    known = path.suffix.lower() in KNOWN_SUFFIXES and not path.name.startswith(".")
    return known and (path.is_file() or path.suffix.lower() in FOLDER_SUFFIXES)


def _without_paired_series(paths: Iterable[Path]) -> list[Path]:
    paths = list(paths)
    heads = {(path.parent, path.stem) for path in paths if path.suffix.lower() == ".emi"}
    return [
        path
        for path in paths
        # TIA names the series of scan.emi scan_1.ser, scan_2.ser, ...
        if path.suffix.lower() != ".ser" or (path.parent, path.stem.rpartition("_")[0]) not in heads
    ]


def _refuse_clashes(inputs: list[Path]) -> None:
    by_stem: dict[str, Path] = {}
    for path in inputs:
        other = by_stem.setdefault(stem_of(path).lower(), path)
        if other is not path:
            raise InputError(
                f"{other} and {path} would both be called {stem_of(path)!r}",
                "names that differ up to the first dot",
                "rename one of them, or process them into different folders",
            )
