import numpy as np
import pytest

from ssbi_core.graph.proximity import near_pairs

NOTHING = np.zeros((0, 2), np.int64)


def _discs(centres, radius, shape=(120, 160)):
    rows, columns = np.indices(shape)
    border, owner = [], []
    for number, (row, column) in enumerate(centres):
        distance = np.hypot(rows - row, columns - column)
        points = np.argwhere((distance < radius) & (distance > radius - 2))
        border.append(points)
        owner.append(np.full(len(points), number))
    centroid = np.array(centres, float)
    return centroid, np.full(len(centres), 2.0 * radius), np.concatenate(border), np.concatenate(owner)


def test_gap_is_the_smallest_distance_between_borders():
    centroid, diameter, border, owner = _discs([(40, 30), (55, 70), (90, 40)], 10)
    pairs, gap = near_pairs(centroid, diameter, border, owner, NOTHING)
    assert pairs.tolist() == [[0, 1], [0, 2], [1, 2]]
    for (one, other), found in zip(pairs, gap, strict=True):
        a, b = border[owner == one], border[owner == other]
        exact = np.linalg.norm(a[:, None] - b[None], axis=2).min() - 1
        assert found == pytest.approx(exact, abs=0.5)


def test_far_pairs_are_left_out():
    pairs, _ = near_pairs(*_discs([(20, 20), (20, 90)], 10), NOTHING)
    assert pairs.tolist() == []


def test_touching_pairs_are_left_out():
    pairs, _ = near_pairs(*_discs([(20, 20), (20, 45), (20, 70)], 10), np.array([[0, 1]]))
    assert pairs.tolist() == [[0, 2], [1, 2]]


@pytest.mark.parametrize("number", [0, 1])
def test_fewer_than_two_regions_have_no_pairs(number):
    centroid, border = np.zeros((number, 2)), np.zeros((number, 2))
    pairs, gap = near_pairs(centroid, np.ones(number), border, np.zeros(number, np.int64), NOTHING)
    assert (len(pairs), len(gap)) == (0, 0)
