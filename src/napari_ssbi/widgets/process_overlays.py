"""Which microstructures of a better process are shown on the canvas."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from qtpy.QtWidgets import QCheckBox, QLabel, QVBoxLayout, QWidget

from napari_ssbi.analysis import Analysis
from napari_ssbi.compute.process_search import Improved
from napari_ssbi.inputs import Source
from napari_ssbi.process_layers import EDITED, SIMULATED, process_layers
from ssbi_core.materials import MaterialSystem

_BOXES = {
    "Start and optimum, simulated": (SIMULATED, True, "The same field of view of both, beside the image"),
    "Your image with the optimum": (
        (EDITED,),
        False,
        "Its layer, pores, grains and coating, resized",
    ),
}


class ProcessOverlays(QWidget):
    """Boxes for the layers, and the layers."""

    def __init__(self, analysis: Analysis) -> None:
        super().__init__()
        self._analysis = analysis
        self.boxes: dict[tuple[str, ...], QCheckBox] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(QLabel("<b>On the canvas</b>"))
        for title, (roles, shown, tip) in _BOXES.items():
            box = self.boxes[roles] = QCheckBox(title)
            box.setChecked(shown)
            box.setToolTip(tip)
            box.toggled.connect(partial(self._show, roles))
            column.addWidget(box)
        self.refresh()

    def put(self, found: Improved, system: MaterialSystem, source: Source | None) -> Iterator[None]:
        """Put the layers of a result into the viewer, one after the other."""
        viewer, layers = self._analysis.viewer, self._analysis.layers
        first = layers.get(SIMULATED[0]) is None
        if found.edited is None:
            layers.remove(EDITED)
        for data in process_layers(found, system, source):
            yield
            layers.put(data)
        for roles, box in self.boxes.items():
            self._show(roles, box.isChecked())
        if first:  # beside the image, where nobody would look for them
            viewer.reset_view()

    def refresh(self) -> None:
        """Offer what is there."""
        for roles, box in self.boxes.items():
            box.setEnabled(any(self._analysis.layers.get(role) is not None for role in roles))

    def _show(self, roles: tuple[str, ...], shown: bool) -> None:
        for role in roles:
            layer = self._analysis.layers.get(role)
            if layer is not None:
                layer.visible = shown
