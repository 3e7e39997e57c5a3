"""Columns of the node table as people read them: names in words, units as printed, numbers with three digits."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from ssbi_core.graph.nodes import TERMINALS
from ssbi_core.materials import PHASES, Phase

_UNITS = {
    "_S_per_cm": "S/cm",
    "_ohm_cm2": "Ω cm²",
    "_nm3": "nm³",
    "_nm2": "nm²",
    "_nm": "nm",
    "_deg": "°",
    "_px": "px",
}
_CAPITALS = {"eds": "EDS", "haadf": "HAADF", "llzo": "LLZO", "nmc": "NMC"}
PHASE_TITLES = {
    **{phase.key: " ".join(_CAPITALS.get(word, word) for word in phase.key.split("_")) for phase in PHASES},
    TERMINALS[0]: "first terminal",
    TERMINALS[1]: "last terminal",
}
"""Phase of a node -> its name in words."""

_MISSING = "–"  # noqa: RUF001
_NO_BREAK, _JOINED = "\u00a0", "\u2060"
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def stem_and_unit(column: str) -> tuple[str, str]:
    """Name of a column without its unit, and the unit: ``area_nm2`` -> ("area", "nm²")."""
    for ending, unit in _UNITS.items():
        if column.endswith(ending):
            return column.removesuffix(ending), unit
    return column, ""


def title(column: str) -> str:
    """Name of a column in words with its unit: ``area_nm2`` -> "Area (nm²)"."""
    stem, unit = stem_and_unit(column)
    words = " ".join(_CAPITALS.get(word, word) for word in stem.split("_"))
    words = words[:1].upper() + words[1:]
    return f"{words} ({unit})" if unit else words


def numeric_features(nodes: pd.DataFrame) -> list[str]:
    """Columns that can be plotted or be a colour scale: measures, not bounding boxes, with at least one value."""
    return [
        str(name)
        for name, column in nodes.items()
        if is_numeric_dtype(column) and not is_bool_dtype(column) and not is_box(str(name)) and column.notna().any()
    ]


def is_box(column: str) -> bool:
    """Whether a column is a side of the bounding box, which is for programs and not for eyes."""
    return re.fullmatch(r"bbox_\w+_px", column) is not None


def number(value: float) -> str:
    """Three significant digits, in powers of ten outside 0.01 to 10 000."""
    # As in the report; its own formatting brings in the solvers, for which a window should not wait.
    if not np.isfinite(value):
        return _MISSING
    mantissa, exponent = f"{value:.2e}".split("e")
    if value == 0 or -2 <= int(exponent) < 4:
        decimals = 2 - int(exponent)
        return f"{round(value, decimals):.{max(decimals, 0)}f}" if value else "0"
    return f"{mantissa} × 10{str(int(exponent)).translate(_SUPERSCRIPTS)}"


def words(value: Any) -> str:
    """A cell of the node table as text."""
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    if isinstance(value, (int, np.integer)):
        return str(value)
    if isinstance(value, (float, np.floating)):
        return number(float(value))
    return _MISSING if value is None else PHASE_TITLES.get(str(value), str(value))


def phase_code(key: str) -> Phase | None:
    """Phase of a node, None for a terminal."""
    return None if key in TERMINALS else Phase.parse(key)


def sentence(nodes: pd.DataFrame, node: int) -> str:
    """A node in one line: what it is, and its main measures."""
    row = nodes.loc[node]
    name = f"{words(row['phase'])} {node}"
    measures = ("area_nm2", "volume_nm3", "equivalent_diameter_nm", "thickness_nm", "conductivity_S_per_cm")
    parts = [_measure(column, row[column]) for column in measures if column in row.index and pd.notna(row[column])]
    return " · ".join([name[:1].upper() + name[1:], *parts])


def _measure(column: str, value: float) -> str:
    short = {"equivalent_diameter_nm": "⌀ ", "thickness_nm": "thickness ", "conductivity_S_per_cm": "σ "}
    measure = f"{short.get(column, '')}{words(float(value))} {stem_and_unit(column)[1]}"
    return measure.replace(" ", _NO_BREAK).replace("/", f"{_JOINED}/{_JOINED}")  # a line ends between measures
