"""The shared selection shown on the graph's layers, and what is selected on them told back.

napari draws hidden points all the same when every axis is displayed (`shown` counts only in slices), and highlights
selected points only on the active layer. So hidden nodes also lose their size and colour here, and selected ones
bear a ring of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib.colors import to_rgba
from napari.components import ViewerModel
from napari.layers import Points, Vectors

from napari_ssbi.views.coloring import color_nodes, graph_system
from napari_ssbi.views.graph_layers import NODE_BORDER, edge_colors
from napari_ssbi.views.plot import SELECTED
from napari_ssbi.views.selection import NodeSelection
from ssbi_core.graph import InterfaceGraph

_RING, _BORDER = 0.25, 0.12


class LayerLink:
    """Keeps the nodes and edges layers and a selection in step until it is released, or the layers are removed.

    Parameters
    ----------
    viewer : whose layers they are.
    graph : what they show.
    selection : to follow and to write into.
    nodes_layer, edges_layer : made by `graph_layers`; either may be missing, and one of another graph is left alone.
    """

    def __init__(
        self,
        viewer: ViewerModel,
        graph: InterfaceGraph,
        selection: NodeSelection,
        nodes_layer: Points | None,
        edges_layer: Vectors | None,
    ) -> None:
        self._viewer, self._graph, self._selection = viewer, graph, selection
        nodes_layer = nodes_layer if nodes_layer is not None and len(nodes_layer.data) == len(graph.nodes) else None
        edges_layer = edges_layer if edges_layer is not None and len(edges_layer.data) == len(graph.edges) else None
        self.nodes_layer, self.edges_layer = nodes_layer, edges_layer
        self._system = graph_system(graph)
        self._sizes = np.empty(0) if nodes_layer is None else np.array(nodes_layer.size)
        self._edge_colors = edge_colors(graph.edges)
        self._bordered: tuple[frozenset[int], frozenset[int]] | None = None
        self._busy = False
        selection.nodes_changed.connect(self._show_selected)
        selection.visible_changed.connect(self._show_visible)
        selection.color_by_changed.connect(self._show_colors)
        viewer.layers.events.removed.connect(self._forget_removed)
        if nodes_layer is not None:
            nodes_layer.selected_data.events.items_changed.connect(self._tell)
            nodes_layer.events.data.connect(self._forget_changed)
        self._show_visible()

    def release(self) -> None:
        """Let go of layers and selection."""
        _disconnect(self._selection.nodes_changed, self._show_selected)
        _disconnect(self._selection.visible_changed, self._show_visible)
        _disconnect(self._selection.color_by_changed, self._show_colors)
        self._viewer.layers.events.removed.disconnect(self._forget_removed)
        self._release_nodes()
        self.edges_layer = None

    def _release_nodes(self) -> None:
        layer, self.nodes_layer = self.nodes_layer, None
        if layer is not None:
            _disconnect(layer.selected_data.events.items_changed, self._tell)
            layer.events.data.disconnect(self._forget_changed)

    def _forget_removed(self, event: Any) -> None:
        if event.value is self.nodes_layer:
            self._release_nodes()
        elif event.value is self.edges_layer:
            self.edges_layer = None

    def _forget_changed(self, _event: Any = None) -> None:
        """Points were added or deleted by hand: they are no longer the nodes."""
        if self.nodes_layer is not None and len(self.nodes_layer.data) != len(self._graph.nodes):
            self._release_nodes()

    def _tell(self) -> None:
        self._forget_changed()  # a deleted point tells of its selection first
        if self._busy or self.nodes_layer is None:
            return
        self._selection.nodes = self.nodes_layer.selected_data
        self._show_selected()  # hidden nodes are not selected, whatever the layer says

    def _show_selected(self) -> None:
        layer, nodes = self.nodes_layer, self._selection.nodes
        if self._busy or layer is None:
            return
        self._busy = True
        try:
            if set(layer.selected_data) != nodes:
                layer.selected_data = set(nodes)
        finally:
            self._busy = False
        if (nodes, self._selection.visible) != self._bordered:
            self._change(layer, **self._borders())

    def _show_colors(self) -> None:
        if self.nodes_layer is not None:
            self._change(self.nodes_layer, face_color=self._colors())

    def _show_visible(self) -> None:
        visible = self._visible()
        if self.nodes_layer is not None:
            size = np.where(visible, self._sizes, 0)
            self._change(self.nodes_layer, size=size, shown=visible, face_color=self._colors(), **self._borders())
        if self.edges_layer is not None and len(self._edge_colors):
            ends = self._graph.edges[["sender", "receiver"]].to_numpy(np.int64)
            colors = self._edge_colors.copy()
            colors[~visible[ends].all(axis=1), 3] = 0
            self.edges_layer.edge_color = colors

    def _change(self, layer: Points, **values: np.ndarray) -> None:
        """Write into the layer's arrays and draw once; each setter would draw thousands of points on its own."""
        if layer.face_color_mode != "direct" or layer.border_color_mode != "direct":
            layer.face_color, layer.border_color = self._colors(), self._borders()["border_color"]
        for name, value in values.items():
            getattr(layer, name)[...] = value
        layer.refresh(thumbnail=False, extent=False, highlight=False)

    def _colors(self) -> np.ndarray:
        colors = color_nodes(self._graph.nodes, self._selection.color_by, self._system).colors
        colors[:, 3] = self._visible()
        return colors

    def _borders(self) -> dict[str, np.ndarray]:
        self._bordered = (self._selection.nodes, self._selection.visible)
        selected = self._mask(self._selection.nodes)
        colors = np.where(selected[:, None], to_rgba(SELECTED), to_rgba(NODE_BORDER))
        colors[:, 3] = self._visible()
        return {"border_width": np.where(selected, _RING, _BORDER), "border_color": colors}

    def _visible(self) -> np.ndarray:
        return self._mask(self._selection.visible)

    def _mask(self, nodes: frozenset[int]) -> np.ndarray:
        mask = np.zeros(len(self._graph.nodes), bool)
        mask[list(nodes)] = True
        return mask


def _disconnect(signal: Any, slot: Callable[..., Any]) -> None:
    signal.disconnect(slot, missing_ok=True)
