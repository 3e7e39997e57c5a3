from __future__ import annotations

import numpy as np
import pytest
from matplotlib.colors import to_hex

from napari_ssbi.views.coloring import color_nodes, graph_system, node_phase_colors
from ssbi_core.graph import InterfaceGraph
from ssbi_core.materials import Phase, load_system

SYSTEM = load_system()


def test_phases_have_the_colours_of_the_material_system(graph):
    colors = color_nodes(graph.nodes, "phase", SYSTEM)
    assert colors.limits is None
    for color, phase in zip(colors.colors[:-2], graph.nodes["phase"][:-2], strict=True):
        assert to_hex(color).lower() == SYSTEM.color_of(Phase.parse(phase)).lower()
    assert list(node_phase_colors(graph.nodes, SYSTEM)) == [
        "llzo", "nmc", "reaction_layer", "pore", "terminal_first", "terminal_last",
    ]  # fmt: skip


def test_a_measure_runs_along_the_scale_and_what_lacks_it_is_grey(graph):
    colored = color_nodes(graph.nodes, "elongation", SYSTEM)
    values = graph.nodes["elongation"].to_numpy(float)
    assert colored.limits == pytest.approx((np.nanmin(values), np.nanmax(values)))
    assert not colored.logarithmic
    green = colored.colors[np.isfinite(values), 1]  # grows along viridis
    assert np.all(np.diff(green[np.argsort(values[np.isfinite(values)])]) >= 0)
    assert np.all(colored.colors[np.isnan(values), :3] == 0.5)


def test_measures_over_decades_are_logarithmic_and_zero_is_off_the_scale(graph):
    values = np.geomspace(1e-9, 1e-3, len(graph.nodes))
    values[0] = 0.0
    colored = color_nodes(graph.nodes.assign(sigma=values), "sigma", SYSTEM)
    assert colored.logarithmic
    assert colored.limits == pytest.approx((values[1], 1e-3))
    assert np.all(colored.colors[0, :3] == 0.5)


def test_a_measure_that_no_node_has_is_grey_without_a_scale(graph):
    colored = color_nodes(graph.nodes.assign(never=np.nan), "never", SYSTEM)
    assert colored.limits is None
    assert np.all(colored.colors[:, :3] == 0.5)


def test_a_material_system_that_is_not_at_hand_is_replaced_by_the_default(graph):
    assert graph_system(graph).name == "llzo_nmc"
    foreign = InterfaceGraph(graph.nodes, graph.edges, graph.regions, 0, 0.5, metadata={"material_system": "mine"})
    assert graph_system(foreign).name == "llzo_nmc"
