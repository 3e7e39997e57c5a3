import numpy as np
import pytest

from ssbi_core.errors import InputError
from ssbi_core.io import PhaseMap
from ssbi_core.materials import Phase
from ssbi_core.segment.correction.places import where_to_paint


def _phases(uncertainty: np.ndarray) -> PhaseMap:
    return PhaseMap(np.ones(uncertainty.shape, np.uint8), 1.0, None, uncertainty.astype(np.float32))


def _patches(*patches: tuple[int, int, int, float]) -> np.ndarray:
    image = np.zeros((200, 200))
    for row, column, radius, value in patches:
        image[row - radius : row + radius + 1, column - radius : column + radius + 1] = value
    return image


def test_the_middle_of_the_largest_uncertain_area_comes_first():
    places = where_to_paint(_phases(_patches((50, 50, 20, 0.5), (150, 140, 8, 0.5))))
    np.testing.assert_allclose(places, [[50, 50], [150, 140]], atol=1)


def test_a_thin_line_is_no_place_to_paint_however_uncertain():
    image = _patches((150, 140, 8, 0.4))
    image[40:42] = 1.0
    np.testing.assert_allclose(where_to_paint(_phases(image)), [[150, 140]], atol=1)


def test_places_are_apart_and_no_more_than_wanted():
    noise = np.random.default_rng(0).random((200, 200))
    places = where_to_paint(_phases(noise), count=5, distance=40)
    apart = np.linalg.norm(places[:, None] - places[None], axis=-1) + 1e9 * np.eye(len(places))
    assert places.shape == (5, 2)
    assert apart.min() >= 40


def test_painted_places_are_left_out():
    strokes = np.zeros((200, 200), np.uint8)
    strokes[45:55, 45:55] = Phase.PORE
    phases = _phases(_patches((50, 50, 20, 0.5), (150, 140, 8, 0.5)))
    np.testing.assert_allclose(where_to_paint(phases, strokes=strokes), [[150, 140]], atol=1)


def test_nothing_is_suggested_where_the_net_is_certain():
    assert where_to_paint(_phases(np.zeros((64, 64)))).shape == (0, 2)


def test_the_same_map_gives_the_same_places():
    phases = _phases(np.random.default_rng(1).random((120, 120)))
    np.testing.assert_array_equal(where_to_paint(phases), where_to_paint(phases))


def test_a_map_without_uncertainty_is_refused():
    with pytest.raises(InputError, match="segment"):
        where_to_paint(PhaseMap(np.ones((9, 9), np.uint8), 1.0))


@pytest.mark.parametrize("wrong", [{"count": 0}, {"distance": 0}, {"extent": 0.0}])
def test_numbers_that_are_not_positive_are_refused(wrong):
    with pytest.raises(InputError, match="positive"):
        where_to_paint(_phases(np.ones((32, 32))), **wrong)


def test_strokes_of_another_shape_are_refused():
    with pytest.raises(InputError, match="shape"):
        where_to_paint(_phases(np.ones((32, 32))), strokes=np.zeros((31, 32), np.uint8))
