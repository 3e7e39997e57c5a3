"""Is this array an image this library can work with? Refused with the reason, or mended and noted."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ssbi_core.errors import InputError, ReadError

LARGEST_SIDE = 20_000
LARGEST_PIXELS = 8192**2  # what can be read; element maps come on top
SMALLEST_ANALYSABLE_SIDE = 32
LARGEST_ANALYSABLE_PIXELS = 4096**2  # probabilities of all phases and a finite-element solve must fit in memory
LARGEST_BAD_FRACTION = 0.01


def check_size(shape: Sequence[int], name: str, frames: int = 1) -> None:
    """Refuse what would not fit in memory, before anything is loaded.

    Raises
    ------
    ReadError
        If a side is above 20 000 px, or the image (all its frames) above 67 Mpx, or it is only a line.
    """
    rows, columns = shape
    if min(rows, columns) < 2:
        raise ReadError(
            f"{name} has {rows} x {columns} pixels", "a two-dimensional image", "choose another image of the file"
        )
    if max(rows, columns) > LARGEST_SIDE or rows * columns * frames > LARGEST_PIXELS:
        raise ReadError(
            f"{name} has {f'{frames} frames of ' if frames > 1 else ''}{rows} x {columns} pixels",
            f"at most {LARGEST_SIDE} pixels per side and {LARGEST_PIXELS // 10**6} megapixels",
            "crop or bin the image, or export it as tiles",
        )


def require_analysable(shape: Sequence[int], name: str, smallest: int = SMALLEST_ANALYSABLE_SIDE) -> None:
    """Refuse fields of view too small to hold an interface, or too large for phases and transport.

    Raises
    ------
    InputError
        If a side is below `smallest` pixels, or there are more than 4096 x 4096 pixels or voxels.
    """
    size = " x ".join(map(str, shape))
    if min(shape) < smallest:
        raise InputError(
            f"{name} has {size} pixels",
            f"at least {smallest} x {smallest} pixels",
            "give the full image, not its thumbnail or a line scan",
        )
    if math.prod(shape) > LARGEST_ANALYSABLE_PIXELS:
        raise InputError(
            f"{name} has {size} pixels",
            f"at most {LARGEST_ANALYSABLE_PIXELS / 1e6:.1f} megapixels (4096 x 4096)",
            "crop or bin the image, or analyse it in tiles",
        )


def clean_image(pixels: np.ndarray, name: str, notes: list[str]) -> np.ndarray:
    """Return a HAADF image as float32, gaps filled; see `fill_gaps`.

    Raises
    ------
    ReadError
        If it is complex, constant, or more than 1 % of it is not finite.
    """
    image = as_float32(pixels, name)
    image = fill_gaps(image, name, notes)
    if image.max() == image.min():
        raise ReadError(
            f"{name} is constant ({image.flat[0]:g} everywhere)",
            "an image with contrast",
            "choose another image of the file, or check that the detector was inserted",
        )
    return image


def clean_map(pixels: np.ndarray, name: str, notes: list[str]) -> np.ndarray:
    """Return an element map as float32; pixels that are not finite (0/0 of a quantification) become 0."""
    counts = as_float32(pixels, name)
    bad = ~np.isfinite(counts)
    if bad.any():
        counts = np.where(bad, np.float32(0), counts)
        notes.append(f"{name}: {int(bad.sum())} non-finite pixels set to 0")
    return counts


def as_float32(pixels: np.ndarray, name: str) -> np.ndarray:
    """Convert real numbers of any type and byte order to native float32.

    Raises
    ------
    ReadError
        If the values are complex or not numbers.
    """
    if pixels.dtype.kind not in "biuf":
        raise ReadError(
            f"{name} holds values of type {pixels.dtype}",
            "real grey values",
            "export the intensity image; a Fourier transform or a phase image cannot be segmented",
        )
    with np.errstate(over="ignore", invalid="ignore"):
        return np.ascontiguousarray(pixels, dtype=np.float32)


def fill_gaps(image: np.ndarray, name: str, notes: list[str]) -> np.ndarray:
    """Fill non-finite pixels (dead pixels, stitching gaps) with the median of their finite neighbours.

    Raises
    ------
    ReadError
        If more than 1 % of the pixels are not finite.
    """
    bad = ~np.isfinite(image)
    count = int(bad.sum())
    if count == 0:
        return image
    if count > LARGEST_BAD_FRACTION * image.size:
        raise ReadError(
            f"{name}: {count / image.size:.1%} of the pixels are NaN or infinite",
            f"at most {LARGEST_BAD_FRACTION:.0%}",
            "crop the valid part, or export the image again",
        )
    notes.append(f"{name}: {count} non-finite pixels filled with the local median")
    filled = np.where(bad, np.float32(np.nan), image)
    rows, columns = np.nonzero(bad)
    radius = 2
    while rows.size:
        filled[rows, columns] = _local_median(filled, rows, columns, radius)
        left = ~np.isfinite(filled[rows, columns])
        rows, columns, radius = rows[left], columns[left], 2 * radius
    return filled


def _local_median(image: np.ndarray, rows: np.ndarray, columns: np.ndarray, radius: int) -> np.ndarray:
    medians = np.full(rows.size, np.nan, np.float32)
    for i, (row, column) in enumerate(zip(rows, columns, strict=True)):
        window = image[max(row - radius, 0) : row + radius + 1, max(column - radius, 0) : column + radius + 1]
        finite = window[np.isfinite(window)]
        if finite.size:
            medians[i] = np.median(finite)
    return medians
