"""Lines that stand for surfaces: give their pixels to the solids beside them, keep the face in between.

A grain boundary, a contact or a dislocation is a surface of no thickness that a label image can only draw as a line
some pixels wide. Its pixels are handed to the nearest solid (fronts advance one pixel at a time, so the two sides
meet in the middle), and the faces where the two fronts meet carry the resistance.

Whether two pixels lie on opposite sides is a local question, because a dislocation ends inside a grain and a
segmented boundary may have gaps: the two pixels' solids are opposite if no path through unlabelled-as-line pixels
joins them nearby. "Nearby" is the same tile of a few pixels, or two tiles whose pieces touch.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import ndimage
from skimage.measure import label as label_equal

_TILE = 4
_MAX_FRONT_STEPS = 64


class CutFaces(NamedTuple):
    """Faces between opposite sides of a line: pixel before, pixel behind, and the array axis they are normal to."""

    first: np.ndarray
    second: np.ndarray
    axis: np.ndarray


def nearest_source(line: np.ndarray, source: np.ndarray) -> np.ndarray:
    """Flat index of the source pixel every line pixel is handed to; every other pixel keeps its own.

    Parameters
    ----------
    line : boolean grid of the pixels to hand over.
    source : boolean grid of the pixels that may take them.
    """
    own = np.arange(line.size).reshape(line.shape)
    origin = np.pad(np.where(source, own, -1), 1, constant_values=-1)
    steps = _strides(origin.shape)
    flat = origin.ravel()
    pending = np.flatnonzero(np.pad(line, 1).ravel())
    for _ in range(_MAX_FRONT_STEPS):
        if pending.size == 0:
            break
        taken = flat[pending]
        for step in (*(-s for s in steps), *reversed(steps)):  # ties go the same way everywhere, so lines stay straight
            taken = np.where(taken < 0, flat[pending + step], taken)
        flat[pending] = taken
        pending = pending[taken < 0]
    inner = flat.reshape(origin.shape)[(slice(1, -1),) * line.ndim]
    result = np.where(line, inner, own)
    return _by_distance(result, source) if pending.size else result


def _by_distance(result: np.ndarray, source: np.ndarray) -> np.ndarray:
    """Fill what the fronts did not reach, inside blobs far wider than any line."""
    nearest = np.asarray(ndimage.distance_transform_edt(~source, return_distances=False, return_indices=True))
    return np.where(result < 0, np.ravel_multi_index(tuple(nearest), source.shape), result)


def cut_faces(line: np.ndarray, labels: np.ndarray, source: np.ndarray) -> CutFaces:
    """Faces at a line pixel whose two pixels were handed to opposite sides.

    Parameters
    ----------
    line : boolean grid of line pixels.
    labels : phase codes; pieces of different phase are told apart.
    source : result of `nearest_source`.
    """
    piece = _pieces(line, labels)
    touching = _touching_pairs(piece)
    side = piece.ravel()[source]
    count = int(piece.max()) + 1
    first, second, axes = [], [], []
    for axis, step in enumerate(_strides(line.shape)):
        before, behind = _split(np.arange(line.size).reshape(line.shape), axis)
        at_line = line.ravel()[before] | line.ravel()[behind]
        before, behind = before[at_line], behind[at_line]
        a, b = side.ravel()[before], side.ravel()[behind]
        opposite = (a != b) & ~np.isin(_code(a, b, count), touching)
        first.append(before[opposite])
        second.append(before[opposite] + step)
        axes.append(np.full(int(opposite.sum()), axis))
    return CutFaces(np.concatenate(first), np.concatenate(second), np.concatenate(axes))


def _pieces(line: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Connected pieces of equal phase within each tile, numbered from 1; 0 on lines."""
    tile = np.zeros(line.shape, dtype=np.int32)
    for axis, size in enumerate(line.shape):
        steps = (np.arange(size) // _TILE).reshape([-1 if k == axis else 1 for k in range(line.ndim)])
        tile = tile * (size // _TILE + 1) + steps
    value = np.where(line, 0, tile * 16 + labels.astype(np.int32) + 1)
    return np.asarray(label_equal(value, background=0, connectivity=1))


def _touching_pairs(piece: np.ndarray) -> np.ndarray:
    """Codes of pairs of pieces joined by a path within a 2 x 2 window of the grid."""
    count = int(piece.max()) + 1
    pairs = [_pair_codes(*_split(piece, axis), count) for axis in range(piece.ndim)]
    for i in range(piece.ndim):
        for j in range(i + 1, piece.ndim):
            corner = [_window(piece, {i: a, j: b}) for a in (0, 1) for b in (0, 1)]
            for one, other, via in ((0, 3, (1, 2)), (1, 2, (0, 3))):
                joined = (corner[via[0]] > 0) | (corner[via[1]] > 0)
                pairs.append(_pair_codes(corner[one][joined], corner[other][joined], count))
    return np.unique(np.concatenate(pairs))


def _pair_codes(a: np.ndarray, b: np.ndarray, count: int) -> np.ndarray:
    keep = (a != b) & (a > 0) & (b > 0)
    return np.unique(_code(a[keep], b[keep], count))


def _code(a: np.ndarray, b: np.ndarray, count: int) -> np.ndarray:
    return np.minimum(a, b).astype(np.int64) * count + np.maximum(a, b)


def _split(field: np.ndarray, axis: int) -> tuple[np.ndarray, np.ndarray]:
    return _window(field, {axis: 0}).ravel(), _window(field, {axis: 1}).ravel()


def _window(field: np.ndarray, shift: dict[int, int]) -> np.ndarray:
    """The field without its last (shift 0) or first (shift 1) plane along the axes named."""
    window = (slice(shift[k], n - 1 + shift[k]) if k in shift else slice(None) for k, n in enumerate(field.shape))
    return field[tuple(window)]


def _strides(shape: tuple[int, ...]) -> list[int]:
    return [int(np.prod(shape[k + 1 :])) for k in range(len(shape))]
