"""Element maps of a field of view: from named map channels, or from an EDS spectrum image."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ssbi_core.io.channels import element_of
from ssbi_core.io.checks import check_size, clean_map
from ssbi_core.io.planes import Plane
from ssbi_core.io.regrid import resample_counts
from ssbi_core.io.spectra import element_maps
from ssbi_core.materials import MaterialSystem
from ssbi_core.types import Image

_SAME_FIELD_WITHIN = 0.02


def collect_maps(planes: Sequence[Plane], haadf: Plane, system: MaterialSystem, notes: list[str]) -> dict[str, Image]:
    """Every element map recorded of the field of `haadf`, on its grid.

    Named maps go before maps computed from spectra; the first map of an element is taken.
    Channels with unknown names and maps of another field are left out, with a note.
    """
    maps: dict[str, Image] = {}
    for plane in planes:
        if plane is haadf or plane.kind not in ("image", "frames"):
            continue
        element = element_of(plane.name.partition(" (")[0]) if plane.named else None
        if element is None:
            notes.append(f"channel {plane.name!r} is not used: its name is neither an element nor the image chosen")
        elif element in maps:
            notes.append(f"channel {plane.name!r} is not used: {element} has a map already")
        elif _same_field(plane, haadf, notes):
            counts = clean_map(_sum_frames(plane), plane.name, notes)
            maps[element] = _onto(counts, haadf.shape, plane.name, notes)
    for plane in planes:
        if plane.kind == "spectrum image" and plane.signal.technique == "EDS" and _same_field(plane, haadf, notes):
            for element, counts in element_maps(plane.signal, system, notes).items():
                maps.setdefault(element, _onto(counts, haadf.shape, f"{element} of {plane.name}", notes))
    return maps


def _sum_frames(plane: Plane) -> np.ndarray:
    check_size(plane.shape, plane.name)
    if plane.frames == 1:
        return plane.load()
    total = np.zeros(plane.shape, np.float64)
    for i in range(plane.frames):
        total += plane.load(i)
    return total


def _onto(counts: Image, shape: tuple[int, int], name: str, notes: list[str]) -> Image:
    if counts.shape == shape:
        return counts
    notes.append(f"{name}: {counts.shape[0]} x {counts.shape[1]} px resampled onto the HAADF grid, counts kept")
    return resample_counts(counts, shape)


def _same_field(plane: Plane, haadf: Plane, notes: list[str]) -> bool:
    """Same extent where both are calibrated; otherwise the same aspect ratio."""
    ratios = [a / b for a, b in zip(_extent(plane, haadf), _extent(haadf, plane), strict=True)]
    same = plane.shape == haadf.shape or _close(ratios[0], ratios[1])
    if plane.signal.pixel_size_nm and haadf.signal.pixel_size_nm:
        same = same and _close(ratios[0], 1) and _close(ratios[1], 1)
    if not same:
        notes.append(f"{plane.name!r} is not used: it shows another field of view than {haadf.name!r}")
    return same


def _extent(plane: Plane, other: Plane) -> tuple[float, float]:
    sizes = plane.signal.pixel_size_nm if plane.signal.pixel_size_nm and other.signal.pixel_size_nm else (1.0, 1.0)
    return plane.shape[0] * sizes[0], plane.shape[1] * sizes[1]


def _close(a: float, b: float) -> bool:
    return abs(a - b) <= _SAME_FIELD_WITHIN * abs(b)
