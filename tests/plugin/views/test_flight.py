import pytest
from napari.components import ViewerModel

from napari_ssbi.placement import Placement
from napari_ssbi.views.canvas import camera
from napari_ssbi.views.flight import fly_to

PLACEMENT = Placement.square(2, 0.5, (10.0, 20.0))


def test_the_middle_of_the_box_is_the_middle_of_the_view():
    viewer = ViewerModel()
    fly_to(viewer, (0, 100, 41, 201), PLACEMENT)
    assert camera(viewer).center == pytest.approx((0.0, 10.0 + 0.5 * 20.0, 20.0 + 0.5 * 150.0))


def test_a_smaller_place_is_looked_at_from_nearer_but_not_from_any_distance():
    viewer, zooms = ViewerModel(), []
    for edge in (400, 100, 5, 1):
        fly_to(viewer, (0, 0, edge, edge), PLACEMENT)
        zooms.append(camera(viewer).zoom)
    assert zooms[1] == pytest.approx(4 * zooms[0])
    assert zooms[1] < zooms[2] == zooms[3]


def test_a_view_in_three_dimensions_stays_where_it_is():
    viewer = ViewerModel(ndisplay=3)
    before = camera(viewer).center
    fly_to(viewer, (0, 0, 50, 50), PLACEMENT)
    assert camera(viewer).center == before
