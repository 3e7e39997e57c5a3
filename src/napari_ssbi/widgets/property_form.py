"""Conductivities and resistances of the phases: the material file's, unless something is typed over them."""

from __future__ import annotations

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QGridLayout, QLabel, QLineEdit, QWidget

from ssbi_core.errors import InputError
from ssbi_core.materials import INTERFACES, LAYERS, PHASES, MaterialSystem, Phase

_BODIES = tuple(phase for phase in PHASES if phase not in INTERFACES)
_SURFACES = tuple(phase for phase in PHASES if phase in INTERFACES | LAYERS)


class PropertyForm(QWidget):
    """A row per phase with its conductivity and, for interfaces and layers, its area-specific resistance."""

    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._conductivity = {phase: QLineEdit() for phase in _BODIES}
        self._resistance = {phase: QLineEdit() for phase in _SURFACES}
        self._titles = {phase: QLabel(phase.key) for phase in PHASES}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.addWidget(QLabel("S/cm"), 0, 1)
        grid.addWidget(QLabel("Ω cm²"), 0, 2)
        for row, phase in enumerate(PHASES, 1):
            grid.addWidget(self._titles[phase], row, 0)
            for column, lines, word in ((1, self._conductivity, "conductivity"), (2, self._resistance, "resistance")):
                if phase in lines:
                    line = lines[phase]
                    line.setToolTip(f"{word} of {phase.key}; empty: of the material file")
                    line.setAccessibleName(f"{word} of {phase.key}")
                    line.textChanged.connect(lambda _=None: self.edited.emit())
                    grid.addWidget(line, row, column)

    def show_defaults(self, system: MaterialSystem, temperature: float) -> None:
        """Name the phases and show what they have if nothing is typed."""
        for phase, label in self._titles.items():
            label.setText(system.title_of(phase))
        for phase, line in self._conductivity.items():
            line.setPlaceholderText(f"{system.conductivity(phase, temperature):.3g}")
        for phase, line in self._resistance.items():
            given = f"{system.resistance(phase, temperature):.3g}" if phase in INTERFACES else "as drawn"
            line.setPlaceholderText(given)

    def conductivity(self) -> dict[str, float]:
        """Phase key -> S/cm, of what was typed."""
        return _typed(self._conductivity, "conductivity", "S/cm")

    def resistance(self) -> dict[str, float]:
        """Phase key -> ohm cm2, of what was typed."""
        return _typed(self._resistance, "resistance", "ohm cm2")


def _typed(lines: dict[Phase, QLineEdit], word: str, unit: str) -> dict[str, float]:
    values = {}
    for phase, line in lines.items():
        text = line.text().strip().replace(",", ".")
        if not text:
            continue
        try:
            values[phase.key] = float(text)
        except ValueError:
            came_in = f"{word} {text!r} of {phase.key}"
            raise InputError(came_in, f"a number in {unit}", "type it like 3e-4, or leave it empty") from None
    return values
