"""One measured conductivity: of which image, at which temperature, how large. A wrong cell says what is wrong."""

from __future__ import annotations

import math
from functools import partial

from napari.components import ViewerModel
from napari.layers import Labels, Layer
from qtpy.QtCore import QObject, Signal
from qtpy.QtWidgets import QLineEdit, QToolButton, QWidget

from napari_ssbi.compute.prediction import Measured
from napari_ssbi.inputs import MARK, labels_source
from napari_ssbi.layers import DERIVED
from napari_ssbi.widgets.layer_choice import LayerChoice
from napari_ssbi.widgets.number_cell import mark, reason_label, typed_number
from ssbi_core.errors import SsbiError

_COLDEST, _HOTTEST = 100.0, 2000.0  # K, as in the Data step
_LARGEST = 10.0  # S/cm; no ion conductor reaches it
_UNITS = ("S/cm", "K")
_WIDTHS = {1: 62, 2: 84}
_EVENTS = ("labels_update", "paint", "set_data", "scale", "units")  # what is measured is what the layer shows


class MeasuredRow(QObject):
    """One measurement.

    Attributes
    ----------
    image, temperature, conductivity, remove : its cells.
    reason : what is wrong with them, under them.
    """

    edited = Signal()

    def __init__(self, viewer: ViewerModel, temperature: float) -> None:
        super().__init__()
        self.image = LayerChoice(viewer, _is_measurable, "choose an image", own="this image")
        self.image.setMinimumContentsLength(6)
        self.temperature, self.conductivity = QLineEdit(f"{temperature:g}"), QLineEdit()
        self.conductivity.setPlaceholderText("1.2e-5")
        self.remove = QToolButton()
        self.remove.setText("×")
        self.remove.setToolTip("Remove this measurement")
        self.cells: tuple[QWidget, ...] = (self.image, self.temperature, self.conductivity, self.remove)
        for column, width in _WIDTHS.items():
            self.cells[column].setFixedWidth(width)
        self.reason = reason_label()
        self._marked: set[QWidget] = set()
        self._watched: Layer | None = None
        self._changes = 0
        self._checked: tuple[object, str] = (None, "")
        self.image.chosen.connect(self._choose)
        for line in (self.temperature, self.conductivity):
            line.textChanged.connect(partial(self._edit, line))

    def typed(self) -> tuple[object, ...]:
        """Image, version of its labels, temperature and conductivity."""
        layer = self.image.layer()
        image = None if layer is None else (id(layer), self._changes)
        return (image, _number(self.temperature), _number(self.conductivity))

    def measured(self) -> Measured:
        """The record; raises where the layer cannot be read."""
        layer = self.image.layer()
        phases = None if layer is None else labels_source(layer).phases
        name = self.image.currentText()
        return Measured(name, phases, _number(self.temperature), _number(self.conductivity))

    def wrong(self) -> dict[QWidget, str]:
        """Cell -> what is wrong with it."""
        found = {
            self.image: self._wrong_image(),
            self.temperature: _wrong_number(self.temperature.text(), "temperature", "K", _COLDEST, _HOTTEST),
            self.conductivity: _wrong_number(self.conductivity.text(), "conductivity", "S/cm", 0.0, _LARGEST),
        }
        return {cell: reason for cell, reason in found.items() if reason}

    def mark_all(self) -> None:
        """Mark what is wrong, also where nothing was typed yet."""
        self._marked.update(self.cells)
        self._mark()

    def name(self, title: str) -> None:
        """For those who hear the table."""
        names = ("image", "temperature in K", "conductivity in S/cm", "remove")
        for cell, name in zip(self.cells, names, strict=True):
            cell.setAccessibleName(f"{title}: {name}")

    def release(self) -> None:
        """Let go of the viewer and its layers."""
        self._watch(None)
        self.image.disconnect_viewer()

    def _choose(self) -> None:
        layer = self.image.layer()
        if layer is not self._watched:
            self._watch(layer)
        self._edit(self.image)

    def _edit(self, cell: QWidget, _text: object = None) -> None:
        self._marked.add(cell)
        self._mark()
        self.edited.emit()

    def _mark(self) -> None:
        wrong = {cell: reason for cell, reason in self.wrong().items() if cell in self._marked}
        for cell in self.cells[:-1]:
            mark(cell, wrong.get(cell, ""))
        self.reason.setText("; ".join(wrong.values()))
        self.reason.setVisible(bool(wrong))

    def _wrong_image(self) -> str:
        layer = self.image.layer()
        if layer is None:
            return "" if self.image.is_own else "no image chosen"
        version = (id(layer), self._changes)
        if self._checked[0] != version:  # a large image takes too long to be read at every key
            self._checked = (version, _why_not(layer))
        return self._checked[1]

    def _watch(self, layer: Layer | None) -> None:
        for event in _EVENTS:
            if self._watched is not None:
                getattr(self._watched.events, event).disconnect(self._layer_changed)
            if layer is not None:
                getattr(layer.events, event).connect(self._layer_changed)
        self._watched = layer

    def _layer_changed(self, _event: object = None) -> None:
        self._changes += 1
        self._edit(self.image)


def _is_measurable(layer: Layer) -> bool:
    """Labels but for what this plugin derived, which "this image" stands for."""
    return isinstance(layer, Labels) and layer.metadata.get(MARK, {}).get("role") not in DERIVED


def _why_not(layer: Layer) -> str:
    try:
        labels_source(layer)
    except SsbiError as error:
        return error.came_in
    return ""


def _number(cell: QLineEdit) -> float:
    return typed_number(cell.text(), *_UNITS)


def _wrong_number(text: str, word: str, unit: str, low: float, high: float) -> str:
    value = typed_number(text, *_UNITS)
    if not text.strip():
        return f"the {word} is missing"
    if not math.isfinite(value):
        return f"{word} {text.strip()!r} is not a number"
    if value <= low and low == 0:
        return f"{word} {value:g} {unit} is not positive"
    if not low <= value <= high:
        return f"{word} {value:g} {unit} is outside {low:g} to {high:g} {unit}"
    return ""
