"""Pointing at the image finds the region under the pointer, through whatever placement the image has."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from napari_ssbi.views.canvas import CanvasLink, camera
from napari_ssbi.views.selection import NodeSelection


@pytest.fixture
def selection(graph):
    return NodeSelection(len(graph.nodes))


@pytest.fixture
def canvas(viewer, graph, selection, layers):
    viewer.layers.selection.active = layers["phases"]
    layers["graph_nodes"].visible = False
    return CanvasLink(viewer, graph, selection, layers["phases"], layers["graph_nodes"])


def click(viewer, world, *, button=1, drag=0.0, modifiers=()):
    event = SimpleNamespace(
        type="mouse_press", button=button, modifiers=modifiers, position=tuple(world), pos=np.zeros(2)
    )
    steps = [callback(viewer, event) for callback in viewer.mouse_drag_callbacks]
    running = [step for step in steps if hasattr(step, "__next__") and next(step, "over") != "over"]
    for kind, moved in (("mouse_move", drag), ("mouse_release", drag)):
        event.type, event.pos = kind, np.array([moved, 0.0])
        running = [step for step in running if next(step, "over") != "over"]


def hover(viewer, world):
    for callback in viewer.mouse_move_callbacks:
        callback(viewer, SimpleNamespace(position=tuple(world)))


def places(layers, graph):
    """World coordinates of a pixel in each region."""
    for node in range(int(graph.regions.max()) + 1):
        yield node, layers["phases"].data_to_world(np.argwhere(graph.regions == node)[0])


def test_a_click_selects_the_region_under_it(canvas, viewer, selection, layers, graph):
    for node, world in places(layers, graph):
        click(viewer, world)
        assert selection.nodes == {node}


def test_a_click_on_a_line_or_beside_the_image_selects_nothing(canvas, viewer, selection, layers):
    for pixel in ([15, 3], [-5, 3], [3, 500]):
        selection.nodes = [1]
        click(viewer, layers["phases"].data_to_world(pixel))
        assert selection.nodes == set()


@pytest.mark.parametrize("key", ["Shift", "Control"])
def test_with_a_key_a_click_adds_and_takes_away(canvas, viewer, selection, layers, graph, key):
    (first, one), (second, other), *_ = places(layers, graph)
    click(viewer, one)
    click(viewer, other, modifiers=(key,))
    assert selection.nodes == {first, second}
    click(viewer, one, modifiers=(key,))
    assert selection.nodes == {second}


@pytest.mark.parametrize("how", [{"drag": 30.0}, {"button": 2}])
def test_panning_and_other_buttons_do_not_select(canvas, viewer, selection, layers, graph, how):
    click(viewer, next(places(layers, graph))[1], **how)
    assert selection.nodes == set()


def test_who_paints_does_not_select(canvas, viewer, selection, layers, graph):
    layers["phases"].mode = "paint"
    press = viewer.mouse_drag_callbacks[-1]
    event = SimpleNamespace(type="mouse_press", button=1, modifiers=(), position=(0, 0), pos=np.zeros(2))
    assert list(press(viewer, event)) == []
    assert selection.nodes == set()


def test_a_marker_in_sight_is_picked_before_the_region_below_it(canvas, viewer, selection, layers, graph):
    nodes = layers["graph_nodes"]
    nodes.visible = True
    grain, pore = 0, int(graph.nodes.index[graph.nodes["phase"] == "pore"][0])
    nodes.data[pore] = nodes.data[grain] + (0, 4)
    nodes.refresh()
    click(viewer, nodes.data_to_world(nodes.data[pore]))
    assert selection.nodes == {pore}


def test_hidden_nodes_are_not_picked(canvas, viewer, selection, layers, graph):
    node, world = next(places(layers, graph))
    selection.visible = set(range(len(graph.nodes))) - {node}
    click(viewer, world)
    assert selection.nodes == set()


def test_hovering_says_the_numbers_in_the_status(canvas, viewer, selection, layers, graph):
    node, world = list(places(layers, graph))[1]
    hover(viewer, world)
    assert selection.hovered == node
    viewer.status = "somewhere"
    assert viewer.status.startswith("somewhere  LLZO 1 · ")
    viewer.status = {"coordinates": " [3 4]", "layer_base": "x"}
    assert viewer.status["coordinates"].startswith(" [3 4]  LLZO 1 · ")
    assert viewer.status["layer_base"] == "x"
    hover(viewer, layers["phases"].data_to_world([-9, -9]))
    viewer.status = "elsewhere"
    assert viewer.status == "elsewhere"


def test_without_the_labels_the_nodes_layer_tells_the_place(canvas, viewer, selection, layers, graph):
    node, world = list(places(layers, graph))[2]
    viewer.layers.remove(layers["phases"])
    click(viewer, world)
    assert selection.nodes == {node}
    viewer.layers.remove(layers["graph_nodes"])
    click(viewer, world)
    hover(viewer, world)
    assert selection.nodes == set()
    assert selection.hovered is None


def test_the_camera_goes_to_a_place_of_the_image(canvas, viewer, layers):
    canvas.center_on(np.array([12.0, 34.0]))
    np.testing.assert_allclose(camera(viewer).center[-2:], layers["phases"].data_to_world([12, 34]))


def test_nothing_is_connected_after_release(viewer, graph, selection, layers):
    def count():
        emitters = (viewer.events.status, viewer.layers.events.removed)
        callbacks = (viewer.mouse_drag_callbacks, viewer.mouse_move_callbacks)
        return [len(emitter.callbacks) for emitter in emitters] + [len(one) for one in callbacks]

    before = count()
    canvas = CanvasLink(viewer, graph, selection, layers["phases"], layers["graph_nodes"])
    assert count() != before
    canvas.release()
    assert count() == before
    canvas.release()
