"""Everything about one image in one folder, to keep, to send and to publish from.

The report, the numbers, every figure for print, and the two programs that give the same numbers outside the viewer. The
folder appears whole or not at all.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ssbi_core.errors import InputError, OutputError
from ssbi_core.io import OutputFolder
from ssbi_core.io.atomic import atomic_path
from ssbi_core.report.figures import save_figures
from ssbi_core.report.files import write_result
from ssbi_core.report.html import write_report
from ssbi_core.report.recipe import Recipe
from ssbi_core.report.records import ImageResult
from ssbi_core.report.scripts import SYSTEM, python_script, shell_script
from ssbi_core.report.starting_point import starting_point
from ssbi_core.types import silent

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class ReportBundle:
    """Where the parts of a bundle are.

    Attributes
    ----------
    folder : the bundle.
    report, result : ``report.html`` and ``result.json``.
    figures : PNG and SVG files.
    script, command : ``analysis.py`` and ``analysis.sh``.
    starts_from : file that both start from, by its name in the bundle or its absolute path.
    """

    folder: Path
    report: Path
    result: Path
    figures: tuple[Path, ...]
    script: Path
    command: Path
    starts_from: str


def write_report_bundle(
    result: ImageResult,
    folder: str | Path,
    recipe: Recipe | None = None,
    *,
    source: str | Path | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> ReportBundle:
    """Write report, numbers, figures and the programs that compute them again.

    Parameters
    ----------
    result : of one image; the micrograph as it was segmented, or as it was read.
    folder : to write; one with content needs `overwrite`, which replaces files of the same name.
    recipe : settings of the analysis; by default those in the provenance of the result. With `edited` the programs
        start from the labels of the bundle.
    source : file the micrograph came from; the programs start from it where it still reads as that micrograph, else
        from a copy in the bundle.
    progress : called with what is done and the share done.

    Raises
    ------
    OutputError
        If the folder is not empty, or cannot be written.
    InputError
        If the provenance holds settings that are none, or the file of the material system is gone.
    """
    report = progress or silent
    recipe = (recipe or Recipe.of(result.provenance.get("settings", {}))).settled(result)
    folder = Path(folder).expanduser().absolute()
    _require_free(folder, overwrite)
    with OutputFolder(folder.parent, overwrite=True).item(folder.name) as work:
        report("Writing the numbers", 0.05)
        write_result(result, work)
        report("Drawing the figures", 0.2)
        figures = save_figures(result, work / "figures")
        report("Writing the programs", 0.6)
        starts_from = _write_programs(result, recipe, source, work)
        report("Writing the report", 0.7)
        write_report(work / "report.html", [result])
    return ReportBundle(
        folder,
        folder / "report.html",
        folder / "result.json",
        tuple(folder / "figures" / path.name for path in figures),
        folder / "analysis.py",
        folder / "analysis.sh",
        starts_from,
    )


def _write_programs(result: ImageResult, recipe: Recipe, source: str | Path | None, work: Path) -> str:
    """Write both programs and what they need; return the file they start from."""
    start = starting_point(result, recipe, None if source is None else Path(source), work)
    recipe = _with_own_system(recipe, work)
    for name, text in (("analysis.py", python_script), ("analysis.sh", shell_script)):
        with atomic_path(work / name) as temporary:
            temporary.write_text(text(result, recipe, start), encoding="utf-8", newline="\n")
            temporary.chmod(0o755)
    return start.file


def _with_own_system(recipe: Recipe, work: Path) -> Recipe:
    """Put a material system of the user's own into the bundle, which then needs no other file for it."""
    own = Path(recipe.system)
    if own.suffix != ".toml":
        return recipe
    if not own.is_file():
        raise InputError(f"material system {own}, which is gone", "the file the analysis used", "put it back")
    with atomic_path(work / SYSTEM) as temporary:
        shutil.copyfile(own, temporary)
    return recipe.model_copy(update={"system": SYSTEM})


def _require_free(folder: Path, overwrite: bool) -> None:
    if folder.is_dir() and not overwrite and any(folder.iterdir()):
        raise OutputError(f"{folder} is not empty", "a new or empty folder", "choose another, or allow to overwrite it")
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"{folder} is a file", "a folder", "choose another output folder")
