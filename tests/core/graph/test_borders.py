import numpy as np
import pytest

from ssbi_core.graph.borders import Borders, find_faces, measure_borders
from ssbi_core.graph.regions import find_regions, free_lines
from ssbi_core.graph.spread import spread
from ssbi_core.materials import Phase


def _borders(labels: np.ndarray) -> Borders:
    regions, codes = find_regions(labels)
    filled, steps = spread(free_lines(regions, labels))
    return measure_borders(filled, steps, labels, codes)


def _tilted(angle_deg: float, width: float, radius: float = 80) -> np.ndarray:
    """A line through a disc: two LLZO halves, a boundary `width` pixels wide, unlabelled outside."""
    rows, columns = np.indices((201, 201)) - 100
    offset = rows * np.cos(np.deg2rad(angle_deg)) + columns * np.sin(np.deg2rad(angle_deg)) + 0.13
    labels = np.where(offset < 0, Phase.LLZO, Phase.REACTION_LAYER if width == 0 else Phase.LLZO)
    labels[np.abs(offset) < width / 2] = Phase.GRAIN_BOUNDARY
    return np.where(rows**2 + columns**2 < radius**2, labels, 0).astype(np.uint8)


@pytest.mark.parametrize("angle", range(0, 91, 5))
@pytest.mark.parametrize("width", [0, 2, 3])
def test_tilted_line_is_within_3_percent(angle, width):
    borders = _borders(_tilted(angle, width))
    inner = borders.second < 2
    assert borders.size[inner].sum() == pytest.approx(160, rel=0.03)


@pytest.mark.parametrize("angle", range(0, 91, 15))
def test_drawn_width_of_a_tilted_line(angle):
    borders = _borders(_tilted(angle, 3))
    line = borders.kind == Phase.GRAIN_BOUNDARY
    inner = line & (borders.second < 2)
    assert borders.width[inner] == pytest.approx(3, abs=0.2)


@pytest.mark.parametrize(("radius", "error"), [(3, 0.11), (5, 0.06), (10, 0.03), (30, 0.02), (90, 0.02)])
def test_circumference(radius, error):
    rows, columns = np.indices((201, 201)) - 100.3
    labels = np.where(np.hypot(rows, columns) < radius, Phase.PORE, Phase.LLZO).astype(np.uint8)
    assert _borders(labels).size.sum() == pytest.approx(2 * np.pi * radius, rel=error)


def test_sphere_area_within_5_percent():
    z, y, x = np.indices((48, 48, 48)) - 23.7
    labels = np.where(z**2 + y**2 + x**2 < 18**2, Phase.NMC, Phase.LLZO).astype(np.uint8)
    assert _borders(labels).size.sum() == pytest.approx(4 * np.pi * 18**2, rel=0.05)


def test_straight_lines_are_exact_in_length_and_width():
    labels = np.full((37, 50), Phase.LLZO, np.uint8)
    labels[:, 20:24] = Phase.GRAIN_BOUNDARY
    borders = _borders(labels)
    assert (borders.size.tolist(), borders.width.tolist()) == ([37], [4])
    assert borders.kind.tolist() == [Phase.GRAIN_BOUNDARY]


def test_partly_drawn_contact_is_one_kind():
    labels = np.full((20, 20), Phase.LLZO, np.uint8)
    labels[10:] = Phase.NMC
    labels[10, 5:] = Phase.CONTACT
    borders = _borders(labels)
    assert borders.kind.tolist() == [Phase.CONTACT]


def test_faces_of_a_volume_name_both_pixels():
    ids = np.zeros((3, 4, 5), int)
    ids[1:, :, :] = 1
    faces = find_faces(ids)
    assert len(faces.before) == 20
    assert set(faces.direction) == {0}
    assert np.all(ids.ravel()[faces.before] == 0)
    assert np.all(ids.ravel()[faces.after] == 1)
