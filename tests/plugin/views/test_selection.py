"""Views that answer each other come to rest, and nothing hidden is ever selected."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_ssbi.views.selection import NodeSelection

NODES = st.frozensets(st.integers(0, 9))


@pytest.fixture
def selection():
    return NodeSelection(10)


def test_only_changes_are_told(selection):
    heard = []
    selection.nodes_changed.connect(heard.append)
    selection.nodes = [1, 2]
    selection.nodes = {2, 1}
    selection.toggle(2)
    selection.toggle(5)
    assert heard == [{1, 2}, {1}, {1, 5}]


def test_hiding_a_selected_node_takes_it_out_and_tells_it_once(selection):
    selection.nodes = [1, 2]
    heard = []
    selection.visible_changed.connect(lambda nodes: heard.append(("visible", nodes)))
    selection.nodes_changed.connect(lambda nodes: heard.append(("nodes", nodes)))
    selection.visible = [2, 3]
    assert heard == [("visible", {2, 3}), ("nodes", {2})]


def test_views_that_write_back_what_they_heard_come_to_rest(selection):
    selection.nodes_changed.connect(lambda nodes: setattr(selection, "nodes", set(nodes)))
    selection.nodes = [4]
    assert selection.nodes == {4}


def test_nodes_that_are_not_there_are_not_taken(selection):
    selection.nodes = [3, 99, -1]
    selection.hovered = 99
    assert selection.nodes == {3}
    assert selection.hovered is None


@given(st.lists(st.tuples(st.sampled_from(["nodes", "visible"]), NODES), max_size=20))
def test_what_is_selected_is_visible(steps):
    selection = NodeSelection(8)
    for name, nodes in steps:
        setattr(selection, name, nodes)
        assert selection.nodes <= selection.visible <= set(range(8))
