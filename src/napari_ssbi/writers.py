"""Layers out of the viewer: phases as label images, images as OME-TIFF, several layers as channels or as a folder.

The pixel size goes into the file in nm, whatever units the layers are in. A layer that is counted in pixels has none to
write: it is written without, and the user is told, because nothing can be computed from such a file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import tifffile
from napari.layers import Layer
from napari.utils.notifications import show_info, show_warning

from napari_ssbi.inputs import MARK
from napari_ssbi.layers import LayerData
from napari_ssbi.placement import Placement
from ssbi_core.errors import InputError
from ssbi_core.io import OutputFolder, write_image, write_labels
from ssbi_core.io.atomic import atomic_path
from ssbi_core.io.writing import LABEL_MARKER
from ssbi_core.materials import PHASES

_PLACED = ("scale", "translate", "rotate", "shear", "affine", "units", "axis_labels")
_KEPT = (np.uint8, np.uint16, np.float32)
_SAME = 1e-3
"""Pixels whose edges differ by less, relative, are square: files of microscopes round them."""


class _Plane(NamedTuple):
    """A layer as it is written: its array, the edge of a pixel in nm (None: unknown), and its name."""

    array: np.ndarray
    pixel_size_nm: float | None
    name: str
    mark: Mapping[str, Any]


def write_phases(path: str, data: Any, settings: Mapping[str, Any]) -> list[str]:
    """Write a labels layer of phase codes as a label image.

    Raises
    ------
    SsbiError
        If it holds other labels than phase codes, its pixels are not square, or the file cannot be written.
    """
    return [_write_labels(Path(path), _plane(data, settings, "labels"))]


def write_layer(path: str, data: Any, settings: Mapping[str, Any]) -> list[str]:
    """Write an image layer as OME-TIFF: 8 and 16 bit integers as they are, everything else as float32.

    Raises
    ------
    SsbiError
        If it is a colour picture or has more than three dimensions, its pixels are not square, or the file cannot be
        written.
    """
    plane = _plane(data, settings, "image")
    name = "HAADF" if plane.mark.get("role") == "haadf" else None
    return [_write(Path(path), plane.array, plane.pixel_size_nm, None if name is None else [name])]


def write_channels(path: str, layers: Sequence[LayerData]) -> list[str]:
    """Write image layers of one field as the named channels of one OME-TIFF, the HAADF image first.

    Raises
    ------
    SsbiError
        If they do not share size and pixel size, or as in `write_layer`.
    """
    planes = sorted((_plane(data, settings, kind) for data, settings, kind in layers), key=_haadf_first)
    grids = {(plane.array.shape, plane.pixel_size_nm) for plane in planes}
    if len(grids) > 1 or planes[0].array.ndim != 2:
        shapes = ", ".join(f"{plane.name!r} {plane.array.shape}" for plane in planes)
        raise InputError(
            f"layers on different grids ({shapes})",
            "2D images of one size and pixel size",
            "save them into a folder: give a name without .tif",
        )
    stack = np.stack([plane.array for plane in planes])
    return [_write(Path(path), stack, planes[0].pixel_size_nm, [_channel(plane) for plane in planes])]


def write_folder(path: str, layers: Sequence[LayerData]) -> list[str]:
    """Write layers into a folder: a file for each micrograph with its element maps, one for every other layer.

    The folder appears whole or not at all; files in it that have other names stay.

    Raises
    ------
    SsbiError
        As in `write_layer` and `write_phases`.
    """
    folder = Path(path).absolute()
    with OutputFolder(folder.parent, overwrite=True).item(folder.name) as work:
        written = [file for group in _groups(layers) for file in _write_group(work, group)]
    return [str(folder / Path(file).name) for file in written]


def _groups(layers: Sequence[LayerData]) -> list[list[LayerData]]:
    """Layers that go into one file: those of the same micrograph on the same grid, every other alone."""
    groups: dict[Any, list[LayerData]] = {}
    for index, layer in enumerate(layers):
        data, settings, kind = layer
        mark = settings.get("metadata", {}).get(MARK, {})
        together = kind == "image" and mark.get("role") in ("haadf", "element") and mark.get("micrograph")
        size = _plane(data, settings, kind).pixel_size_nm if together else None
        groups.setdefault((together, np.shape(data), size) if together else index, []).append(layer)
    return list(groups.values())


def _write_group(work: Path, group: Sequence[LayerData]) -> list[str]:
    data, settings, kind = group[0]
    mark = settings.get("metadata", {}).get(MARK, {})
    name = mark["micrograph"] if len(group) > 1 else settings.get("name", kind)
    path = str(_free(work, name))
    if len(group) > 1:
        return write_channels(path, group)
    return write_phases(path, data, settings) if kind == "labels" else write_layer(path, data, settings)


def _free(work: Path, name: str) -> Path:
    """A file name made of a layer's name, with a number where it is taken."""
    stem = re.sub(r"[^\w-]+", "_", name).strip("_") or "layer"
    names = [stem, *(f"{stem}_{number}" for number in range(2, 1000))]
    return next(path for path in (work / f"{name}.ome.tif" for name in names) if not path.exists())


def _plane(data: Any, settings: Mapping[str, Any], kind: str) -> _Plane:
    name = str(settings.get("name", kind))
    if settings.get("rgb"):
        raise InputError(
            f"layer {name!r} is a colour picture", "grey values", "save it as PNG, or split it (right click)"
        )
    values = data[0] if settings.get("multiscale") else data
    array = np.asarray(values)
    if array.ndim not in (2, 3):
        raise InputError(f"layer {name!r} of {array.ndim} dimensions", "2 or 3", "split it (right click > Split Stack)")
    return _Plane(array, _pixel_size(array, settings, name), name, settings.get("metadata", {}).get(MARK, {}))


def _pixel_size(array: np.ndarray, settings: Mapping[str, Any], name: str) -> float | None:
    placed = {key: settings[key] for key in _PLACED if settings.get(key) is not None}
    sizes = Placement.of(Layer.create(array, placed, "image")).sizes_nm
    if sizes is None:
        return None
    if max(sizes) - min(sizes) > _SAME * min(sizes):
        shown = " x ".join(f"{size:.6g}" for size in sizes)
        raise InputError(
            f"layer {name!r} with pixels of {shown} nm", "square pixels", "resample it, or correct its scale"
        )
    return sizes[-1]


def _channel(plane: _Plane) -> str:
    return {"haadf": "HAADF", "element": plane.mark.get("element")}.get(plane.mark.get("role", "")) or plane.name


def _haadf_first(plane: _Plane) -> bool:
    return plane.mark.get("role") != "haadf"


def _write_labels(path: Path, plane: _Plane) -> str:
    labels = plane.array
    if labels.dtype.kind not in "iub" or (labels.size and not 0 <= labels.min() <= labels.max() <= len(PHASES)):
        raise InputError(
            f"layer {plane.name!r} with labels up to {labels.max()}",
            f"phase codes 0 to {len(PHASES)}",
            "save other labels with napari's own writer",
        )
    if plane.pixel_size_nm is None:
        return _write_without_size(path, labels.astype(np.uint8), [LABEL_MARKER])
    return str(write_labels(path, labels, plane.pixel_size_nm))


def _write(path: Path, array: np.ndarray, pixel_size_nm: float | None, names: list[str] | None) -> str:
    stored = array if array.dtype in _KEPT or array.dtype == bool else array.astype(np.float32)
    if not np.array_equal(stored, array, equal_nan=array.dtype.kind == "f"):
        show_info(f"{path.name} holds float32: {array.dtype} values are rounded to seven digits")
    if pixel_size_nm is None:
        return _write_without_size(path, stored, names)
    return str(write_image(path, stored, pixel_size_nm, names))


def _write_without_size(path: Path, array: np.ndarray, names: list[str] | None) -> str:
    axes = "CYX" if names and array.ndim == 3 and len(names) == len(array) else "ZYX"[-array.ndim :]
    metadata = {"axes": axes} | ({"Channel": {"Name": names}} if names else {})
    with atomic_path(path) as temporary:
        tifffile.imwrite(temporary, array, ome=True, photometric="minisblack", compression="zlib", metadata=metadata)
    show_warning(f"{path.name} has no pixel size: its layer counts in pixels. Set the scale, and save it again")
    return str(path)
