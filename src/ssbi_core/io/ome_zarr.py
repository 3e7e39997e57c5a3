"""OME-Zarr (NGFF 0.1 to 0.5): the full-resolution level of every image in the folder, read in chunks."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import zarr

from ssbi_core.errors import ReadError
from ssbi_core.io.calibration import to_nm
from ssbi_core.io.signals import Signal

_DEFAULT_AXES = "TCZYX"


@contextlib.contextmanager
def open_ome_zarr(path: Path) -> Iterator[list[Signal]]:
    """Yield the images of an OME-Zarr folder as signals."""
    root = zarr.open_group(path, mode="r")
    groups = [root, *(group for _, group in root.groups())]
    yield [
        _signal(group, description, multiscale)
        for group in groups
        for description in [_description(group)]
        for multiscale in description.get("multiscales", [])
    ]


def _description(group: zarr.Group) -> Mapping[str, Any]:
    attributes = dict(group.attrs)
    ome = attributes.get("ome")
    return ome if isinstance(ome, Mapping) else attributes


def _signal(group: zarr.Group, description: Mapping[str, Any], multiscale: Mapping[str, Any]) -> Signal:
    level = multiscale["datasets"][0]
    array = group[level["path"]]
    if not isinstance(array, zarr.Array):
        raise ReadError(f"{group.path or 'the folder'}: {level['path']!r} is a group", "an array", "check the OME-Zarr")
    axes = [_axis(axis) for axis in multiscale.get("axes", _DEFAULT_AXES[-array.ndim :])]
    letters = "".join(name[:1].upper() for name, _ in axes)
    scale = _scale(multiscale, level, array.ndim)
    sizes = [to_nm(scale[i], axes[i][1]) for i in (letters.index("Y"), letters.index("X"))]
    channels = [str(c.get("label") or "") for c in (description.get("omero") or {}).get("channels", [])]
    return Signal(
        channels[0] if len(channels) == 1 and "C" not in letters else "",
        array,
        letters,
        (sizes[0], sizes[1]) if sizes[0] and sizes[1] else None,
        tuple(channels) if "C" in letters else (),
        metadata={"format": "OME-Zarr"},
    )


def _axis(axis: Mapping[str, Any] | str) -> tuple[str, str]:
    return (axis, "") if isinstance(axis, str) else (str(axis["name"]), str(axis.get("unit") or ""))


def _scale(multiscale: Mapping[str, Any], level: Mapping[str, Any], ndim: int) -> Sequence[float]:
    """Product of the scales of the level and of the whole pyramid."""
    product = [1.0] * ndim
    for transform in (*level.get("coordinateTransformations", ()), *multiscale.get("coordinateTransformations", ())):
        if transform.get("type") == "scale":
            product = [a * float(b) for a, b in zip(product, transform["scale"], strict=True)]
    return product
