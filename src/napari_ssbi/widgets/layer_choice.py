"""A list of the viewer's layers of one kind to choose from, kept up to date while layers come, go and are renamed."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence

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
    own : text of an entry for something that is no layer; where there is one, it is chosen at first, and never a layer
        that nobody chose.
    """

    chosen = Signal()

    def __init__(
        self, viewer: ViewerModel, accepts: Callable[[Layer], bool], none: str, own: str | None = None
    ) -> None:
        super().__init__()
        self._viewer, self._accepts = viewer, accepts
        self._fixed = [none] if own is None else [none, own]
        self._listed: list[weakref.ref[Layer]] = []
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(12)
        events = viewer.layers.events
        for event in (events.inserted, events.removed, events.reordered):
            event.connect(self._list)
        self.currentIndexChanged.connect(lambda _=None: self.chosen.emit())
        self._list()

    @property
    def is_own(self) -> bool:
        """Whether the entry that stands for no layer but something else is chosen."""
        return 0 < self.currentIndex() < len(self._fixed)

    def layer(self) -> Layer | None:
        """The chosen layer."""
        index = self.currentIndex() - len(self._fixed)
        layer = self._listed[index]() if 0 <= index < len(self._listed) else None
        return layer if layer is not None and layer in self._viewer.layers else None

    def choose(self, layer: Layer | None) -> None:
        """Choose a layer that is listed, or none."""
        self.setCurrentIndex(self._index(layer))

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
        self._follow_names(before, layers)
        own = self.is_own or (len(self._fixed) > 1 and not self.count())
        first = len(self._fixed) == 1 and bool(layers) and known is None and not any(before)
        wanted = known if known in layers else layers[0] if first else None
        gone = self.currentIndex() >= len(self._fixed) and wanted is None
        self._listed = [weakref.ref(layer) for layer in layers]
        self.blockSignals(True)
        self.clear()
        self.addItems([*self._fixed, *(layer.name for layer in layers)])
        self.setCurrentIndex(len(self._fixed) - 1 if own else self._index(wanted))
        self.blockSignals(False)
        if gone or wanted is not known:
            self.chosen.emit()

    def _follow_names(self, before: Sequence[Layer | None], layers: Sequence[Layer]) -> None:
        for layer in layers:
            if layer not in before:
                layer.events.name.connect(self._list)
        for layer in before:
            if layer is not None and layer not in layers:
                layer.events.name.disconnect(self._list)

    def _index(self, layer: Layer | None) -> int:
        found = [ref() for ref in self._listed]
        return found.index(layer) + len(self._fixed) if layer is not None and layer in found else 0
