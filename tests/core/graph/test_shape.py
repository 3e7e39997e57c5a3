import numpy as np
import pytest
from skimage.measure import regionprops

from ssbi_core.graph.shape import measure_shapes


def _ellipse(angle_deg: float) -> np.ndarray:
    rows, columns = np.indices((161, 161)) - 80
    cos, sin = np.cos(np.deg2rad(angle_deg)), np.sin(np.deg2rad(angle_deg))
    inside = ((rows * cos + columns * sin) / 60) ** 2 + ((columns * cos - rows * sin) / 20) ** 2 < 1
    return np.where(inside, 0, -1)


@pytest.mark.parametrize("angle", [0, 30, 45, 75, 90])
def test_ellipse_has_its_axes(angle):
    shapes = measure_shapes(_ellipse(angle), 1, along=0)
    assert shapes.elongation == pytest.approx(3, rel=0.01)
    assert shapes.orientation == pytest.approx(angle, abs=0.5)
    assert shapes.equivalent_diameter == pytest.approx(2 * np.sqrt(1200), rel=0.01)


def test_orientation_is_taken_against_the_transport_axis():
    assert measure_shapes(_ellipse(30), 1, along=1).orientation == pytest.approx(60, abs=0.5)


def test_moments_agree_with_regionprops():
    regions = np.random.default_rng(1).integers(-1, 12, (40, 50))
    shapes = measure_shapes(regions, 12, along=0)
    for region, shape in zip(regionprops(regions + 1), zip(*shapes, strict=True), strict=True):
        size, centroid, diameter, elongation, _, bounds = shape
        assert size == region.area
        assert centroid == pytest.approx(region.centroid)
        assert diameter == pytest.approx(region.equivalent_diameter_area)
        assert elongation == pytest.approx(region.axis_major_length / region.axis_minor_length, rel=1e-3)
        assert bounds.T.ravel().tolist() == list(region.bbox)


def test_single_pixel_is_round():
    shapes = measure_shapes(np.zeros((1, 1), int), 1, along=0)
    assert (shapes.elongation[0], shapes.orientation[0]) == (1, 0)


def test_rod_in_a_volume_points_along_its_axis():
    regions = np.full((20, 10, 10), -1)
    regions[2:18, 4:6, 4:6] = 0
    assert measure_shapes(regions, 1, along=0).orientation == pytest.approx(0, abs=1e-6)
    assert measure_shapes(regions, 1, along=2).orientation == pytest.approx(90, abs=1e-6)
    assert measure_shapes(regions, 1, along=0).elongation == pytest.approx(8)
