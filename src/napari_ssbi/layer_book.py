"""The layers this plugin has put into a viewer, one for each role.

A result that comes again updates its layer in place: order, visibility, name and opacity stay as the user set them, and
napari, which collects all garbage whenever a layer is removed, does not hold up the window. A layer the user removed is
forgotten, and made again with the next result.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from napari.components import ViewerModel
from napari.layers import Image, Labels, Layer, Points, Vectors

from napari_ssbi.inputs import MARK
from napari_ssbi.layers import LayerData

_PLACED = ("scale", "translate", "affine", "units", "axis_labels")
# Features first: text and colours follow them.
_SHOWN: dict[type[Layer], tuple[str, ...]] = {
    Image: ("contrast_limits_range", "contrast_limits"),
    Points: ("features", "size", "symbol", "border_width", "face_color", "border_color"),
    Vectors: ("features", "edge_width", "edge_color"),
}


class LayerBook:
    """Finds, updates and removes derived layers by role."""

    def __init__(self, viewer: ViewerModel) -> None:
        self._viewer = viewer
        self._layers: dict[str, Layer] = {}

    def get(self, role: str) -> Layer | None:
        """The layer of a role, if the user has not removed it."""
        layer = self._layers.get(role)
        if layer is not None and layer not in self._viewer.layers:
            del self._layers[role]
            return None
        return layer

    def __iter__(self) -> Iterator[tuple[str, Layer]]:
        for role in list(self._layers):
            layer = self.get(role)
            if layer is not None:
                yield role, layer

    def put(self, data: LayerData) -> Layer:
        """Show a layer under the role named in its metadata."""
        values, settings, kind = data
        role = settings["metadata"][MARK]["role"]
        known = self.get(role)
        if known is not None and known._type_string == kind:
            _update(known, Layer.create(values, {**settings, "visible": False}, kind))
            return known
        self.remove(role)
        fresh = Layer.create(values, settings, kind)
        self._layers[role] = fresh
        return self._viewer.add_layer(fresh)

    def remove(self, *roles: str) -> None:
        """Remove the layers of these roles that are there."""
        for role in roles:
            layer = self.get(role)
            if layer is not None:
                self._viewer.layers.remove(layer)
                del self._layers[role]

    def clear(self) -> None:
        """Remove every layer of the book."""
        self.remove(*self._layers)


def _update(layer: Layer, fresh: Layer) -> None:
    """Have a layer show what a fresh one would; drawn once in the end, and not for each setting."""
    if isinstance(layer, Points):
        layer.selected_data = set()
    with layer._block_refresh():
        layer.metadata = fresh.metadata
        layer.data = fresh.data
        for name in _PLACED:
            if not np.array_equal(np.asarray(getattr(layer, name)), np.asarray(getattr(fresh, name))):
                setattr(layer, name, getattr(fresh, name))
        for name in _SHOWN.get(type(layer), ()):
            setattr(layer, name, getattr(fresh, name))
    if isinstance(layer, Labels):  # forgets its history: undo must not bring back pixels of another result
        layer.editable = False
        layer.editable = True
    layer.refresh()
