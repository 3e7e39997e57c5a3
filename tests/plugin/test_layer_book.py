from __future__ import annotations

import numpy as np
import pytest
from napari.components import ViewerModel
from napari.layers import Labels, Layer

from napari_ssbi.layer_book import LayerBook
from napari_ssbi.placement import Placement
from napari_ssbi.result_layers import overlay_layer, paint_next_layer, streamline_layer
from ssbi_core.transport import Streamlines


@pytest.fixture
def viewer():
    return ViewerModel()


def overlay(role="potential", value=1.0, shape=(6, 8), pixel=0.5):
    field = np.linspace(0, value, np.prod(shape)).reshape(shape)
    return overlay_layer(role, field, "image", Placement.square(2, pixel), True)


def test_a_result_that_comes_again_keeps_its_layer_and_what_the_user_did_to_it(viewer):
    book = LayerBook(viewer)
    first = book.put(overlay())
    first.name, first.visible, first.opacity = "mine", False, 0.3
    again = book.put(overlay(value=5.0))
    assert again is first
    assert (again.name, again.visible, again.opacity) == ("mine", False, 0.3)
    assert again.data.max() == 5.0
    assert again.contrast_limits == pytest.approx([0, 5])
    assert len(viewer.layers) == 1


@pytest.mark.parametrize("changed", [{"shape": (7, 8)}, {"pixel": 0.25}])
def test_on_another_grid_it_is_the_same_layer_in_another_place(viewer, changed):
    book = LayerBook(viewer)
    first = book.put(overlay())
    viewer.add_image(np.zeros((3, 3)), name="above")
    first.name = "mine"
    again = book.put(overlay(**changed))
    assert again is first
    assert [layer.name for layer in viewer.layers] == ["mine", "above"]
    assert again.scale[0] == changed.get("pixel", 0.5)
    assert again.data.shape == changed.get("shape", (6, 8))


@pytest.mark.parametrize(("before", "after"), [(2, 5), (5, 2), (3, 3)])
def test_points_and_vectors_of_another_number_are_shown_as_a_fresh_layer_would(viewer, before, after):
    def points(count):
        places = np.arange(2.0 * count).reshape(count, 2)
        return paint_next_layer(places, (40 * count, 9), "image", Placement.square(2, 0.5, (count, 1.0)), True)

    def vectors(count):
        lines = Streamlines(tuple(np.arange(2.0 * count).reshape(count, 2) + k for k in range(count)), 1 / count)
        return streamline_layer(lines, "image", Placement.square(2, 0.5), True)

    book = LayerBook(viewer)
    for make in (points, vectors):
        layer = book.put(make(before))
        assert book.put(make(after)) is layer
        fresh = Layer.create(*make(after))
        np.testing.assert_array_equal(layer.data, fresh.data)
        np.testing.assert_array_equal(layer.translate, fresh.translate)
        assert layer.features.equals(fresh.features)
        names = ("size", "face_color", "border_color") if make is points else ("edge_width", "edge_color")
        for name in names:
            np.testing.assert_array_equal(getattr(layer, name), getattr(fresh, name))
        if make is points:
            np.testing.assert_array_equal(layer.text.values, fresh.text.values)


def test_a_layer_the_user_removed_is_forgotten_and_made_again(viewer):
    book = LayerBook(viewer)
    viewer.layers.remove(book.put(overlay()))
    assert book.get("potential") is None
    assert list(book) == []
    assert book.put(overlay()) in viewer.layers


def test_only_its_own_layers_are_removed(viewer):
    book = LayerBook(viewer)
    own = viewer.add_layer(Labels(np.zeros((4, 4), int), metadata={"ssbi": {"role": "potential"}}))
    book.put(overlay())
    book.put(overlay("sensitivity"))
    book.remove("sensitivity", "never there")
    assert [role for role, _ in book] == ["potential"]
    book.clear()
    assert list(viewer.layers) == [own]
