"""Pointing at the image: a click selects the region under it, hovering says its numbers in the status bar.

Only while the active layer lets the pointer through (pan and zoom, or picking a label): who paints does not select.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from napari.components import ViewerModel
from napari.layers import Labels, Layer, Points

from napari_ssbi.views.features import sentence
from napari_ssbi.views.selection import NodeSelection
from ssbi_core.graph import InterfaceGraph

_STILL = 3  # screen pixels that the pointer may move in a click
_POINTING = ("pan_zoom", "pick")
_ADDING = ("Shift", "Control")


def camera(viewer: ViewerModel) -> Any:
    """The camera; napari before 0.9 has it on the viewer."""
    return getattr(viewer, "scene", viewer).camera


class CanvasLink:
    """Connects the canvas of a viewer with a selection until it is released.

    Parameters
    ----------
    viewer : with a 2D view.
    graph : whose `regions` are pointed at.
    selection : to write into.
    labels_layer, nodes_layer : either tells where the graph's image is; the first that is still there is asked.
    """

    def __init__(
        self,
        viewer: ViewerModel,
        graph: InterfaceGraph,
        selection: NodeSelection,
        labels_layer: Labels | None,
        nodes_layer: Points | None,
    ) -> None:
        self._viewer, self._graph, self._selection = viewer, graph, selection
        self._layers: list[Layer] = [layer for layer in (nodes_layer,) if layer is not None]
        if labels_layer is not None and labels_layer.data.shape == graph.regions.shape:
            self._layers.insert(0, labels_layer)
        self._nodes_layer = nodes_layer
        viewer.mouse_drag_callbacks.append(self._press)
        viewer.mouse_move_callbacks.append(self._hover)
        viewer.events.status.connect(self._complete_status)
        viewer.layers.events.removed.connect(self._forget_removed)

    def release(self) -> None:
        """Let go of the viewer."""
        for callbacks, own in (
            (self._viewer.mouse_drag_callbacks, self._press),
            (self._viewer.mouse_move_callbacks, self._hover),
        ):
            if own in callbacks:
                callbacks.remove(own)
        self._viewer.events.status.disconnect(self._complete_status)
        self._viewer.layers.events.removed.disconnect(self._forget_removed)
        self._layers, self._nodes_layer = [], None

    def node_at(self, world: Any) -> int | None:
        """The visible node whose region holds a place in the world."""
        if not self._layers or self._viewer.dims.ndisplay != 2:
            return None
        pixel = np.rint(self._layers[0].world_to_data(world)).astype(int)
        if np.any(pixel < 0) or np.any(pixel >= self._graph.regions.shape):
            return None
        node = int(self._graph.regions[tuple(pixel)])
        return node if node in self._selection.visible else None

    def world_of(self, pixel: np.ndarray) -> np.ndarray | None:
        """Place in the world of a place in the image."""
        return np.asarray(self._layers[0].data_to_world(pixel)) if self._layers else None

    def center_on(self, pixel: np.ndarray) -> None:
        """Move the camera to a place in the image."""
        world = self.world_of(pixel)
        if world is not None and self._viewer.dims.ndisplay == 2:
            camera(self._viewer).center = (0.0, float(world[-2]), float(world[-1]))

    def _press(self, _viewer: ViewerModel, event: Any) -> Iterator[None]:
        if event.button != 1 or not self._points():
            return
        start = np.asarray(event.pos, float)
        yield
        still = True
        while event.type == "mouse_move":
            still &= bool(np.linalg.norm(np.asarray(event.pos, float) - start) <= _STILL)
            yield
        if still:
            self._pick(event)

    def _pick(self, event: Any) -> None:
        node = self._marker_at(event.position)
        node = self.node_at(event.position) if node is None else node
        if any(key in event.modifiers for key in _ADDING):
            if node is not None:
                self._selection.toggle(node)
        else:
            self._selection.nodes = () if node is None else (node,)

    def _marker_at(self, world: Any) -> int | None:
        """A marker is clicked rather than the region below it."""
        layer = self._nodes_layer
        if layer is None or not layer.visible or self._viewer.dims.ndisplay != 2:
            return None
        node = layer.get_value(world, world=True)
        return int(node) if node is not None and node in self._selection.visible else None

    def _hover(self, _viewer: ViewerModel, event: Any) -> None:
        self._selection.hovered = self.node_at(event.position)

    def _points(self) -> bool:
        active = self._viewer.layers.selection.active
        return active is None or str(active.mode) in _POINTING

    def _complete_status(self, _event: Any = None) -> None:
        """Add the node's numbers to what napari says of the place."""
        if self._selection.hovered is None:
            return
        said, own = self._viewer.status, sentence(self._graph.nodes, self._selection.hovered)
        place = str(said.get("coordinates", "")) if isinstance(said, dict) else said
        if own not in place:  # else this is our own change, told
            place = f"{place}  {own}"
            self._viewer.status = {**said, "coordinates": place} if isinstance(said, dict) else place

    def _forget_removed(self, event: Any) -> None:
        self._layers = [layer for layer in self._layers if layer is not event.value]
        if event.value is self._nodes_layer:
            self._nodes_layer = None
        if not self._layers:
            self._selection.hovered = None
