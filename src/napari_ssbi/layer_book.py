"""The layers this plugin has put into a viewer, one for each role.

A result that comes again updates its layer in place: order, visibility, name and opacity stay as the user set them. A
layer the user removed is forgotten, and made again with the next result.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from napari.components import ViewerModel
from napari.layers import Image, Labels, Layer

from napari_ssbi.inputs import MARK
from napari_ssbi.layers import LayerData

_PLACED = ("scale", "translate", "affine", "units", "axis_labels")
_KEPT = ("visible", "opacity", "blending", "name")


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
        if isinstance(known, Image | Labels) and _same_grid(known, values, settings):
            _update(known, values, settings)
            return known
        index = None
        if known is not None:
            settings = {**settings, **{name: getattr(known, name) for name in _KEPT}}
            index = self._viewer.layers.index(known)
            self._viewer.layers.remove(known)
        layer = Layer.create(values, settings, kind)
        if index is None:
            self._viewer.add_layer(layer)
        else:
            self._viewer.layers.insert(index, layer)
        self._layers[role] = layer
        return layer

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


def _same_grid(layer: Layer, values: Any, settings: dict[str, Any]) -> bool:
    placed = Layer.create(values[:1, :1], {k: settings[k] for k in _PLACED if k in settings}, "image")
    same = layer.data.shape == values.shape and layer.data.dtype == values.dtype
    return (
        same
        and layer.units == placed.units
        and (
            (layer.data_to_world((1, 2)), layer.data_to_world((0, 0)))
            == (placed.data_to_world((1, 2)), placed.data_to_world((0, 0)))
        )
    )


def _update(layer: Image | Labels, values: Any, settings: dict[str, Any]) -> None:
    layer.metadata = settings["metadata"]
    layer.data = values
    if isinstance(layer, Labels):  # forgets its history: undo must not bring back pixels of another result
        layer.editable = False
        layer.editable = True
    if isinstance(layer, Image) and "contrast_limits" in settings:
        layer.contrast_limits_range = settings["contrast_limits"]
        layer.contrast_limits = settings["contrast_limits"]
