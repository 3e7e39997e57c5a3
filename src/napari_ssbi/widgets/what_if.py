"""What if a property were another one: sliders that give the conductivity while they are dragged.

One question is asked at a time, always the newest: while an answer is awaited, later ones wait in one place and only
the last of them is asked. The numbers are those of the potential solve, an upper bound; running the step gives both
bounds.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import QCheckBox, QGridLayout, QLabel, QPushButton, QSlider, QVBoxLayout, QWidget

from napari_ssbi.compute.tasks import Change
from napari_ssbi.widgets.share_chart import ShareBar, ShareChart
from ssbi_core.materials import INTERFACES, PHASES, MaterialSystem, Phase
from ssbi_core.report.formatting import percent

_STEPS = 400
_DECADES = 3.0  # a property slider reaches this far to both sides of the material's value
_COLDEST, _HOTTEST = 233.15, 473.15
_REMOVABLE = tuple(phase for phase in PHASES if phase not in (Phase.LLZO, Phase.NMC))


class _Knob(NamedTuple):
    """A property on a slider: which phase, and whether its conductivity (S/cm) or its resistance (ohm cm2)."""

    phase: Phase
    title: str
    unit: str


_KNOBS = (
    _Knob(Phase.REACTION_LAYER, "Layer conductivity", "S/cm"),
    _Knob(Phase.CONTACT, "Contact resistance", "Ω cm²"),
    _Knob(Phase.GRAIN_BOUNDARY, "Boundary resistance", "Ω cm²"),
)


class WhatIfPanel(QWidget):
    """Sliders, knock-out boxes and the answer."""

    asked = Signal(object)
    """A `Change` to answer; `show_answer` or `show_problem` is to be called before the next one is asked."""

    def __init__(self) -> None:
        super().__init__()
        self._system: MaterialSystem | None = None
        self._base: float | None = None
        self._start = 298.15
        self._waiting = self._again = False
        self._temperature, self._values = _slider("Temperature in K"), {}
        grid = QGridLayout()
        self._words: dict[Any, QLabel] = {}
        self._row(grid, 0, "Temperature", self._temperature, "temperature")
        for row, knob in enumerate(_KNOBS, 1):
            self._values[knob] = _slider(f"{knob.title} in {knob.unit}")
            self._row(grid, row, knob.title, self._values[knob], knob)
        self._without = {phase: QCheckBox() for phase in _REMOVABLE}
        boxes = QGridLayout()
        for position, box in enumerate(self._without.values()):
            box.toggled.connect(lambda _=None: self._ask())
            boxes.addWidget(box, position // 2, position % 2)
        reset = QPushButton("Back to the materials' values")
        reset.clicked.connect(lambda: self.reset())
        self._sigma = QLabel()
        self._sigma.setObjectName("ssbi_what_if")
        self._sigma.setWordWrap(True)
        self._chart = ShareChart()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.addLayout(grid)
        column.addWidget(QLabel("Without"))
        column.addLayout(boxes)
        column.addWidget(reset)
        column.addWidget(self._sigma)
        column.addWidget(self._chart)
        column.addStretch(1)
        self.setEnabled(False)

    def start(self, system: MaterialSystem, temperature: float, present: Mapping[str, float]) -> None:
        """Ask about a structure from now on, first as it is; `present` are its phases' fractions."""
        self._system, self._base, self._start = system, None, temperature
        self._waiting = self._again = False
        for phase, box in self._without.items():
            title = system.title_of(phase)
            box.setText(title.partition(" (")[0])  # two columns of whole titles are wider than the dock
            box.setToolTip(title)
            box.setVisible(present.get(phase.key, 0) > 0)
        for knob, slider in self._values.items():
            slider.setEnabled(present.get(knob.phase.key, 0) > 0)
        self.setEnabled(True)
        self._sigma.setText("")
        self._chart.show_bars([])
        self.reset()

    def stop(self) -> None:
        """There is nothing to ask about."""
        self.setEnabled(False)
        self._waiting = self._again = False
        self._sigma.setText("")
        self._chart.show_bars([])

    def reset(self) -> None:
        """All as the material file has it."""
        for widget in (self._temperature, *self._values.values(), *self._without.values()):
            widget.blockSignals(True)
        share = (self._start - _COLDEST) / (_HOTTEST - _COLDEST)
        self._temperature.setValue(round(share * _STEPS))
        for slider in self._values.values():
            slider.setValue(_STEPS // 2)
        for box in self._without.values():
            box.setChecked(False)
        for widget in (self._temperature, *self._values.values(), *self._without.values()):
            widget.blockSignals(False)
        self._ask()

    def change(self) -> Change:
        """What the sliders say; a slider left in the middle leaves the property to the material file."""
        conductivity, resistance = {}, {}
        for knob, slider in self._values.items():
            if slider.value() != _STEPS // 2:
                target = resistance if knob.phase in INTERFACES else conductivity
                target[knob.phase.key] = self._value(knob)
        without = tuple(phase.key for phase, box in self._without.items() if box.isChecked() and box.isVisibleTo(self))
        return Change(self._kelvin(), conductivity, resistance, without)

    def show_answer(self, answer: Any) -> None:
        """Show a `WhatIfAnswer`."""
        sigma = answer.effective_conductivity
        if self._base is None:  # the first question is the structure as it is
            self._base = sigma
        if not answer.percolates:
            self._sigma.setText("No current passes.")
        else:
            change = f"  ({100 * (sigma / self._base - 1):+.3g} %)" if self._base else ""
            self._sigma.setText(
                f"<b>σ_eff = {sigma:.4g} S/cm</b>{change}<br>{answer.area_specific_resistance:.4g} Ω cm²"
            )
        self._chart.show_bars(share_bars(self._system, answer.resistance_share))
        self._answered()

    def show_problem(self, text: str) -> None:
        """Say why there is no answer."""
        self._sigma.setText(text)
        self._answered()

    def _answered(self) -> None:
        self._waiting = False
        if self._again:
            self._ask()

    def _ask(self) -> None:
        self._show_values()
        self._again = self._waiting
        if not self._waiting and self._system is not None:
            self._waiting = True
            self.asked.emit(self.change())

    def _row(self, grid: QGridLayout, row: int, title: str, slider: QSlider, key: Any) -> None:
        label, words = QLabel(title), QLabel()
        label.setBuddy(slider)
        words.setMinimumWidth(92)
        words.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._words[key] = words
        grid.addWidget(label, row, 0)
        grid.addWidget(slider, row, 1)
        grid.addWidget(words, row, 2)
        slider.valueChanged.connect(lambda _=None: self._ask())

    def _kelvin(self) -> float:
        """The temperature on the slider; exactly the one of the solution where it was left there."""
        share = (self._start - _COLDEST) / (_HOTTEST - _COLDEST)
        if self._temperature.value() == round(share * _STEPS):
            return self._start
        return _COLDEST + (_HOTTEST - _COLDEST) * self._temperature.value() / _STEPS

    def _value(self, knob: _Knob) -> float:
        assert self._system is not None
        known = self._system.resistance if knob.phase in INTERFACES else self._system.conductivity
        middle = known(knob.phase, self._kelvin())
        return middle * math.pow(10, _DECADES * (2 * self._values[knob].value() / _STEPS - 1))

    def _show_values(self) -> None:
        if self._system is None:
            return
        kelvin = self._kelvin()
        self._words["temperature"].setText(f"{kelvin:.0f} K, {kelvin - 273.15:.0f} °C")
        for knob in _KNOBS:
            self._words[knob].setText(f"{self._value(knob):.2g} {knob.unit}")


def share_bars(
    system: MaterialSystem | None, shares: Mapping[str, float], beside: Mapping[str, str] | None = None
) -> list[ShareBar]:
    """Rows of a `ShareChart`, the largest share first, with words `beside` the share of a phase.

    A phase that dissipates nothing has a row where there are words for it: a pore may cost all the same.
    """
    if system is None:
        return []
    words = beside or {}
    shown = [(Phase.parse(key), share) for key, share in shares.items() if share > 0 or words.get(key)]
    rows = sorted(shown, key=lambda row: -row[1])
    return [
        ShareBar(system.title_of(phase), system.color_of(phase), share, f"{percent(share)}{words.get(phase.key, '')}")
        for phase, share in rows
    ]


def _slider(name: str) -> QSlider:
    slider = QSlider(Qt.Orientation.Horizontal)
    slider.setRange(0, _STEPS)
    slider.setAccessibleName(name)
    slider.setPageStep(_STEPS // 20)
    return slider
