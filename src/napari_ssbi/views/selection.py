"""The one selection that all views of a graph share.

A view writes what the user does into it and follows what it tells; views know nothing of each other. Every property
tells only when it changes, so views that answer each other come to rest.
"""

from __future__ import annotations

from collections.abc import Iterable

from psygnal import Signal


class NodeSelection:
    """Which nodes of a graph are selected, hovered and visible, and which feature colours them.

    Parameters
    ----------
    num_nodes : nodes are numbered 0 .. num_nodes - 1.
    color_by : column of the node table.
    """

    nodes_changed = Signal(frozenset)
    hovered_changed = Signal(object)
    visible_changed = Signal(frozenset)
    color_by_changed = Signal(str)

    def __init__(self, num_nodes: int, color_by: str = "phase") -> None:
        self._all = frozenset(range(num_nodes))
        self._nodes: frozenset[int] = frozenset()
        self._hovered: int | None = None
        self._visible = self._all
        self._color_by = color_by

    @property
    def nodes(self) -> frozenset[int]:
        """The selected nodes; always visible ones."""
        return self._nodes

    @nodes.setter
    def nodes(self, nodes: Iterable[int]) -> None:
        chosen = frozenset(int(node) for node in nodes) & self._visible
        if chosen != self._nodes:
            self._nodes = chosen
            self.nodes_changed.emit(chosen)

    @property
    def hovered(self) -> int | None:
        """The node under the pointer."""
        return self._hovered

    @hovered.setter
    def hovered(self, node: int | None) -> None:
        node = int(node) if node in self._all else None
        if node != self._hovered:
            self._hovered = node
            self.hovered_changed.emit(node)

    @property
    def visible(self) -> frozenset[int]:
        """The nodes that pass the filter; those that no longer do are not selected any more."""
        return self._visible

    @visible.setter
    def visible(self, nodes: Iterable[int]) -> None:
        shown = frozenset(int(node) for node in nodes) & self._all
        if shown != self._visible:
            dropped = not self._nodes <= shown
            self._visible, self._nodes = shown, self._nodes & shown
            self.visible_changed.emit(shown)
            if dropped:
                self.nodes_changed.emit(self._nodes)

    @property
    def color_by(self) -> str:
        """Name of the feature that colours the nodes."""
        return self._color_by

    @color_by.setter
    def color_by(self, feature: str) -> None:
        if feature != self._color_by:
            self._color_by = feature
            self.color_by_changed.emit(feature)

    def toggle(self, node: int) -> None:
        """Add a node to the selection, or take it out."""
        self.nodes = self._nodes ^ {node}
