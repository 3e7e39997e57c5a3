"""Step Graph: grains, particles, layers and pores as nodes, who touches whom as edges, all views linked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib import import_module
from threading import Thread
from typing import TYPE_CHECKING

from napari.layers import Labels
from typing_extensions import override

from napari_ssbi.inputs import MARK
from napari_ssbi.layers import FOUND_PHASES
from napari_ssbi.widgets.step_panel import Request, StepPanel
from napari_ssbi.widgets.steps.data import Chosen
from ssbi_core.graph import InterfaceGraph

if TYPE_CHECKING:
    from napari_ssbi.views.explorer import GraphExplorer

_EXPLORER = "napari_ssbi.views.explorer"  # brings in tables and plots, for which a dock that opens should not wait


class GraphPanel(StepPanel):
    """Measures the microstructure."""

    KEY, TITLE, NEEDS, RUN = "graph", "Graph", ("data", "phases"), "Measure the microstructure"
    HELP = "Every grain, particle, layer and pore becomes a node with its measures. Select it here or in the image."

    @cached_property
    def explorer(self) -> GraphExplorer:
        """The linked views, made when they are first needed."""
        explorer: GraphExplorer = import_module(_EXPLORER).GraphExplorer(self.analysis.viewer)
        explorer.setVisible(False)
        self.column.insertWidget(self.column.count() - 1, explorer, 1)
        return explorer

    @override
    def settings(self) -> tuple[()]:
        return ()

    @override
    def request(self) -> Request:
        chosen: Chosen = self.analysis.value("data")
        arguments = {
            "phases": self.analysis.value("phases"),
            "micrograph": chosen.source.micrograph,
            "setting": chosen.setting,
        }
        Thread(target=import_module, args=(_EXPLORER,), daemon=True).start()  # while the graph is made
        return Request("make_graph", arguments, ())

    @override
    def accept(self, result: InterfaceGraph, request: Request, made_from: Mapping[str, int]) -> Iterator[None]:
        chosen: Chosen = self.analysis.value("data")
        from napari_ssbi.views.graph_layers import graph_layers

        self.explorer.clear()
        layers = {}
        for data in graph_layers(result, chosen.source.placement.layer_settings()):
            yield
            layers[data[1]["metadata"][MARK]["role"]] = self.analysis.layers.put(data)
        yield
        labels = self.analysis.layers.get(FOUND_PHASES)
        shown = labels if isinstance(labels, Labels) else None  # the user may have removed it
        yield from self.explorer.show_in_pieces(result, layers.get("graph_nodes"), layers.get("graph_edges"), shown)
        yield
        self.explorer.setVisible(True)
        self.analysis.store(self.KEY, result, request.settings, made_from)

    @override
    def summary(self) -> str:
        graph = self.analysis.value(self.KEY)
        return "" if graph is None else f"{len(graph.nodes)} nodes, {int(graph.edges['touching'].sum())} contacts"

    @override
    def release(self) -> None:
        if "explorer" in vars(self):
            self.explorer.clear()
