"""Phases to paint with: a button per phase in its legend colour, keys 1 to 8, undo and redo."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from napari.layers import Labels
from qtpy.QtCore import Qt, Signal
from qtpy.QtGui import QColor, QIcon, QPixmap
from qtpy.QtWidgets import (
    QButtonGroup,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ssbi_core.materials import PHASES, MaterialSystem, Phase

_COLUMNS = 2
_SWATCH = 14
_NAMES = {
    Phase.LLZO: "LLZO",
    Phase.GRAIN_BOUNDARY: "Grain boundary",
    Phase.NMC: "NMC",
    Phase.CONTACT: "Contact",
    Phase.REACTION_LAYER: "Reaction layer",
    Phase.PORE: "Pore",
    Phase.DISLOCATION: "Dislocation",
    Phase.COATING: "Coating",
}
"""Short enough for a button; the material's own title stands in the tooltip."""


class PhasePalette(QWidget):
    """Chooses phase and tool on a labels layer."""

    picked = Signal()
    """A phase or a tool was chosen: the layer should be the selected one."""

    def __init__(self) -> None:
        super().__init__()
        self._layer: Labels | None = None
        self._buttons = {phase: QPushButton(f"{int(phase)}  {_NAMES[phase]}") for phase in PHASES}
        self._group = QButtonGroup(self)
        grid = QGridLayout()
        grid.setSpacing(3)
        for position, (phase, button) in enumerate(self._buttons.items()):
            button.setCheckable(True)
            button.setStyleSheet("text-align: left; padding: 3px 6px;")
            self._group.addButton(button, int(phase))
            grid.addWidget(button, position // _COLUMNS, position % _COLUMNS)
        self._size = QSlider(Qt.Orientation.Horizontal)
        self._size.setRange(1, 60)
        self._size.setValue(9)
        self._size.setToolTip("Diameter of the brush in pixels")
        self._size.valueChanged.connect(self._set_size)
        tools = QHBoxLayout()
        for text, tip, act in (
            ("Brush", "Paint with the chosen phase", lambda: self._set_mode("paint")),
            ("Fill", "Give a whole connected region the chosen phase", lambda: self._set_mode("fill")),
            ("Undo", "Take the last stroke back (Ctrl+Z on the canvas)", lambda: self._layer and self._layer.undo()),
            ("Redo", "Do it again (Ctrl+Shift+Z on the canvas)", lambda: self._layer and self._layer.redo()),
        ):
            tools.addWidget(_tool(text, tip, act))
        tools.addWidget(self._size, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(grid)
        column.addLayout(tools)
        self._group.idClicked.connect(self.choose)
        self.setEnabled(False)

    def set_legend(self, system: MaterialSystem, colors: Mapping[Phase, str]) -> None:
        """Name and colour the phases after a material system."""
        for phase, button in self._buttons.items():
            swatch = QPixmap(_SWATCH, _SWATCH)
            swatch.fill(QColor(colors[phase]))
            button.setIcon(QIcon(swatch))
            title = system.title_of(phase)
            button.setText(f"{int(phase)}  {_NAMES[phase]}")
            button.setToolTip(f"Paint {title} (key {int(phase)} on the canvas)")

    def set_layer(self, layer: Labels | None) -> None:
        """Paint on this layer; keys 1 to 8 choose the phase while it is selected."""
        self._layer = layer
        self.setEnabled(layer is not None)
        if layer is not None:
            for phase in PHASES:
                layer.bind_key(str(int(phase)), _chooser(self, int(phase)), overwrite=True)

    def choose(self, code: int) -> None:
        """Paint with a phase from now on."""
        self._buttons[Phase(code)].setChecked(True)
        if self._layer is not None:
            self._layer.selected_label = code
            self._set_mode("fill" if str(self._layer.mode) == "fill" else "paint")

    def _set_mode(self, mode: str) -> None:
        if self._layer is not None:
            self._layer.mode = mode
            self._layer.brush_size = self._size.value()
            self.picked.emit()

    def _set_size(self, size: int) -> None:
        if self._layer is not None:
            self._layer.brush_size = size


def _chooser(palette: PhasePalette, code: int) -> Callable[[object], None]:
    return lambda _layer: palette.choose(code)


def _tool(text: str, tip: str, act: Callable[[], object]) -> QToolButton:
    button = QToolButton()
    button.setText(text)
    button.setToolTip(tip)
    button.clicked.connect(lambda: act())
    return button
