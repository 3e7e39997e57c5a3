from dataclasses import replace

import numpy as np
import pytest
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from ssbi_core.graph import build_graph
from ssbi_core.report.figures.canvas import style
from ssbi_core.report.figures.graph import graph_panel


def drawn(result):
    panel = graph_panel(result)
    with style():
        axes = Figure(figsize=(5, 5)).add_axes((0, 0, 1, 1))
        panel.draw(axes)
    lines = [c for c in axes.collections if isinstance(c, LineCollection)]
    dots = [c for c in axes.collections if not isinstance(c, LineCollection)]
    return panel, sum(len(c.get_segments()) for c in lines), len(dots[0].get_offsets()), lines


@pytest.mark.parametrize("axis", [0, 1])
def test_every_node_and_edge_is_drawn(result, axis):
    result = replace(result, graph=build_graph(result.phases, axis=axis))
    panel, lines, dots, _ = drawn(result)
    assert lines == len(result.graph.edges)
    assert dots == len(result.graph.nodes) - 2
    assert f"{dots} regions" in panel.caption


def test_nodes_lie_on_their_regions(result):
    with style():
        axes = Figure(figsize=(5, 5)).add_axes((0, 0, 1, 1))
        graph_panel(result).draw(axes)
    x, y = axes.collections[-1].get_offsets().T
    regions = result.graph.nodes[~result.graph.nodes["phase"].str.startswith("terminal")]
    np.testing.assert_allclose(x, regions["centroid_column_nm"] + 0.5 * result.phases.pixel_size_nm)
    np.testing.assert_allclose(y, regions["centroid_row_nm"] + 0.5 * result.phases.pixel_size_nm)


def test_lines_to_a_terminal_run_straight_to_its_face(result):
    *_, collections = drawn(result)
    ends = np.concatenate([c.get_segments() for c in collections if len(c.get_segments())])
    height = result.phases.labels.shape[0] * result.phases.pixel_size_nm
    at_face = ends[(np.isclose(ends[..., 1], 0) | np.isclose(ends[..., 1], height)).any(axis=1)]
    assert len(at_face) == (result.graph.edges["boundary"] == "terminal").sum()
    np.testing.assert_allclose(at_face[:, 0, 0], at_face[:, 1, 0])


def test_a_volume_shows_only_what_meets_the_slice(volume_result):
    panel, _, dots, _ = drawn(volume_result)
    assert dots == 1  # the middle slice is one NMC particle
    assert "Slice 3" in panel.caption
    assert not any("face" in entry.label for entry in panel.legend)


def test_the_legend_names_resistances_from_the_least(result):
    amounts = [entry.amount for entry in graph_panel(result).legend if entry.marker == "-" and entry.amount]
    assert amounts == ["5.00\u00a0×\u00a010⁻³ Ω cm²", "0.300 Ω cm²", "25.7 Ω cm²"]
