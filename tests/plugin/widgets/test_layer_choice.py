from __future__ import annotations

import numpy as np
import pytest
from napari.components import ViewerModel
from napari.layers import Labels

from napari_ssbi.widgets.layer_choice import LayerChoice


@pytest.fixture
def viewer(application):
    return ViewerModel()


def add(viewer, name):
    return viewer.add_layer(Labels(np.ones((4, 4), np.uint8), name=name))


def of_labels(layer):
    return isinstance(layer, Labels)


def test_the_first_layer_is_chosen_by_itself(viewer):
    choice = LayerChoice(viewer, of_labels, "none")
    assert choice.layer() is None
    layer = add(viewer, "a")
    assert choice.layer() is layer
    add(viewer, "b")
    assert choice.layer() is layer


def test_where_there_is_an_entry_of_its_own_no_layer_is_chosen_by_itself(viewer):
    add(viewer, "a")
    choice = LayerChoice(viewer, of_labels, "none", own="this")
    assert choice.is_own
    add(viewer, "b")
    assert choice.is_own
    assert choice.layer() is None


def test_a_chosen_layer_that_is_removed_leaves_nothing_chosen_and_says_so(viewer):
    layer = add(viewer, "a")
    add(viewer, "b")
    choice, heard = LayerChoice(viewer, of_labels, "none", own="this"), []
    choice.choose(layer)
    assert choice.layer() is layer
    choice.chosen.connect(lambda: heard.append(choice.layer()))
    viewer.layers.remove(layer)
    assert not choice.is_own, "another meaning than the user chose"
    assert choice.layer() is None
    assert heard == [None]


def test_a_choice_follows_its_layer_through_names_and_order(viewer):
    first, second = add(viewer, "a"), add(viewer, "b")
    choice = LayerChoice(viewer, of_labels, "none", own="this")
    choice.choose(second)
    viewer.layers.move(1, 0)
    second.name = "other"
    assert choice.layer() is second
    assert choice.currentText() == "other"
    choice.disconnect_viewer()
    viewer.layers.remove(first)
