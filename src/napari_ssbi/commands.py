"""What the menus do: open the dock at a step, or run the analysis up to one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import napari.viewer

if TYPE_CHECKING:
    from napari_ssbi.widgets.dock import InterfaceAnalysis

PLUGIN, WIDGET = "napari-ssbi", "Interface analysis"


def find_phases(viewer: napari.viewer.Viewer) -> None:
    """Segment the chosen micrograph."""
    _run(viewer, "phases")


def measure_microstructure(viewer: napari.viewer.Viewer) -> None:
    """Turn the phases into a graph."""
    _run(viewer, "graph")


def solve_transport(viewer: napari.viewer.Viewer) -> None:
    """Compute the conductivity."""
    _run(viewer, "transport")


def write_report(viewer: napari.viewer.Viewer) -> None:
    """Open the dock where the report is written; the folder is the user's to choose."""
    analysis_dock(viewer).choose_step("report")


def analysis_dock(viewer: napari.viewer.Viewer) -> InterfaceAnalysis:
    """The dock of a viewer, opened if it is not there."""
    _, widget = viewer.window.add_plugin_dock_widget(PLUGIN, WIDGET)
    return widget


def _run(viewer: napari.viewer.Viewer, step: str) -> None:
    dock = analysis_dock(viewer)
    dock.choose_step(step)
    dock.run_to(step)
