"""Thickness of a layer along the electrolyte | electrode interface, across the interface and not across the picture.

The interface is the line on which electrolyte and electrode, grown into whatever lies between them, meet. It is traced
as a contour, smoothed over a few pixels so that the staircase of the pixels is gone, and walked in steps of a pixel;
at each step a ray goes out along the normal to both sides until it meets solid electrolyte or electrode, and what it
passes of the layer is the thickness there. A layer that is tilted or wavy is then as thick as it is, and one that is
broken has zero thickness where nothing is left of it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.ndimage import gaussian_filter1d, label, map_coordinates
from skimage.measure import find_contours

from ssbi_core.errors import CalibrationError, InputError
from ssbi_core.graph.axis import ELECTROLYTE, array_axis
from ssbi_core.graph.spread import FREE, spread
from ssbi_core.io.phase_map import PhaseMap
from ssbi_core.materials import LAYERS, Phase

_SMOOTHING = 4.0  # pixels: longer than the steps of a staircase, shorter than the waves of an interface
_SAMPLE = 0.25  # pixels between samples along a ray
_SPECK = 16  # pixels: smaller bodies on the other side's ground make no interface
_SHORTEST = 4 * _SMOOTHING  # pixels of interface
_BARE = 0.5  # pixels: thinner than that nothing is drawn
_CHUNK = 2_000_000  # samples at a time
_SOLID = 0.999  # of four neighbours


@dataclass(frozen=True, eq=False)
class ThicknessProfile:
    """Thickness of a layer along the interface, one row per pixel length of interface.

    Attributes
    ----------
    position_nm : (n,) length of interface up to here; pieces follow each other, the longest first.
    thickness_nm : (n,) across the interface; 0 where the layer is broken.
    place : (n, 2) row and column on the interface, in pixels.
    piece : (n,) number of the connected piece of interface.
    pixel_size_nm : edge of a pixel.
    phase : what is measured.
    """

    position_nm: np.ndarray
    thickness_nm: np.ndarray
    place: np.ndarray
    piece: np.ndarray
    pixel_size_nm: float
    phase: Phase = Phase.REACTION_LAYER

    @cached_property
    def covered(self) -> np.ndarray:
        """(n,) whether there is a layer, of at least half a pixel."""
        return self.thickness_nm >= _BARE * self.pixel_size_nm

    @property
    def uncovered_share(self) -> float:
        """Share of the interface without the layer."""
        return float(1 - self.covered.mean())

    @property
    def mean_nm(self) -> float:
        """Mean thickness where there is a layer."""
        return float(self.thickness_nm[self.covered].mean()) if self.covered.any() else 0.0

    @property
    def median_nm(self) -> float:
        """Median thickness where there is a layer."""
        return self.percentile_nm(50)

    def percentile_nm(self, percent: float) -> float:
        """Thickness that this percentage of the covered interface does not exceed."""
        return float(np.percentile(self.thickness_nm[self.covered], percent)) if self.covered.any() else 0.0


def layer_thickness(
    phases: PhaseMap | np.ndarray,
    axis: int,
    phase: Phase | str | int = Phase.REACTION_LAYER,
    *,
    pixel_size_nm: float | None = None,
) -> ThicknessProfile:
    """Thickness of a layer along the interface.

    Parameters
    ----------
    phases : phases of an image, or (rows, columns) phase codes.
    axis : transport axis, 0 rows, 1 columns; positions count along the other one.
    phase : layer to measure.
    pixel_size_nm : edge of the square pixel; that of `phases` by default.

    Returns
    -------
    ThicknessProfile
        Pieces of interface shorter than 16 pixels, and places whose normal leaves the picture before it meets a
        solid, are left out. Thickness is right within 3 % on straight layers at any angle that are at least 5 pixels
        thick, and rounds off over about 4 pixels where the interface turns.

    Raises
    ------
    InputError
        If the labels are not one image, hold none of the layer, or hold no interface that it could be measured along.
    CalibrationError
        If the pixel size is missing or not a positive number.
    """
    phase = Phase.parse(phase)
    known = phases.pixel_size_nm if isinstance(phases, PhaseMap) else None
    size = _checked_size(known if pixel_size_nm is None else pixel_size_nm)
    labels = np.asarray(phases.labels if isinstance(phases, PhaseMap) else phases)
    _check(labels, axis, phase)
    solid = _solids(labels)
    filled, steps = spread(solid)
    pieces = _interfaces(filled, axis)
    place, piece, thickness = _measure(pieces, labels == phase, solid != FREE, steps)
    if not len(place):
        raise InputError(
            "an interface that is nowhere in full in the picture",
            "llzo (code 1) and nmc (code 3) on both sides of the layer",
            "check the labels, or choose a picture in which the interface is seen",
        )
    return ThicknessProfile(_positions(place, piece) * size, thickness * size, place, piece, size, phase)


def _checked_size(size: float | None) -> float:
    if size is None or not (math.isfinite(size) and size > 0):
        raise CalibrationError(f"a pixel size of {size} nm", "a positive number", "give pixel_size_nm")
    return float(size)


def _check(labels: np.ndarray, axis: int, phase: Phase) -> None:
    if labels.ndim != 2:
        raise InputError(f"labels of {labels.ndim} dimensions", "one image (rows, columns)", "pass one slice")
    array_axis(axis, 2)
    if phase not in LAYERS:
        known = " or ".join(layer.key for layer in sorted(LAYERS))
        raise InputError(f"the thickness of {phase.key}", f"a layer: {known}", "choose one of these")
    if not np.any(labels == phase):
        raise InputError(f"labels without any {phase.key}", f"pixels of code {int(phase)}", "check the labels")


def _solids(labels: np.ndarray) -> np.ndarray:
    """0 on electrolyte, 1 on electrode, free elsewhere; specks are free."""
    electrolyte = _without_specks(np.isin(labels, ELECTROLYTE))
    electrode = _without_specks(labels == Phase.NMC)
    return np.where(electrolyte, 0, np.where(electrode, 1, FREE))


def _without_specks(body: np.ndarray) -> np.ndarray:
    number = np.asarray(label(body, structure=np.ones((3, 3)))[0], np.int32)  # type: ignore[index]
    large = np.bincount(number.ravel()) >= _SPECK
    large[0] = False
    return large[number]


def _interfaces(filled: np.ndarray, axis: int) -> list[np.ndarray]:
    """Smooth lines between the two sides as (n, 2) points a pixel apart, the longest first, along the other axis."""
    along = 1 - axis
    lines = [_even(_smooth(_even(line))) for line in find_contours((filled == 1).astype(np.float32), 0.5)]
    lines = [line if line[-1, along] >= line[0, along] else line[::-1] for line in lines]
    return sorted((line for line in lines if len(line) > _SHORTEST), key=len, reverse=True)


def _even(line: np.ndarray) -> np.ndarray:
    """The same line in steps of about a pixel."""
    length = np.append(0, np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1)))
    at = np.linspace(0, length[-1], max(round(length[-1]), 1) + 1)
    return np.stack([np.interp(at, length, column) for column in line.T], axis=1)


def _smooth(line: np.ndarray) -> np.ndarray:
    if np.array_equal(line[0], line[-1]):
        around = gaussian_filter1d(line[:-1], _SMOOTHING, axis=0, mode="wrap")
        return np.append(around, around[:1], axis=0)
    margin = min(int(4 * _SMOOTHING), len(line) - 1)
    # Reflected through its ends, a straight line stays straight up to them.
    longer = np.pad(line, ((margin, margin), (0, 0)), mode="reflect", reflect_type="odd")
    return gaussian_filter1d(longer, _SMOOTHING, axis=0)[margin : margin + len(line)]


def _measure(
    pieces: list[np.ndarray], layer: np.ndarray, solid: np.ndarray, steps: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    places, numbers, thickness = [np.empty((0, 2))], [np.empty(0, int)], [np.empty(0)]
    for number, line in enumerate(pieces):
        direction = np.gradient(line, axis=0)
        normal = direction[:, ::-1] * (1, -1) / np.maximum(np.linalg.norm(direction, axis=1), 1e-9)[:, None]
        reach = _reach(line, steps)
        rows = max(int(_CHUNK * _SAMPLE / (reach + 1)), 1)
        chunks = [slice(start, start + rows) for start in range(0, len(line), rows)]
        found = [_two_rays(line[part], normal[part], reach, layer, solid) for part in chunks]
        depth = np.concatenate(found)
        whole = np.isfinite(depth)
        places.append(line[whole])
        numbers.append(np.full(np.count_nonzero(whole), number))
        thickness.append(depth[whole])
    return np.concatenate(places), np.concatenate(numbers), np.concatenate(thickness)


def _reach(line: np.ndarray, steps: np.ndarray) -> float:
    """Farther than any solid is from this line: steps along the axes are never shorter than the way."""
    row, column = np.clip(np.rint(line).astype(int), 0, np.array(steps.shape) - 1).T
    return float(steps[row, column].max()) + 2 * _SMOOTHING


def _two_rays(start: np.ndarray, normal: np.ndarray, reach: float, layer: np.ndarray, solid: np.ndarray) -> np.ndarray:
    """Pixels of layer to both sides, NaN where a ray leaves the picture."""
    return _ray(start, normal, reach, layer, solid) + _ray(start, -normal, reach, layer, solid)


def _ray(start: np.ndarray, normal: np.ndarray, reach: float, layer: np.ndarray, solid: np.ndarray) -> np.ndarray:
    at = (np.arange(0, reach, _SAMPLE) + _SAMPLE / 2)[:, None]
    points = start.T[:, None, :] + normal.T[:, None, :] * at
    met = map_coordinates(solid.astype(np.float32), points, order=1, mode="nearest") >= _SOLID
    open_yet = ~np.logical_or.accumulate(met, axis=0)
    passed = map_coordinates(layer.astype(np.float32), points, order=1, mode="nearest")
    far = np.array(layer.shape)[:, None, None] - 0.5
    left = np.any(open_yet & np.any((points < -0.5) | (points > far), axis=0), axis=0)
    return np.where(left, np.nan, (passed * open_yet).sum(axis=0) * _SAMPLE)


def _positions(place: np.ndarray, piece: np.ndarray) -> np.ndarray:
    """Length of interface up to each place, in pixels; the step from one piece to the next counts as one."""
    step = np.linalg.norm(np.diff(place, axis=0), axis=1)
    return np.append(0, np.cumsum(np.where(np.diff(piece) == 0, step, 1.0)))
