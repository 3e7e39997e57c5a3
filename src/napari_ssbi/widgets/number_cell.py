"""Numbers typed into the cells of a table: read as people write them, and marked where they are wrong."""

from __future__ import annotations

import math

from qtpy.QtWidgets import QLabel, QWidget

WRONG = "#D55E00"
_MARK = f"QComboBox, QLineEdit {{ border: 1px solid {WRONG}; }}"


def typed_number(text: str, *units: str) -> float:
    """As typed, with a point or a comma, with or without one of the units; NaN where it is none."""
    plain = text.strip()
    for unit in units:
        plain = plain.removesuffix(unit).strip()
    try:
        return float(plain.replace(",", "."))
    except ValueError:
        return math.nan


def mark(cell: QWidget, reason: str) -> None:
    """Say on a cell what is wrong with it; nothing where that is nothing."""
    cell.setStyleSheet(_MARK if reason else "")
    cell.setToolTip(reason)
    cell.setAccessibleDescription(reason)


def reason_label() -> QLabel:
    """What is wrong with the cells of a row, to be shown under it."""
    label = QLabel()
    label.setWordWrap(True)
    label.setStyleSheet(f"border-left: 3px solid {WRONG}; padding-left: 6px;")
    label.hide()
    return label
