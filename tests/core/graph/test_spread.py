import numpy as np

from ssbi_core.graph.spread import BLOCKED, FREE, spread


def test_regions_meet_halfway():
    filled, steps = spread(np.array([[0, FREE, FREE, FREE, FREE, 1]]))
    assert filled.tolist() == [[0, 0, 0, 1, 1, 1]]
    assert steps.tolist() == [[0, 1, 2, 2, 1, 0]]


def test_ties_go_to_the_lowest_region_from_either_side():
    assert spread(np.array([[0, FREE, 1]]))[0].tolist() == [[0, 0, 1]]
    assert spread(np.array([[1, FREE, 0]]))[0].tolist() == [[1, 0, 0]]


def test_blocked_pixels_stay_and_are_not_crossed():
    filled, steps = spread(np.array([[0, FREE, BLOCKED, FREE, FREE]]))
    assert filled.tolist() == [[0, 0, BLOCKED, FREE, FREE]]
    assert steps.tolist() == [[0, 1, 0, 0, 0]]


def test_steps_are_the_distance_along_the_axes():
    ids = np.full((21, 31), FREE)
    ids[7, 11] = 4
    filled, steps = spread(ids)
    rows, columns = np.indices(ids.shape)
    assert np.all(filled == 4)
    assert np.array_equal(steps, np.abs(rows - 7) + np.abs(columns - 11))


def test_volume_fills_completely():
    ids = np.full((5, 6, 7), FREE)
    ids[0, 0, 0], ids[-1, -1, -1] = 0, 1
    filled, _ = spread(ids)
    assert np.array_equal(filled[0, 0], np.zeros(7))
    assert set(np.unique(filled)) == {0, 1}


def test_input_is_left_alone():
    ids = np.array([[0, FREE]])
    spread(ids)
    assert ids.tolist() == [[0, FREE]]
