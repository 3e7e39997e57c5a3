"""Which file a script has to start from to give the numbers of a result.

The file an image was opened from serves only if it still reads as the very picture that was analysed: it may have been
replaced, or the picture cropped or its maps exchanged in the viewer. Where it does not, the bundle holds one that does.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

from ssbi_core.errors import SsbiError
from ssbi_core.io import Micrograph, read, write_image
from ssbi_core.preprocess import register_elements
from ssbi_core.report.recipe import Recipe
from ssbi_core.report.records import ImageResult

LABELS = "labels.tif"
INPUT = "input.ome.tif"


class StartingPoint(NamedTuple):
    """A file, how to read it, and why it was chosen.

    Attributes
    ----------
    file : name in the bundle, or absolute path of the user's file.
    bundled : whether it lies in the bundle.
    labels : whether it holds phases instead of a micrograph.
    pixel_size_nm : to be given when reading; None where the file's own is right.
    image : which image of the file, None for the only or HAADF one.
    reason : half a sentence for the reader of the script.
    """

    file: str
    bundled: bool
    labels: bool
    pixel_size_nm: float | None
    image: str | None
    reason: str


def starting_point(result: ImageResult, recipe: Recipe, source: Path | None, folder: Path) -> StartingPoint:
    """Choose the file, and write the micrograph to `folder` where no other serves.

    Raises
    ------
    OutputError
        If the micrograph cannot be written.
    """
    micrograph = result.micrograph
    if recipe.edited:
        return _labels("the phases were corrected by hand")
    if micrograph is None:
        return _labels("the analysis started from phases")
    if source is not None and (found := _users_file(source, micrograph, recipe)):
        return found
    missing = "no file holds the picture that was analysed" if source is None else f"{source.name} reads differently"
    if "eds_registration" in micrograph.metadata:  # registering the moved maps once more would move them further
        return _labels(missing)
    names = ["HAADF", *micrograph.elements]
    stack = np.stack([micrograph.haadf, *micrograph.elements.values()]).astype(np.float32, copy=False)
    write_image(folder / INPUT, stack, micrograph.pixel_size_nm, names)
    return StartingPoint(INPUT, True, False, None, None, missing)


def _users_file(source: Path, micrograph: Micrograph, recipe: Recipe) -> StartingPoint | None:
    for pixel_size_nm in (None, micrograph.pixel_size_nm):
        if _reads_as(source, micrograph, recipe, pixel_size_nm):
            reason = "the file that was analysed"
            return StartingPoint(str(source.absolute()), False, False, pixel_size_nm, recipe.image, reason)
    return None


def _labels(reason: str) -> StartingPoint:
    return StartingPoint(LABELS, True, True, None, None, reason)


def _reads_as(source: Path, micrograph: Micrograph, recipe: Recipe, pixel_size_nm: float | None) -> bool:
    try:
        read_again = read(source, pixel_size_nm=pixel_size_nm, image=recipe.image, system=recipe.system)
        return _same(read_again, micrograph) or _same(register_elements(read_again)[0], micrograph)
    except SsbiError:
        return False


def _same(one: Micrograph, other: Micrograph) -> bool:
    return (
        one.pixel_size_nm == other.pixel_size_nm
        and np.array_equal(one.haadf, other.haadf)
        and one.elements.keys() == other.elements.keys()
        and all(np.array_equal(counts, other.elements[symbol]) for symbol, counts in one.elements.items())
    )
