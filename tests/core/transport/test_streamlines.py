from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from ssbi_core.errors import InputError
from ssbi_core.io import PhaseMap
from ssbi_core.materials import Phase
from ssbi_core.transport import solve_conduction, streamlines


def solved(labels, axis=0, **given):
    return solve_conduction(PhaseMap(labels.astype(np.uint8), 1.0), axis=axis, knockout=False, **given)


@pytest.mark.parametrize("axis", [0, 1])
def test_a_uniform_picture_has_straight_lines_at_equal_distances(axis):
    lines = streamlines(solved(np.full((30, 40), Phase.LLZO), axis), count=10).lines
    across = (40, 30)[axis]
    for number, line in enumerate(lines):
        np.testing.assert_allclose(line[:, 1 - axis], (number + 0.5) * across / 10 - 0.5, atol=1e-6)
        assert line[0, axis] == 0
        assert line[-1, axis] == (29, 39)[axis]


def test_lines_gather_where_the_current_does():
    """Two columns of materials side by side: lines in proportion to the conductivities."""
    labels = np.full((20, 40), Phase.LLZO)
    labels[:, 20:] = Phase.NMC
    solution = solved(labels, conductivity={"llzo": 3e-4, "nmc": 1e-4})
    starts = np.array([line[0, 1] for line in streamlines(solution, count=40).lines])
    assert (starts < 19.5).sum() == 30


def test_no_line_enters_a_pore_or_leaves_the_picture_and_all_arrive():
    rows, columns = np.mgrid[:60, :80]
    labels = np.where(np.hypot(rows - 30, columns - 40) < 15, Phase.PORE, Phase.LLZO)
    labels[44:50, 5:20] = Phase.PORE
    for line in streamlines(solved(labels), count=30).lines:
        place = np.rint(line).astype(int)
        assert (labels[place[:, 0], place[:, 1]] == Phase.LLZO).all()
        assert line[-1, 0] == 59
        assert np.linalg.norm(np.diff(line, axis=0), axis=1).max() <= 0.5 + 1e-9


@pytest.mark.parametrize("axis", [0, 1])
def test_lines_start_where_current_enters_and_not_in_a_pore_at_the_face(axis):
    labels = np.full((40, 60), Phase.LLZO)
    labels[:8, 10:25] = labels[:3, 40:44] = Phase.PORE
    labels = labels if axis == 0 else labels.T
    solution = solved(labels, axis)
    lines = streamlines(solution, count=50).lines
    start = np.rint([line[0] for line in lines]).astype(int)
    assert (labels[start[:, 0], start[:, 1]] == Phase.LLZO).all()
    inflow = solution.current_vectors[axis].take(0, axis)
    of_columns = np.bincount(start[:, 1 - axis], minlength=inflow.size)
    np.testing.assert_allclose(np.cumsum(of_columns), 50 * np.cumsum(inflow) / inflow.sum(), atol=0.51)
    assert all(line[-1, axis] == 39 for line in lines)


@pytest.mark.parametrize("flipped", [False, True])
def test_lines_pass_where_conducting_pixels_meet_in_a_corner_between_pores(flipped):
    """The nodes of pixels carry current through such a corner: nearly all lines pass it here, as all else is closed."""
    labels = np.full((24, 31), Phase.LLZO)
    labels[12, 16:] = labels[13, :16] = Phase.PORE
    labels[12:14, 30] = Phase.LLZO  # a path through faces, without which nothing would percolate
    labels = labels[:, ::-1] if flipped else labels
    lines = streamlines(solved(labels), count=40).lines
    assert all(line[-1, 0] == 23 for line in lines)
    for line in lines:
        place = np.rint(line).astype(int)
        assert (labels[place[:, 0], place[:, 1]] == Phase.LLZO).all()
        assert np.linalg.norm(np.diff(line, axis=0), axis=1).max() <= 0.5 + 1e-6


@pytest.mark.parametrize("seed", range(6))
def test_all_lines_arrive_through_scattered_pores(seed):
    rng = np.random.default_rng(seed)
    labels = np.where(rng.random((64, 64)) < 0.2, Phase.PORE, Phase.LLZO)
    lines = streamlines(solved(labels), count=40).lines
    assert all(line[-1, 0] == 63 for line in lines)
    for line in lines:
        place = np.rint(line).astype(int)
        assert (labels[place[:, 0], place[:, 1]] == Phase.LLZO).all()


def test_between_two_lines_flows_the_same_current_in_any_section():
    rng = np.random.default_rng(0)
    labels = rng.choice([Phase.LLZO, Phase.NMC], (8, 8)).repeat(10, axis=0).repeat(10, axis=1)
    solution = solved(labels, conductivity={"llzo": 3e-4, "nmc": 1e-4})
    found = streamlines(solution, count=8)
    for row in (5, 35, 74):
        flux = np.concatenate([[0], np.cumsum(solution.current_vectors[0, row])])
        at = [line[np.argmin(np.abs(line[:, 0] - row)), 1] for line in found.lines]
        between = np.diff(np.interp(at, np.arange(81) - 0.5, flux / flux[-1]))
        np.testing.assert_allclose(between, found.current_share, rtol=0.15)


def test_what_has_no_lines_is_refused_in_words():
    blocked = np.full((20, 20), Phase.LLZO)
    blocked[10] = Phase.PORE
    with pytest.raises(InputError, match="no current passes"):
        streamlines(solved(blocked))
    flat = solved(np.full((20, 20), Phase.LLZO))
    with pytest.raises(InputError, match="0 streamlines"):
        streamlines(flat, count=0)
    with pytest.raises(InputError, match="a 2D one"):
        streamlines(dataclasses.replace(flat, current_vectors=np.zeros((3, 4, 4, 4))))
