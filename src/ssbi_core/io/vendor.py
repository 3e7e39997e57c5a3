"""Formats of microscope vendors through RosettaSciIO: DM3/DM4, EMD, BCF, ser/emi, MRC, HSPY/ZSPY."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, time
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from ssbi_core.io.bcf_spectra import BcfSpectra
from ssbi_core.io.calibration import to_nm
from ssbi_core.io.isolated import run_isolated
from ssbi_core.io.signals import COLOUR, ENERGY, FRAME, SLICE, UNKNOWN, EnergyAxis, Signal, X, Y, distinct

_MODULES = {
    ".dm3": "digitalmicrograph",
    ".dm4": "digitalmicrograph",
    ".emd": "emd",
    ".bcf": "bruker",
    ".ser": "tia",
    ".emi": "tia",
    ".mrc": "mrc",
    ".hspy": "hspy",
    ".zspy": "zspy",
}
_TITLES = {
    ".dm3": "DigitalMicrograph 3",
    ".dm4": "DigitalMicrograph 4",
    ".emd": "EMD",
    ".bcf": "Bruker BCF",
    ".ser": "TIA",
    ".emi": "TIA",
    ".mrc": "MRC",
    ".hspy": "HSPY",
    ".zspy": "ZSPY",
}
_KEV_PER_UNIT = {"ev": 1e-3, "kev": 1.0, "mev": 1e3}
_TIME_UNITS = frozenset({"s", "ms", "us", "µs", "ns", "min", "sec", "seconds"})
_LONGEST_TEXT = 300
_HDF5_SECONDS = 6

Axis = Mapping[str, Any]


@contextlib.contextmanager
def open_vendor(path: Path) -> Iterator[list[Signal]]:
    """Yield every array of a vendor file as a signal, lazily."""
    suffix = path.suffix.lower()
    if suffix in (".emd", ".hspy"):
        run_isolated("walk_hdf5", path, seconds=_HDF5_SECONDS)
    read = import_module(f"rsciio.{_MODULES[suffix]}").file_reader
    # RosettaSciIO opens lazy ZSPY folders for writing unless told otherwise.
    options = {"mode": "r"} if suffix == ".zspy" else {}
    try:
        datasets = read(str(path), lazy=True, **options)
    except NotImplementedError:  # some flavours cannot be read lazily
        datasets = read(str(path), lazy=False, **options)
    only = len(datasets) == 1 and suffix not in (".emd", ".bcf", ".hspy", ".zspy")
    yield [_signal(dataset, path, _TITLES[suffix], only) for dataset in datasets]


def _signal(dataset: Mapping[str, Any], path: Path, kind: str, only: bool) -> Signal:
    described = dataset.get("metadata") or {}
    title = str(described.get("General", {}).get("title") or "").strip()
    # A lone image of these formats bears the file's name, which says nothing about the signal.
    name = "" if title in ("__unnamed__", "<undefined>") or (only and title == path.stem) else title
    data, axes = _array_and_axes(dataset)
    letters = _letters(axes)
    if kind == _TITLES[".bcf"] and ENERGY in letters:
        data = BcfSpectra(path, data)
    signal_type = str(described.get("Signal", {}).get("signal_type") or "")
    technique = (
        "EDS" if signal_type.startswith("EDS") else signal_type or ("spectrum" if ENERGY in letters else "image")
    )
    energies = [_energy(axis) for axis, letter in zip(axes, letters, strict=True) if letter == ENERGY]
    if data.ndim == len(axes) + 1:
        letters += COLOUR
    return Signal(
        name,
        data,
        letters,
        _pixel_size(axes, letters),
        energy=energies[0] if energies else None,
        technique=technique,
        metadata={"format": kind, **_facts(described, dataset)},
    )


def _array_and_axes(dataset: Mapping[str, Any]) -> tuple[Any, list[Axis]]:
    data, axes = dataset["data"], list(dataset["axes"])
    if all(axis.get("index_in_array") is not None for axis in axes):
        axes.sort(key=lambda axis: int(axis["index_in_array"]))
    if data.dtype.names:  # RosettaSciIO packs red, green and blue into one structured value
        data = np.stack([np.asarray(data[field]) for field in data.dtype.names[:3]], axis=-1)
    return data, axes


def _letters(axes: Sequence[Axis]) -> str:
    letters = [ENERGY if _is_energy(axis) else FRAME if _is_time(axis) else "" for axis in axes]
    lengths = [i for i, letter in enumerate(letters) if not letter]
    names = [str(axes[i].get("name") or "").lower() for i in lengths]
    spatial = lengths[-2:] if len(lengths) >= 2 else []
    for i, letter in zip(spatial, (X, Y) if names[-2:] in (["x", "y"], ["width", "height"]) else (Y, X), strict=False):
        letters[i] = letter
    for i, name in zip(lengths, names, strict=True):
        letters[i] = letters[i] or (SLICE if name in ("z", "depth", "tilt", "slice") else UNKNOWN)
    return distinct("".join(letters))


def _is_energy(axis: Axis) -> bool:
    return str(axis.get("units") or "").lower() in _KEV_PER_UNIT or "energy" in str(axis.get("name") or "").lower()


def _is_time(axis: Axis) -> bool:
    name = str(axis.get("name") or "").lower()
    return str(axis.get("units") or "").lower() in _TIME_UNITS or name in ("time", "frame", "frames", "scan")


def _energy(axis: Axis) -> EnergyAxis | None:
    factor = _KEV_PER_UNIT.get(str(axis.get("units") or "").lower())
    scale = float(axis.get("scale") or 0)
    if factor is None or not np.isfinite(scale) or scale <= 0:
        return None
    return EnergyAxis(float(axis.get("offset") or 0) * factor, scale * factor, int(axis["size"]))


def _pixel_size(axes: Sequence[Axis], letters: str) -> tuple[float, float] | None:
    if Y not in letters or X not in letters:
        return None
    sizes = [
        to_nm(axis.get("scale"), str(axis.get("units") or "")) for axis in (axes[letters.index(i)] for i in (Y, X))
    ]
    return (sizes[0], sizes[1]) if sizes[0] and sizes[1] else None


def _facts(described: Mapping[str, Any], dataset: Mapping[str, Any]) -> dict[str, Any]:
    general = described.get("General") or {}
    facts = {key: general[key] for key in ("date", "time", "authors") if general.get(key)}
    acquisition = {**_flat(described.get("Acquisition_instrument") or {}), **_translated(dataset)}
    return _plain({**facts, "acquisition": {key: value for key, value in acquisition.items() if value is not None}})


def _flat(tree: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in tree.items():
        flat.update(_flat(value, f"{prefix}{key}.") if isinstance(value, Mapping) else {f"{prefix}{key}": value})
    return flat


def _translated(dataset: Mapping[str, Any]) -> dict[str, Any]:
    """Acquisition facts RosettaSciIO leaves to be looked up: path in the vendor's metadata -> (name, conversion)."""
    facts = {}
    for source, (target, convert) in (dataset.get("mapping") or {}).items():
        value: Any = dataset.get("original_metadata") or {}
        for key in source.split("."):
            value = value.get(key) if isinstance(value, Mapping) else None
        if value is not None and target.startswith("Acquisition_instrument."):
            with contextlib.suppress(Exception):  # a fact that cannot be converted is left out
                facts[target.removeprefix("Acquisition_instrument.")] = convert(value) if convert else value
    return facts


def _plain(value: Any) -> Any:
    """The same facts in types JSON knows; anything else as short text."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bool | int | str) or value is None:
        return value
    if isinstance(value, float):
        return value if np.isfinite(value) else None
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return str(value)[:_LONGEST_TEXT]
