"""Anomalies on the image: boxes around the places, scores of pixels and nodes, each behind a tick, and their scale."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from napari.layers import Image, Points, Vectors
from qtpy.QtWidgets import QCheckBox, QLabel, QVBoxLayout, QWidget

from napari_ssbi.analysis import Analysis
from napari_ssbi.anomaly_layers import (
    BOXES,
    MAP,
    NODES,
    NUMBERS,
    SCALE_TITLE,
    SCALE_UNIT,
    box_colors,
    box_layer,
    edge_colors,
    map_layer,
    node_layer,
    number_layer,
)
from napari_ssbi.compute.anomalies import Scored
from napari_ssbi.widgets.color_bar import ColorBar
from napari_ssbi.widgets.steps.data import Chosen

_TITLES = {BOXES: "Boxes around the places", MAP: "Anomaly of the pixels", NODES: "Anomaly of the nodes"}


class AnomalyOverlays(QWidget):
    """Makes, shows and hides the layers."""

    def __init__(self, analysis: Analysis) -> None:
        super().__init__()
        self._analysis = analysis
        self.boxes = {role: QCheckBox(title) for role, title in _TITLES.items()}
        self.bar = ColorBar()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(QLabel("On the image"))
        for role, box in self.boxes.items():
            column.addWidget(box)
            box.setChecked(role != NODES)
            box.toggled.connect(partial(self._show_layer, role))
        column.addWidget(self.bar)

    def put(self, scored: Scored | None) -> Iterator[None]:
        """Make the layers of a result, a layer at a time; None removes them."""
        from napari_ssbi.views.graph_layers import node_places, node_sizes  # tables, which a dock that opens has not

        layers = self._analysis.layers
        if scored is None:
            layers.remove(*_TITLES, NUMBERS)
            return
        chosen: Chosen = self._analysis.value("data")
        graph, placement = self._analysis.value("graph"), chosen.source.placement
        name, shown = chosen.source.layer.removesuffix(" HAADF"), {r: b.isChecked() for r, b in self.boxes.items()}
        yield
        layers.put(map_layer(scored.pixels, name, placement, shown[MAP]))
        yield
        sizes = node_sizes(graph)
        layers.put(node_layer(node_places(graph), sizes, scored.nodes, name, placement, shown[NODES]))
        yield
        for made in (box_layer, number_layer):
            layers.put(made(scored.places, scored.pixels.shape, name, placement, shown[BOXES]))
            yield

    def color_boxes(self, scored: Scored, rate: float, chosen: int | None) -> None:
        """Colour the boxes by whether they stand out at a false-alarm rate, and the chosen one."""
        if not scored.places:
            return
        lines, dots = self._analysis.layers.get(BOXES), self._analysis.layers.get(NUMBERS)
        colors = box_colors(scored.places, rate, chosen)
        if isinstance(lines, Vectors) and len(lines.data) == len(edge_colors(colors)):
            lines.edge_color = edge_colors(colors)
        if isinstance(dots, Points) and len(dots.data) == len(colors):
            dots.face_color = colors

    def refresh(self) -> None:
        """Offer the layers that are there."""
        for role, box in self.boxes.items():
            box.setEnabled(self._analysis.layers.get(role) is not None)
        self._show_scale()

    def _show_layer(self, role: str, shown: bool) -> None:
        for each in (role, NUMBERS) if role == BOXES else (role,):
            layer = self._analysis.layers.get(each)
            if layer is not None:
                layer.visible = shown
        self._show_scale()

    def _show_scale(self) -> None:
        """The scale that pixels and nodes share, while one of them is shown."""
        pixels, nodes = self._analysis.layers.get(MAP), self._analysis.layers.get(NODES)
        visible = any(layer is not None and layer.visible for layer in (pixels, nodes))
        self.bar.show_layer(pixels if visible and isinstance(pixels, Image) else None, SCALE_TITLE, SCALE_UNIT)
