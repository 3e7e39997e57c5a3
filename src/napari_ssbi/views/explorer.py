"""The explorer of a microstructure graph: colours, filter, table, plots and thickness profile on one selection."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from napari.layers import Labels, Points, Vectors
from napari.utils.theme import get_theme
from qtpy.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from napari_ssbi.views.canvas import CanvasLink
from napari_ssbi.views.coloring import color_nodes, graph_system, node_phase_colors
from napari_ssbi.views.export import write_nodes
from napari_ssbi.views.features import numeric_features, sentence, title
from napari_ssbi.views.filter_line import FilterLine
from napari_ssbi.views.graph_layers import node_places
from napari_ssbi.views.legend import ColorLegend
from napari_ssbi.views.linking import LayerLink
from napari_ssbi.views.plot import FeaturePlot
from napari_ssbi.views.profile import ProfilePlot
from napari_ssbi.views.selection import NodeSelection
from napari_ssbi.views.table import NodeTable
from napari_ssbi.widgets.messages import tell, tell_error
from ssbi_core.errors import SsbiError
from ssbi_core.graph import InterfaceGraph
from ssbi_core.io import PhaseMap
from ssbi_core.materials import Phase

if TYPE_CHECKING:
    from napari.components import ViewerModel

_NO_GRAPH = "No graph yet."


def ask_for_path(parent: QWidget, suggestion: str) -> str:
    """Let the user choose where to write; empty if they think better of it."""
    return QFileDialog.getSaveFileName(parent, "Export the nodes shown", suggestion, "CSV (*.csv)")[0]


class GraphExplorer(QWidget):
    """Views of a graph for a dock.

    Parameters
    ----------
    viewer : whose canvas and layers are linked.
    ask : asks for the path of an export, given a parent and a suggestion.
    """

    def __init__(self, viewer: ViewerModel, *, ask: Callable[[QWidget, str], str] = ask_for_path) -> None:
        super().__init__()
        self._viewer, self._ask = getattr(viewer, "__wrapped__", viewer), ask
        self._releases: list[Callable[[], Any]] = []
        self.graph: InterfaceGraph | None = None
        self.selection = NodeSelection(0)
        self.canvas: CanvasLink | None = None
        self.table: NodeTable | None = None
        self.plot: FeaturePlot | None = None
        self.profile: ProfilePlot | None = None
        self.color_box, self.export_button = QComboBox(), QPushButton("Export CSV…")
        self.legend, self.filter_line, self.tabs = ColorLegend(), FilterLine(), QTabWidget()
        self.count, self.line = QLabel(), QLabel(_NO_GRAPH)
        self._lay_out()
        self.color_box.currentIndexChanged.connect(self._choose_color)
        self.filter_line.filtered.connect(self._show_only)
        self.export_button.clicked.connect(lambda: self.export())
        self._viewer.events.theme.connect(self._set_theme)
        # Qt may end the widget without closing it first; no callback may outlive it.
        self.destroyed.connect(partial(_release_all, self._releases))
        self._set_theme()
        self.setEnabled(False)

    def show(
        self,
        graph: InterfaceGraph | None = None,
        nodes_layer: Points | None = None,
        edges_layer: Vectors | None = None,
        labels_layer: Labels | None = None,
    ) -> None:
        """Explore a graph with these layers of the viewer; without one, only become visible, as any widget.

        Parameters
        ----------
        graph : takes the place of the one explored before; colour, filter and tab stay.
        nodes_layer, edges_layer : made by `graph_layers`.
        labels_layer : the phases the graph was built from; clicked to select.
        """
        if graph is None:
            super().show()
            return
        for _ in self.show_in_pieces(graph, nodes_layer, edges_layer, labels_layer):
            pass

    def show_in_pieces(
        self,
        graph: InterfaceGraph,
        nodes_layer: Points | None = None,
        edges_layer: Vectors | None = None,
        labels_layer: Labels | None = None,
    ) -> Iterator[None]:
        """As `show`, but a view at a time, so that the window can draw and listen in between."""
        self.clear()
        self.graph = graph
        self.selection = NodeSelection(len(graph.nodes))
        yield from self._make_views(graph, labels_layer)
        layers = LayerLink(self._viewer, graph, self.selection, nodes_layer, edges_layer)
        self.canvas = CanvasLink(self._viewer, graph, self.selection, labels_layer, layers.nodes_layer)
        self._releases += [layers.release, self.canvas.release]
        self.selection.nodes_changed.connect(self._say_selected)
        self.selection.hovered_changed.connect(self._say)
        self.selection.visible_changed.connect(self._say)
        self.selection.color_by_changed.connect(self._show_colors)
        yield
        self._fill_color_box(graph)
        self._show_colors()
        yield
        self.filter_line.set_nodes(graph.nodes)
        self._set_theme()
        self._say()
        self.setEnabled(True)

    def clear(self) -> None:
        """Forget the graph and let go of layers and canvas; the layers stay in the viewer."""
        _release_all(self._releases)
        self._remembered = self.tabs.currentIndex()
        self.filter_line.set_nodes(None)
        self.tabs.clear()
        for view in (self.table, self.plot, self.profile):
            if view is not None:
                view.deleteLater()
        self.graph = self.canvas = self.table = self.plot = self.profile = None
        self.selection = NodeSelection(0)
        self.count.setText("")
        self.line.setText(_NO_GRAPH)
        self.setEnabled(False)

    def export(self) -> None:
        """Write the nodes shown to a CSV file that the user chooses."""
        if self.graph is None:
            return
        path = self._ask(self, f"{self.graph.name}_nodes.csv")
        if not path:
            return
        try:
            written = write_nodes(self.graph.nodes, self.selection.visible, path)
        except SsbiError as error:
            tell_error(error)
        else:
            tell(f"{len(self.selection.visible)} nodes written to {written}")

    def go_to_place(self, row: float, column: float) -> None:
        """Show a place of the image, and select the region there."""
        if self.canvas is None or self.graph is None:
            return
        place = np.array([row, column])
        self.canvas.center_on(place)
        node = self.canvas.node_at(self.canvas.world_of(place)) if self.canvas.world_of(place) is not None else None
        self.selection.nodes = () if node is None else (node,)

    def go_to_node(self, node: int) -> None:
        """Show a node in the image."""
        if self.canvas is not None and self.graph is not None:
            self.canvas.center_on(node_places(self.graph)[node])

    @override
    def closeEvent(self, event: Any) -> None:
        self.clear()
        super().closeEvent(event)

    def _make_views(self, graph: InterfaceGraph, labels_layer: Labels | None) -> Iterator[None]:
        colors = node_phase_colors(graph.nodes, graph_system(graph))
        self.table = NodeTable(graph.nodes, colors, self.selection)
        self.table.doubleClicked.connect(self._go_to_row)
        yield
        self.plot = FeaturePlot(graph.nodes, self.selection)
        yield
        self.profile = ProfilePlot(_phases(graph, labels_layer), graph.axis)
        self.profile.place_chosen.connect(self.go_to_place)
        for name, view in (("Table", self.table), ("Plot", self.plot), ("Profile", self.profile)):
            self.tabs.addTab(view, name)
            self._releases.append(view.release)
        self.tabs.setCurrentIndex(max(self._remembered, 0))
        yield

    def _fill_color_box(self, graph: InterfaceGraph) -> None:
        before = self.color_box.currentData()
        self.color_box.blockSignals(True)
        self.color_box.clear()
        for name in ("phase", *numeric_features(graph.nodes)):
            self.color_box.addItem(title(name), name)
        self.color_box.setCurrentIndex(max(self.color_box.findData(before), 0))
        self.color_box.blockSignals(False)
        self._choose_color()

    def _choose_color(self, _index: int = 0) -> None:
        feature = self.color_box.currentData()
        if feature is not None and self.graph is not None:
            self.selection.color_by = feature

    def _show_colors(self) -> None:
        if self.graph is None or self.plot is None:
            return
        system = graph_system(self.graph)
        coloring = color_nodes(self.graph.nodes, self.selection.color_by, system)
        self.plot.set_colors(coloring.colors)
        self.legend.show_coloring(coloring, node_phase_colors(self.graph.nodes, system))

    def _show_only(self, passes: np.ndarray) -> None:
        self.selection.visible = np.flatnonzero(passes).tolist()

    def _go_to_row(self, index: Any) -> None:
        if self.table is not None:
            self.go_to_node(int(self.table.nodes.nodes[index.row()]))

    def _say_selected(self) -> None:
        self.selection.hovered = None  # what was pointed at last is no longer what matters
        self._say()

    def _say(self) -> None:
        """How many nodes are shown and selected; the one pointed at, or the only one selected, in numbers."""
        if self.graph is None:
            return
        shown, chosen = len(self.selection.visible), self.selection.nodes
        of = "" if shown == len(self.graph.nodes) else f" of {len(self.graph.nodes)}"
        self.count.setText(f"{shown}{of} nodes" + (f" · {len(chosen)} selected" if chosen else ""))
        node = next(iter(chosen)) if len(chosen) == 1 else None
        node = node if self.selection.hovered is None else self.selection.hovered
        self.line.setText("Point at the image, or click it" if node is None else sentence(self.graph.nodes, node))

    def _set_theme(self, _event: Any = None) -> None:
        name = self._viewer.theme
        theme = get_theme(name)
        self.filter_line.set_colors(theme.warning.as_hex() if theme.type == "dark" else theme.error.as_hex())
        for view in (self.table, self.plot, self.profile):
            if view is not None:
                view.set_theme(name)

    def _lay_out(self) -> None:
        self._remembered = 0
        self.color_box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.color_box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.export_button.setToolTip("Write the nodes shown, with all their columns, to a CSV file")
        label = QLabel("Colour by")
        label.setBuddy(self.color_box)
        colors, counts = QHBoxLayout(), QHBoxLayout()
        colors.addWidget(label)
        colors.addWidget(self.color_box, 1)
        counts.addWidget(self.count, 1)
        counts.addWidget(self.export_button)
        self.line.setWordWrap(True)
        self.line.setMinimumHeight(2 * self.line.fontMetrics().height() + 4)  # two lines: nothing jumps
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 4, 4, 4)
        column.setSpacing(6)
        column.addLayout(colors)
        column.addWidget(self.legend)
        column.addWidget(self.filter_line)
        column.addWidget(self.tabs, 1)
        column.addWidget(self.line)
        column.addLayout(counts)


def _release_all(releases: list[Callable[[], Any]]) -> None:
    while releases:
        releases.pop()()


def _phases(graph: InterfaceGraph, labels_layer: Labels | None) -> PhaseMap:
    """The labels as they are now; where they are another image's, the phases of the graph's regions."""
    if labels_layer is not None and labels_layer.data.shape == graph.regions.shape:
        labels = np.array(labels_layer.data)
        if labels.max(initial=0) <= max(Phase):
            return PhaseMap(labels.astype(np.uint8), graph.pixel_size_nm, name=graph.name)
    keys = [Phase.__members__.get(str(key).upper(), Phase.UNLABELLED) for key in graph.nodes["phase"]]
    codes = np.append(np.array(keys, np.uint8), np.uint8(0))  # the last one is for pixels of no region, -1
    return PhaseMap(codes[graph.regions], graph.pixel_size_nm, name=graph.name)
