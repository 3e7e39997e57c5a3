"""Label images in: phase codes, or any whole numbers with a mapping to phases."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from ssbi_core.errors import InputError, ReadError
from ssbi_core.io.calibration import check_pixel_size, missing_calibration
from ssbi_core.io.checks import LARGEST_PIXELS, check_size
from ssbi_core.io.digest import sha256_of
from ssbi_core.io.formats import open_signals
from ssbi_core.io.phase_map import PhaseMap
from ssbi_core.io.planes import declared_bytes
from ssbi_core.io.signals import Signal
from ssbi_core.materials import PHASES, Phase

Mapping_ = Mapping[int, str | int] | Mapping[str, str | int]


def read_labels(
    path: str | Path, *, pixel_size_nm: float | None = None, mapping: str | Path | Mapping_ | None = None
) -> PhaseMap:
    """Read a label image, (rows, columns) or (slices, rows, columns).

    Parameters
    ----------
    path : image file of any format `read` knows, with one whole number per pixel.
    pixel_size_nm : edge of a square pixel or cubic voxel in nm; overrides the file's own.
    mapping : label value -> phase name or code, as a dict or the path of a TOML or JSON file; without it
        the values are the codes of `Phase`, 0 to 8.

    Raises
    ------
    InputError
        If a value stands for no phase; the message lists them.
    ReadError
        If the file cannot be read, is a colour image, or holds fractions.
    CalibrationError
        If the pixel size is missing or makes no sense.
    """
    path = Path(path)
    given = None if pixel_size_nm is None else check_pixel_size(pixel_size_nm, "given")
    table = None if mapping is None else _table(mapping)
    with open_signals(path) as signals:
        signal = _label_signal(signals, path.name)
        size = given if given is not None else _square(signal, path.name)
        values = _whole_numbers(np.asarray(signal.data[...]), path.name)
    values = values.reshape([n for n in values.shape if n > 1] if values.ndim > 2 else values.shape)
    labels = _codes(values, path.name) if table is None else _mapped(values, table, path.name)
    metadata = {**signal.metadata, "pixel_size_source": "file" if given is None else "given"}
    return PhaseMap(labels, size, name=path.name.split(".")[0], metadata=metadata, sha256=sha256_of(path))


def _label_signal(signals: Sequence[Signal], file: str) -> Signal:
    signal = signals[0]
    sizes = dict(zip(signal.axes, signal.data.shape, strict=True))
    if sizes.get("S", 1) > 1:
        raise ReadError(
            f"{file} is a colour image", "one whole number per pixel", "export the label values, not their colours"
        )
    extra = [axis for axis, n in sizes.items() if n > 1 and axis not in "YX"]
    if len(signals) > 1 or len(extra) > 1 or "E" in extra or not min(signal.image_shape):
        raise ReadError(
            f"{file} holds {len(signals)} arrays, the first of shape {tuple(signal.data.shape)}",
            "one label image, (rows, columns) or (slices, rows, columns)",
            "save the labels alone in a file",
        )
    check_size(signal.image_shape, file)
    if declared_bytes(signal) // np.dtype(signal.data.dtype).itemsize > LARGEST_PIXELS:
        raise ReadError(f"{file} has more than {LARGEST_PIXELS // 10**6} million voxels", "fewer", "crop the volume")
    return signal


def _square(signal: Signal, file: str) -> float:
    if signal.pixel_size_nm is None:
        raise missing_calibration(file)
    rows, columns = (check_pixel_size(size, f"as {file} says") for size in signal.pixel_size_nm)
    if abs(rows - columns) > 2e-3 * min(rows, columns):
        raise missing_calibration(file, f"pixels of {rows:.4g} x {columns:.4g} nm, which are not square")
    return rows


def _whole_numbers(values: np.ndarray, file: str) -> np.ndarray:
    whole = values.dtype.kind in "biu" or (
        values.dtype.kind == "f" and bool(np.all(np.isfinite(values)) and np.all(values == np.rint(values)))
    )
    if not whole:
        raise ReadError(
            f"{file} holds values of type {values.dtype} that are not whole numbers",
            "one whole number per pixel",
            "give a label image, or run ssbi segment on the micrograph first",
        )
    return values


def _codes(values: np.ndarray, file: str) -> np.ndarray:
    if values.min() < 0 or values.max() > len(PHASES):
        known = ", ".join(f"{phase.value} {phase.key}" for phase in PHASES)
        raise InputError(
            f"{file} has label values {_listed(np.unique(values))}",
            f"0 unlabelled, {known}",
            "map them with --mapping FILE (mapping= in Python): value = phase name, one per line",
        )
    return np.ascontiguousarray(values, dtype=np.uint8)


def _mapped(values: np.ndarray, table: Mapping[int, Phase], file: str) -> np.ndarray:
    found, inverse = np.unique(values, return_inverse=True)
    unknown = [value for value in found if int(value) not in table and value != 0]
    if unknown:
        raise InputError(
            f"{file} has label values {_listed(np.asarray(unknown))} that the mapping does not name",
            f"the mapped values {_listed(np.asarray(sorted(table)))} (0 stays unlabelled)",
            "add them to the mapping",
        )
    codes = np.array([table.get(int(value), Phase.UNLABELLED) for value in found], dtype=np.uint8)
    return codes[inverse].reshape(values.shape)


def _table(mapping: str | Path | Mapping_) -> dict[int, Phase]:
    if isinstance(mapping, str | Path):
        mapping = _mapping_file(Path(mapping))
    try:
        return {int(value): Phase.parse(phase) for value, phase in mapping.items()}
    except (TypeError, ValueError, AttributeError):
        raise InputError(
            f"label mapping {str(mapping)[:200]}",
            "whole numbers mapped to phase names or codes",
            'write one line per value, e.g. 7 = "llzo"',
        ) from None


def _mapping_file(path: Path) -> Mapping_:
    try:
        text = path.read_text(encoding="utf-8")
        return json.loads(text) if path.suffix.lower() == ".json" else tomllib.loads(text)
    except (OSError, ValueError) as error:
        raise InputError(
            f"label mapping {path} ({error})", "a readable TOML or JSON file: value = phase name", "correct the file"
        ) from error


def _listed(values: np.ndarray) -> str:
    shown = ", ".join(f"{value:g}" for value in values[:20])
    return shown + (f" and {len(values) - 20} more" if len(values) > 20 else "")
