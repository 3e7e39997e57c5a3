from __future__ import annotations

import pytest

from napari_ssbi.views.filter_line import FilterLine


@pytest.fixture
def line(app, graph):
    made = FilterLine()
    made.heard = []
    made.filtered.connect(lambda passes: made.heard.append(passes.tolist()))
    made.set_nodes(graph.nodes)
    return made


def test_what_is_typed_filters(line, graph):
    line.line.setText("pore")
    line.apply()
    assert line.heard[0] == [True] * len(graph.nodes)
    assert line.heard[-1] == (graph.nodes["phase"] == "pore").tolist()


def test_what_is_not_understood_is_said_and_changes_nothing(line):
    before = len(line.heard)
    line.line.setText("area >")
    line.apply()
    assert len(line.heard) == before
    assert not line.problem.isHidden()
    assert "area >" in line.problem.text()
    line.line.setText("area > 1")
    line.apply()
    assert line.problem.isHidden()
    assert len(line.heard) == before + 1


def test_without_a_table_nothing_happens(line):
    line.set_nodes(None)
    before = len(line.heard)
    line.line.setText("area >")
    line.apply()
    assert len(line.heard) == before
    assert line.problem.isHidden()
