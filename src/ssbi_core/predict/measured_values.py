"""Measured conductivities as a user gives them: NAME=S/cm, or a table in a file."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from ssbi_core.errors import InputError, ReadError

_IMAGE, _VALUE, _TEMPERATURE = "image", "conductivity_S_per_cm", "temperature_K"
_WANTED = f"NAME=S/cm, or a .csv or .parquet file with columns {_IMAGE}, {_VALUE} and, where it differs, {_TEMPERATURE}"
_TABLES = {".csv", ".parquet"}


class MeasuredValue(NamedTuple):
    """What was measured of one image.

    Attributes
    ----------
    image : name, the file name up to the first dot.
    conductivity_S_per_cm : effective.
    temperature_K : of the measurement.
    """

    image: str
    conductivity_S_per_cm: float
    temperature_K: float


def read_measured(given: Sequence[str], temperature: float) -> list[MeasuredValue]:
    """Read measured conductivities.

    Parameters
    ----------
    given : each NAME=S/cm, or the path of a table.
    temperature : K, of those that do not say theirs.

    Raises
    ------
    InputError
        If a number makes no sense, a column is missing, or an image is given twice at one temperature.
    ReadError
        If a file is missing or damaged.
    """
    values = [value for text in given for value in _values(text, temperature)]
    for value in values:
        _refuse(value)
    ((image, kelvin), times) = Counter((value.image, value.temperature_K) for value in values).most_common(1)[0]
    if times > 1:
        came_in = f"{times} measured conductivities of {image} at {kelvin:g} K"
        raise InputError(came_in, "one per image and temperature", "give their mean")
    return values


def _values(text: str, temperature: float) -> list[MeasuredValue]:
    path = Path(text)
    if path.suffix.lower() in _TABLES:
        return _of_table(_table(path), path.name, temperature)
    name, _, number = text.rpartition("=")
    try:
        return [MeasuredValue(_name(name), float(number), temperature)]
    except ValueError:
        raise InputError(f"--measured {text!r}", _WANTED, "write for instance --measured scan_01=2.5e-6") from None


def _name(text: str) -> str:
    if not text.strip():
        raise ValueError(text)
    return text.strip()


def _table(path: Path) -> pd.DataFrame:
    try:
        if path.suffix.lower() == ".parquet":
            return pd.read_parquet(path)
        return pd.read_csv(path, dtype={_IMAGE: str}, skipinitialspace=True)  # 007 is a name
    except Exception as error:  # pandas and pyarrow raise many kinds
        raise ReadError(f"{path} ({error})", _WANTED, "check the path, or save the table again") from error


def _of_table(table: pd.DataFrame, file: str, temperature: float) -> list[MeasuredValue]:
    missing = [name for name in (_IMAGE, _VALUE) if name not in table]
    if missing or table.empty:
        came_in = f"{file} without {' and '.join(missing) if missing else 'rows'}"
        raise InputError(came_in, _WANTED, f"it has columns {', '.join(map(str, table.columns))}: rename or add")
    kelvins = table[_TEMPERATURE].fillna(temperature) if _TEMPERATURE in table else [temperature] * len(table)
    rows = zip(table[_IMAGE].astype(str), table[_VALUE], kelvins, strict=True)
    try:
        return [MeasuredValue(_name(image), float(value), float(kelvin)) for image, value, kelvin in rows]
    except (TypeError, ValueError) as error:
        raise InputError(f"{file} ({error})", f"numbers in {_VALUE} and {_TEMPERATURE}", "correct the file") from None


def _refuse(value: MeasuredValue) -> None:
    image, conductivity, kelvin = value
    if not (math.isfinite(conductivity) and conductivity > 0):
        came_in = f"a measured conductivity of {conductivity:g} S/cm of {image}"
        raise InputError(came_in, "a positive number", "leave out samples that were not measured or do not conduct")
    if not (math.isfinite(kelvin) and kelvin > 0):
        raise InputError(f"a temperature of {kelvin:g} K of {image}", "a positive number", "give kelvin")
