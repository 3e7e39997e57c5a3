"""What a user can choose by mistake is refused in words that say what to do."""

from __future__ import annotations

import dask.array as da
import numpy as np
import pytest
from napari.layers import Image, Labels, Points

from napari_ssbi.inputs import element_layers, labels_source, micrograph_source
from napari_ssbi.layers import micrograph_layers
from ssbi_core.errors import CalibrationError, InputError
from ssbi_core.io import Micrograph

NM = {"scale": (0.5, 0.5), "units": ("nm", "nm")}
rng = np.random.default_rng(0)
GREY = rng.random((40, 60)).astype(np.float32)


@pytest.mark.parametrize(
    ("layer", "said", "mend"),
    [
        (None, "no image layer chosen", "open a file"),
        (Points(np.zeros((1, 2))), "Points layer", "choose another"),
        (Image(rng.random((40, 60, 3)), rgb=True, **NM), "colour", "split"),
        (Image([GREY, GREY[::2, ::2]], multiscale=True, **NM), "multiscale", "layer.data\\[0\\]"),
        (Image(rng.random((5, 40, 60))), "stack of 5 planes", "Split Stack"),
        (Image(da.zeros((5, 40, 60)), name="lazy"), "loaded lazily", "Split Stack"),
        (Image(rng.random((5, 40, 60)), axis_labels=("t", "y", "x")), "time series", "Split Stack"),
    ],
)
def test_what_is_no_grey_picture_is_refused_with_the_mend(layer, said, mend):
    with pytest.raises(InputError, match=said) as caught:
        micrograph_source(layer)
    assert caught.match(mend)


def test_a_missing_pixel_size_is_asked_for_in_place():
    layer = Image(GREY)
    with pytest.raises(CalibrationError, match="Data step"):
        micrograph_source(layer)
    source = micrograph_source(layer, pixel_size_nm=0.25)
    assert source.pixel_size_nm == 0.25
    assert source.placement.sizes_nm == (0.25, 0.25)
    with pytest.raises(CalibrationError):
        micrograph_source(layer, pixel_size_nm=-1)


def test_labels_of_another_thing_than_phases_are_refused():
    with pytest.raises(InputError, match="holds labels 77"):
        labels_source(Labels(np.full((40, 60), 77), **NM))
    with pytest.raises(InputError, match="no labels layer chosen"):
        labels_source(None)
    with pytest.raises(InputError, match="Image layer"):
        labels_source(Image(GREY, **NM))


def test_maps_of_another_size_are_refused_by_name():
    with pytest.raises(InputError, match="'wrong' of 30 x 60 beside an image of 40 x 60"):
        micrograph_source(Image(GREY, **NM), {"La": Image(GREY[:30], name="wrong", **NM)})


def test_anisotropic_pixels_are_made_square_over_the_same_field():
    image = Image(GREY, scale=(1.0, 0.5), translate=(10, 20), units=("nm", "nm"))
    source = micrograph_source(image)
    assert source.shape == (80, 60)
    assert source.pixel_size_nm == 0.5
    assert source.notes
    fine = Image(source.micrograph.haadf, **source.placement.layer_settings())
    np.testing.assert_allclose(fine.data_to_world((-0.5, -0.5)), image.data_to_world((-0.5, -0.5)))
    np.testing.assert_allclose(fine.data_to_world((79.5, 59.5)), image.data_to_world((39.5, 59.5)))
    labels = labels_source(Labels((GREY > 0.5).astype(np.uint8), scale=(1.0, 0.5), units=("nm", "nm")))
    np.testing.assert_array_equal(labels.phases.labels[::2], (GREY > 0.5).astype(np.uint8))


def test_element_maps_are_found_by_their_micrograph_and_not_by_name():
    def layers(name):
        made = micrograph_layers(Micrograph(GREY, {"La": GREY, "Ni": GREY}, 0.5, name, sha256=name))
        return [Image(data, **{**settings, "name": "anything"}) for data, settings, _ in made]

    one, other = layers("one"), layers("other")
    found = element_layers(one[0], [*other, *one])
    assert found == {"La": one[1], "Ni": one[2]}
    assert element_layers(Image(GREY), one) == {}
    source = micrograph_source(one[0], found)
    assert list(source.micrograph.elements) == ["La", "Ni"]
    assert source.micrograph.sha256 == "one"
