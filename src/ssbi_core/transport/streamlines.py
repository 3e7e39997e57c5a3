"""Streamlines of the ionic current, each carrying the same part of it.

They start on the first face where the current that enters to one side of them is an odd multiple of half that part, so
that dense lines mean dense current. All are followed at once, by the midpoint rule along the interpolated direction of
the current. Insulating pixels are walked around: interpolation blurs the wall of a pore by a pixel, so a step that
would enter it is made again along the current of the pixel it starts from, and slides along the wall. A line that
cannot slide leaves its pixel through a corner: the node there carries current, between two pores too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy.ndimage import map_coordinates

from ssbi_core.errors import InputError
from ssbi_core.graph.axis import array_axis
from ssbi_core.transport.solution import ConductionSolution

_STEP = 0.5  # pixels
_LONGEST = 8  # times the sum of rows and columns; a longer line goes round in circles of rounding
_HEAD_ON = 0.02  # pixels; a line that would slide less along a wall ran straight into it
_PAST = 1e-6  # pixels beyond a corner, when a line passes through it
_STILL = 1e-9  # of the mean current density; less has no direction


@dataclass(frozen=True, eq=False)
class Streamlines:
    """Lines along the current.

    Attributes
    ----------
    lines : (points, 2) each, in pixels (row, column), centres of pixels at whole numbers, from the first face on.
    current_share : part of the total current between two neighbouring lines.
    """

    lines: tuple[np.ndarray, ...]
    current_share: float


def streamlines(solution: ConductionSolution, count: int = 60) -> Streamlines:
    """Follow the current from the first face to the last.

    Parameters
    ----------
    solution : of a 2D picture in which current flows.
    count : number of lines.

    Raises
    ------
    InputError
        If the picture is not 2D, nothing conducts, or `count` is below 1.
    """
    current = np.asarray(solution.current_vectors, dtype=float)
    if current.ndim != 3:
        raise InputError(
            f"a solution on a grid of shape {current.shape[1:]}", "a 2D one", "take a slice, and solve that"
        )
    if not solution.percolates:
        raise InputError("a structure that no current passes", "a conducting path", "see the reason of the solution")
    if count < 1:
        raise InputError(f"{count} streamlines", "1 or more", "ask for some")
    axis = array_axis(solution.axis, 2)
    if axis == 1:  # followed along the rows in any case
        current = current[::-1].transpose(0, 2, 1)
    lines = _followed(current, _starts(current[0, 0], count))
    return Streamlines(tuple(line if axis == 0 else line[:, ::-1] for line in lines), 1 / count)


def _starts(inflow: np.ndarray, count: int) -> np.ndarray:
    """(count, 2) places on the first row that split the inflow evenly."""
    upto = np.cumsum(inflow.clip(0))
    wanted = (np.arange(count) + 0.5) / count * upto[-1]
    column = np.searchsorted(upto, wanted)  # the first that reaches it, and so one that carries current
    place = column + 0.5 - (upto[column] - wanted) / inflow[column]
    return np.stack([np.zeros(count), place.clip(0, inflow.size - 1)], axis=1)


def _followed(current: np.ndarray, starts: np.ndarray) -> list[np.ndarray]:
    size = np.hypot(*current)
    path = np.stack(list(_steps(current, size > _STILL * size.mean(), starts)))
    ended = np.isnan(path[..., 0])
    lengths = np.where(ended.any(axis=0), ended.argmax(axis=0), len(path))
    return [path[:length, line] for line, length in enumerate(lengths)]


def _steps(current: np.ndarray, live: np.ndarray, starts: np.ndarray) -> Iterator[np.ndarray]:
    """Positions (lines, 2) after every step; NaN where a line has ended."""
    last = np.array(live.shape) - 1
    place = starts.copy()
    yield place
    for _ in range(int(_LONGEST * sum(live.shape) / _STEP)):
        going = ~np.isnan(place[:, 0])
        if not going.any():
            return
        here = place[going]
        half = _direction(current, here)
        move = _STEP * _direction(current, (here + _STEP / 2 * half).clip(0, last))
        there = _beside_walls(current, live, here, move)
        there[:, 1] = there[:, 1].clip(0, last[1])
        arrived = there[:, 0] > last[0]
        stuck = (np.abs(there - here).sum(axis=1) < 1e-6) | (there[:, 0] < 0)
        there[arrived, 0] = last[0]
        place = np.full_like(place, np.nan)
        place[going] = there
        yield place.copy()
        place[np.flatnonzero(going)[arrived | stuck]] = np.nan


def _direction(current: np.ndarray, place: np.ndarray) -> np.ndarray:
    found = np.stack([map_coordinates(part, place.T, order=1, mode="nearest") for part in current], axis=1)
    size = np.linalg.norm(found, axis=1, keepdims=True)
    return np.divide(found, size, out=np.zeros_like(found), where=size > 0)


def _beside_walls(current: np.ndarray, live: np.ndarray, here: np.ndarray, move: np.ndarray) -> np.ndarray:
    """Where the move leads; one that would enter an insulating pixel is made along its wall."""
    there = here + move
    blocked = np.flatnonzero(~_inside(live, there))
    if blocked.size:
        there[blocked] = _along_wall(current, live, here[blocked])
    return there


def _along_wall(current: np.ndarray, live: np.ndarray, here: np.ndarray) -> np.ndarray:
    """A step from `here` along the pixel's own current, or the part of it that no wall stops."""
    own = _STEP * _direction(current, np.rint(here))
    there = _through_corner(live, here, own)
    for move in (own * [0, 1], own * [1, 0], own):
        free = _inside(live, here + move) & (np.abs(move).max(axis=1) > _HEAD_ON)
        there[free] = (here + move)[free]
    return there


def _through_corner(live: np.ndarray, here: np.ndarray, own: np.ndarray) -> np.ndarray:
    """Just past the furthest downstream corner of the pixel behind which it conducts; `here` where there is none."""
    there, furthest = here.copy(), np.zeros(len(here))
    for side in product((-1, 1), repeat=2):
        corner = np.rint(here) + np.array(side) * (0.5 + _PAST)
        better = _inside(live, corner) & (own @ side > furthest)
        there[better], furthest[better] = corner[better], (own @ side)[better]
    return there


def _inside(live: np.ndarray, place: np.ndarray) -> np.ndarray:
    rows, columns = np.rint(place).astype(int).T
    return live[rows.clip(0, live.shape[0] - 1), columns.clip(0, live.shape[1] - 1)]
