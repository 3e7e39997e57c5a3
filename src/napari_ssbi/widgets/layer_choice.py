"""A list of the viewer's layers of one kind to choose from, kept up to date while layers come, go and are renamed."""

from __future__ import annotations

import weakref
from collections.abc import Callable

from napari.components import ViewerModel
from napari.layers import Layer
from qtpy.QtCore import Signal
from qtpy.QtWidgets import QComboBox


class LayerChoice(QComboBox):
    """A combo box over layers.

    Parameters
    ----------
    viewer : whose layers.
    accepts : which of them.
    none : text of the entry for no layer.
    """

    chosen = Signal()

    def __init__(self, viewer: ViewerModel, accepts: Callable[[Layer], bool], none: str) -> None:
        super().__init__()
        self._viewer, self._accepts, self._none = viewer, accepts, none
        self._listed: list[weakref.ref[Layer]] = []
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(12)
        events = viewer.layers.events
        for event in (events.inserted, events.removed, events.reordered):
            event.connect(self._list)
        self.currentIndexChanged.connect(lambda _=None: self.chosen.emit())
        self._list()

    def layer(self) -> Layer | None:
        """The chosen layer."""
        index = self.currentIndex() - 1
        layer = self._listed[index]() if 0 <= index < len(self._listed) else None
        return layer if layer is not None and layer in self._viewer.layers else None

    def choose(self, layer: Layer | None) -> None:
        """Choose a layer that is listed, or none."""
        found = [ref() for ref in self._listed]
        self.setCurrentIndex(found.index(layer) + 1 if layer in found else 0)

    def disconnect_viewer(self) -> None:
        """Listen to the viewer no more."""
        events = self._viewer.layers.events
        for event in (events.inserted, events.removed, events.reordered):
            event.disconnect(self._list)
        for ref in self._listed:
            layer = ref()
            if layer is not None:
                layer.events.name.disconnect(self._list)

    def _list(self, _event: object = None) -> None:
        known, before = self.layer(), [ref() for ref in self._listed]
        layers = [layer for layer in self._viewer.layers if self._accepts(layer)]
        for layer in layers:
            if layer not in before:
                layer.events.name.connect(self._list)
        for layer in before:
            if layer is not None and layer not in layers:
                layer.events.name.disconnect(self._list)
        self._listed = [weakref.ref(layer) for layer in layers]
        self.blockSignals(True)
        self.clear()
        self.addItem(self._none)
        for layer in layers:
            self.addItem(layer.name)
        wanted = known if known in layers else (layers[0] if layers and known is None and not any(before) else None)
        self.setCurrentIndex(layers.index(wanted) + 1 if wanted is not None else 0)
        self.blockSignals(False)
        if wanted is not known:
            self.chosen.emit()
