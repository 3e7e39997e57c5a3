"""Images and label images out: OME-TIFF with the pixel size in nm, the same bytes for the same content.

Label files carry the channel name `LABEL_MARKER`, so that a reader knows phase codes from grey values.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import tifffile

from ssbi_core.errors import InputError
from ssbi_core.io.atomic import atomic_path
from ssbi_core.io.calibration import check_pixel_size
from ssbi_core.materials import PHASES

LABEL_MARKER = "ssbi phase codes"
_AXES = {2: "YX", 3: "ZYX"}


def write_image(
    path: str | Path, array: np.ndarray, pixel_size_nm: float, channel_names: Sequence[str] | None = None
) -> Path:
    """Write an image, channels or a volume as OME-TIFF.

    Parameters
    ----------
    path : file to write (replaced if it exists), ending in .tif or .tiff.
    array : (rows, columns), (channels, rows, columns) with `channel_names`, or (slices, rows, columns).
        uint8, uint16 and float32 are kept; bool becomes uint8, every other type float32.
    pixel_size_nm : edge of the square pixel or cubic voxel.
    channel_names : one per channel; of a 2D array, its one name.

    Raises
    ------
    InputError
        If the shape and the names do not fit.
    CalibrationError
        If the pixel size makes no sense.
    OutputError
        If the file cannot be written.
    """
    array = _storable(np.asarray(array))
    names = list(channel_names) if channel_names is not None else []
    _check_names(array, names)
    axes = "CYX" if names and array.ndim == 3 else _AXES[array.ndim]
    return _write(Path(path), array, axes, check_pixel_size(pixel_size_nm, "given to write_image"), names)


def write_labels(path: str | Path, labels: np.ndarray, pixel_size_nm: float) -> Path:
    """Write phase codes as uint8 OME-TIFF that `read_labels` and napari know as labels.

    Parameters
    ----------
    path : file to write (replaced if it exists).
    labels : (rows, columns) or (slices, rows, columns) of whole numbers, codes 0-8.
    pixel_size_nm : edge of the square pixel or cubic voxel.

    Raises
    ------
    InputError
        If a value is no phase code.
    """
    labels = np.asarray(labels)
    if labels.dtype.kind not in "iub" or labels.size == 0 or labels.min() < 0 or labels.max() > len(PHASES):
        raise InputError(
            f"labels of type {labels.dtype} and shape {labels.shape}",
            f"whole numbers 0-{len(PHASES)} in 2D or 3D",
            "write only phase codes; see ssbi_core.materials.Phase",
        )
    codes = _storable(labels.astype(np.uint8))
    size = check_pixel_size(pixel_size_nm, "given to write_labels")
    return _write(Path(path), codes, _AXES[codes.ndim], size, [LABEL_MARKER])


def _write(path: Path, array: np.ndarray, axes: str, pixel_size_nm: float, names: list[str]) -> Path:
    metadata = _metadata(axes, pixel_size_nm, names)
    metadata["Name"] = path.name.split(".")[0]
    metadata["UUID"] = _content_id(array, metadata)
    with (
        atomic_path(path) as temporary,
        tifffile.TiffWriter(temporary, ome=True, bigtiff=array.nbytes > 2**31) as writer,
    ):
        writer.write(array, photometric="minisblack", compression="zlib", metadata=metadata, software=False)
    return path


def _storable(array: np.ndarray) -> np.ndarray:
    if array.ndim not in _AXES or array.size == 0 or array.dtype.kind not in "biuf":
        raise InputError(
            f"array of shape {array.shape} and type {array.dtype}",
            "real numbers as (rows, columns), (channels, rows, columns) or (slices, rows, columns)",
            "reshape or convert the array",
        )
    if array.dtype.kind == "b":
        return array.astype(np.uint8)
    native = array.dtype.newbyteorder("=")
    kept = native in (np.uint8, np.uint16, np.float32)
    return np.ascontiguousarray(array, dtype=native if kept else np.float32)


def _check_names(array: np.ndarray, names: Sequence[str]) -> None:
    channels = array.shape[0] if array.ndim == 3 else 1
    if names and len(names) != channels:
        raise InputError(
            f"{len(names)} channel names for {channels} channels", "one name per channel", "give as many names"
        )


def _metadata(axes: str, pixel_size_nm: float, names: list[str]) -> dict[str, Any]:
    metadata: dict[str, Any] = {"axes": axes, "Creator": "napari-ssbi"}
    for axis in axes.replace("C", ""):
        metadata[f"PhysicalSize{axis}"] = pixel_size_nm
        metadata[f"PhysicalSize{axis}Unit"] = "nm"
    if names:
        metadata["Channel"] = {"Name": names}
    return metadata


def _content_id(array: np.ndarray, metadata: dict[str, Any]) -> str:
    """OME wants an identifier per file; made from the content, it keeps the bytes reproducible."""
    digest = sha256(repr((array.shape, array.dtype.str, metadata)).encode())
    digest.update(array.tobytes())
    return str(uuid.uuid5(uuid.NAMESPACE_OID, digest.hexdigest()))
