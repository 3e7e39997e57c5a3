"""One lever of a process: whether it may change, its value now, between which values, and its price."""

from __future__ import annotations

import math

from qtpy.QtCore import QObject, Signal
from qtpy.QtWidgets import QCheckBox, QLineEdit, QWidget

from napari_ssbi.widgets.forms import allowed_range
from napari_ssbi.widgets.number_cell import mark, reason_label, typed_number
from ssbi_core.optimize.closed_loop.config import BOUNDS, ClosedLoopConfig
from ssbi_core.simulate.process import ProcessParameters

_WIDTHS = (42, 40, 40, 46)  # pixels of the cells: the dock is no wider
_SHORT = {
    "sintering_temperature_C": "Sintering",
    "sintering_time_h": "Sintering",
    "initial_grain_size_nm": "Milled grain",
    "nmc_grain_size_nm": "NMC grain",
    "coating_thickness_nm": "Coating",
    "surface_treatment": "Clean surface",
    "pressure_MPa": "Pressure",
}
"""Titles that leave room for the cells; the whole one stands in the tip."""
_UNITS = {"degC": "°C", "1": ""}
"""What people write, where it is not what files say."""


class LeverRow(QObject):
    """The cells of a process parameter.

    Attributes
    ----------
    free, start, low, high, price : the cells.
    reason : what is wrong with them, under them.
    """

    edited = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        field = ProcessParameters.model_fields[name]
        self.name, self.unit = name, lever_unit(name)
        self.default = float(field.default)
        self._start_tip = ""
        self._range = allowed_range(field)[:2]
        numbers = (*BOUNDS[name], ClosedLoopConfig().price(name))
        self.free = QCheckBox(lever_title(name))
        self.free.setChecked(True)
        self.free.setToolTip(f"{field.title}. {field.description} Ticked: may change.")
        self.free.setAccessibleName(f"{field.title} may change")
        self.start = QLineEdit()
        self.low, self.high, self.price = (QLineEdit(f"{value:g}") for value in numbers)
        self.cells: tuple[QWidget, ...] = (self.free, self.start, self.low, self.high, self.price)
        self.reason = reason_label()
        self.free.toggled.connect(self._tick)
        for cell, width in zip(self._lines(), _WIDTHS, strict=True):
            cell.setFixedWidth(width)
            cell.textChanged.connect(lambda _=None: self._edit())
        title = str(field.title)
        for cell, word in zip(self._lines(), ("start", "low", "high", "price"), strict=True):
            cell.setAccessibleName(f"{title}: {word}")

    def show_start(self, *, of_image: bool) -> None:
        """Say what an empty start stands for: inferred from the image, or the usual value."""
        self.start.setPlaceholderText("auto" if of_image else f"{self.default:g}")
        self._start_tip = "inferred from the image" if of_image else "the usual value"
        self.show_wrong()

    def known(self) -> float | None:
        """The start; None where it is not told."""
        return self._number(self.start) if self.start.text().strip() else None

    def bounds(self) -> tuple[float, float]:
        """Lowest and highest value."""
        return self._number(self.low), self._number(self.high)

    def cost(self) -> float:
        """The price."""
        return self._number(self.price)

    def wrong(self) -> dict[QWidget, str]:
        """Cell -> what is wrong with it."""
        found = {self.price: self._wrong_price()}
        if self.start.text().strip():
            found[self.start] = self._wrong_value(self.start, "start")
        if self.free.isChecked():
            found[self.low] = self._wrong_value(self.low, "low")
            found[self.high] = self._wrong_value(self.high, "high")
            low, high = self.bounds()
            if not found[self.low] and not found[self.high] and low >= high:
                found[self.high] = f"low {low:g} is not below high {high:g}"
        return {cell: reason for cell, reason in found.items() if reason}

    def show_wrong(self) -> None:
        """Mark what is wrong."""
        wrong = self.wrong()
        for cell in self._lines():
            mark(cell, wrong.get(cell, ""))
        if self.start not in wrong:
            self.start.setToolTip(f"Value of the process now; empty: {self._start_tip}")
        if self.price not in wrong:
            self.price.setToolTip(_price_tip(self.name, self.unit))
        self.reason.setText("; ".join(wrong.values()))
        self.reason.setVisible(bool(wrong))

    def _lines(self) -> tuple[QLineEdit, ...]:
        return (self.start, self.low, self.high, self.price)

    def _tick(self, free: bool) -> None:
        for cell in (self.low, self.high):
            cell.setEnabled(free)
        self._edit()

    def _edit(self) -> None:
        self.show_wrong()
        self.edited.emit()

    def _number(self, cell: QLineEdit) -> float:
        return typed_number(cell.text(), *filter(None, (self.unit,)))

    def _wrong_value(self, cell: QLineEdit, word: str) -> str:
        value, (low, high) = self._number(cell), self._range
        unit = f" {self.unit}" if self.unit else ""
        if not cell.text().strip():
            return f"{word} is missing"
        if not math.isfinite(value):
            return f"{word} {cell.text().strip()!r} is not a number"
        if not low <= value <= high:
            return f"{word} {value:g}{unit} is outside {low:g} to {high:g}{unit}"
        return ""

    def _wrong_price(self) -> str:
        value = self.cost()
        if not math.isfinite(value):
            return f"price {self.price.text().strip()!r} is not a number"
        return f"price {value:g} is negative" if value < 0 else ""


def lever_unit(name: str) -> str:
    """Unit of a process parameter as people write it; empty for a plain number."""
    unit = str((ProcessParameters.model_fields[name].json_schema_extra or {})["unit"])  # type: ignore[index]
    return _UNITS.get(unit, unit)


def lever_title(name: str) -> str:
    """Short title of a process parameter, with its unit."""
    unit = lever_unit(name)
    return f"{_SHORT[name]} ({unit})" if unit else _SHORT[name]


def _price_tip(name: str, unit: str) -> str:
    if name == "initial_grain_size_nm":
        return "Cost per factor e that the powder is milled finer"
    return f"Cost per {unit}" if unit else "Cost from 0 to 1"
