"""Microscope files and phase maps into the viewer.

An image never opens as labels: a file becomes a Labels layer only if `ssbi` wrote it as labels, or if it is named or
filed as labels and holds nothing but phase codes (`ssbi_core.io.is_label_file`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from napari.utils.notifications import show_warning

from napari_ssbi.layers import LayerData, micrograph_layers, phase_layer
from ssbi_core.errors import CalibrationError
from ssbi_core.io import KNOWN_SUFFIXES, is_label_file, read, read_labels

PathLike = str | Path


def get_reader(path: PathLike | Sequence[PathLike]) -> Callable[[PathLike], list[LayerData]] | None:
    """Return the reader of one file (or .zarr folder) of a known format, None for anything else.

    A list of files is left to napari, which opens them one by one.
    """
    if not isinstance(path, str | Path) or Path(path).suffix.lower() not in KNOWN_SUFFIXES:
        return None
    return read_layers


def read_layers(path: PathLike) -> list[LayerData]:
    """Read a file into napari layers.

    Without a usable pixel size it opens in pixels, with a warning; nothing can be computed from it until one is given.

    Raises
    ------
    SsbiError
        If the file cannot be read; the message says what to do.
    """
    labels = is_label_file(path)
    try:
        return _layers(path, labels, None)
    except CalibrationError as error:
        layers = _layers(path, labels, 1.0)
        show_warning(f"{Path(path).name} opens in pixels: {error.came_in}")
        return layers


def _layers(path: PathLike, labels: bool, pixel_size: float | None) -> list[LayerData]:
    calibrated = pixel_size is None
    if labels:
        return [phase_layer(read_labels(path, pixel_size_nm=pixel_size), calibrated, path=str(path))]
    return micrograph_layers(read(path, pixel_size_nm=pixel_size), calibrated, path=str(path))
