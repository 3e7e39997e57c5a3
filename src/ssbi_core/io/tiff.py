"""OME-TIFF, ImageJ TIFF and plain TIFF through tifffile.

Pages are decoded when they are indexed, so a large file costs only what is used of it. The scale comes
from, in this order: OME-XML, the ImageJ unit, the tags of microscope vendors (FEI, Zeiss, Gatan, SIS, read by
RosettaSciIO), and last the TIFF resolution where it is finer than any printer's.
"""

from __future__ import annotations

import contextlib
import math
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import tifffile
import zarr

from ssbi_core.errors import CalibrationError
from ssbi_core.io.calibration import PRINT_PIXEL_NM, nm_per_unit, to_nm
from ssbi_core.io.channels import element_of
from ssbi_core.io.signals import Signal, distinct

_AXIS_LETTERS = {"I": "Q", "R": "T", "H": "Q", "L": "Q", "E": "Q", "P": "Q", "V": "Q", "A": "Q", "M": "Q"}
_RESOLUTION_UNIT = {2: "inch", 3: "cm"}
_VENDOR_TAGS = (34118, 34680, 34682, 33560, 65003, 65009)  # CZ_SEM, FEI_SFEG, FEI_HELIOS, OlympusSIS, Gatan


@contextlib.contextmanager
def open_tiff(path: Path) -> Iterator[list[Signal]]:
    """Yield the series of a TIFF file as signals, readable while the block runs."""
    with tifffile.TiffFile(path) as tif:
        omes = _ome_images(tif)
        yield [
            _signal(path, tif, series, omes[i] if series.kind == "ome" and i < len(omes) else {})
            for i, series in enumerate(tif.series)
        ]


class PagedArray:
    """A TIFF series as an array whose pages are decoded on indexing."""

    def __init__(self, series: tifffile.TiffPageSeries) -> None:
        self.shape = tuple(int(n) for n in series.shape)
        self.dtype = np.dtype(series.dtype)
        self._series = series

    def __getitem__(self, index: Any) -> np.ndarray:
        store = self._series.aszarr()
        try:
            return np.asarray(zarr.open_array(store, mode="r", zarr_format=2)[index])
        finally:
            store.close()


def _signal(path: Path, tif: tifffile.TiffFile, series: tifffile.TiffPageSeries, ome: dict[str, Any]) -> Signal:
    axes = distinct("".join(_AXIS_LETTERS.get(letter, letter) for letter in series.axes))
    size = ome.get("pixel_size_nm")
    if not ome:
        size = _imagej_pixel_size(tif) if tif.is_imagej else _plain_pixel_size(path, tif, series)
    axes, names = (axes, ome["channels"]) if ome else _imagej_channels(tif, axes, series.shape)
    # The only image of a file bears the file's name, which says nothing about the signal.
    title = ome.get("name", "") if len(tif.series) > 1 else ""
    if "C" not in axes and len(names) == 1:
        return Signal(names[0] or title, PagedArray(series), axes, size, (), metadata=_facts(tif))
    return Signal(title, PagedArray(series), axes, size, tuple(names), metadata=_facts(tif))


def _facts(tif: tifffile.TiffFile) -> dict[str, Any]:
    kind = "OME-TIFF" if tif.is_ome else "ImageJ TIFF" if tif.is_imagej else "TIFF"
    return {"format": kind}


def _ome_images(tif: tifffile.TiffFile) -> list[dict[str, Any]]:
    if not tif.is_ome or not tif.ome_metadata:
        return []
    images = []
    for image in _children(ElementTree.fromstring(tif.ome_metadata), "Image"):
        pixels = next(_children(image, "Pixels"))
        images.append(
            {
                "name": image.get("Name", ""),
                "channels": [channel.get("Name", "") for channel in _children(pixels, "Channel")],
                "pixel_size_nm": _ome_pixel_size(pixels),
            }
        )
    return images


def _children(element: ElementTree.Element, tag: str) -> Iterator[ElementTree.Element]:
    return (child for child in element if child.tag.rpartition("}")[2] == tag)


def _ome_pixel_size(pixels: ElementTree.Element) -> tuple[float, float] | None:
    sizes = []
    for axis in "YX":
        value = pixels.get(f"PhysicalSize{axis}")
        size = to_nm(float(value), pixels.get(f"PhysicalSize{axis}Unit", "um")) if value else None
        if size is None:
            return None
        sizes.append(size)
    return sizes[0], sizes[1]


def _imagej_channels(tif: tifffile.TiffFile, axes: str, shape: tuple[int, ...]) -> tuple[str, list[str]]:
    labels = (tif.imagej_metadata or {}).get("Labels") or []
    labels = [str(label) for label in ([labels] if isinstance(labels, str) else labels)]
    if "C" not in axes and len(axes) == 3 and len(labels) == shape[0] and any(element_of(label) for label in labels):
        axes = "C" + axes[1:]  # ImageJ calls every stack slices; labels that are elements say otherwise
    channels = shape[axes.index("C")] if "C" in axes else 1
    return axes, labels if len(labels) == channels else []


def _imagej_pixel_size(tif: tifffile.TiffFile) -> tuple[float, float] | None:
    unit = str((tif.imagej_metadata or {}).get("unit", ""))
    if nm_per_unit(unit) is None:
        return None
    return _resolution(tif.pages[0], unit)


def _plain_pixel_size(
    path: Path, tif: tifffile.TiffFile, series: tifffile.TiffPageSeries
) -> tuple[float, float] | None:
    page = series.keyframe
    if any(tag in page.tags for tag in _VENDOR_TAGS) and (size := _vendor_pixel_size(path)):
        return size
    unit = page.tags.get("ResolutionUnit")
    size = _resolution(page, _RESOLUTION_UNIT.get(int(unit.value) if unit else 2))
    return size if size and max(size) < PRINT_PIXEL_NM else None


def _resolution(page: Any, unit: str | None) -> tuple[float, float] | None:
    sizes = []
    for tag in ("YResolution", "XResolution"):
        numerator, denominator = page.tags[tag].value if tag in page.tags else (0, 1)
        size = to_nm(denominator / numerator if numerator else math.nan, unit)
        if size is None:
            return None
        sizes.append(size)
    return sizes[0], sizes[1]


def _vendor_pixel_size(path: Path) -> tuple[float, float] | None:
    from rsciio.tiff import file_reader

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            axes = {axis["name"]: axis for axis in file_reader(str(path), lazy=True)[0]["axes"]}
        sizes = [to_nm(axes[name]["scale"], axes[name]["units"]) for name in ("height", "width")]
    except CalibrationError:
        raise
    except Exception:  # a vendor tag RosettaSciIO cannot read is as good as no calibration
        return None
    return (sizes[0], sizes[1]) if sizes[0] and sizes[1] else None
