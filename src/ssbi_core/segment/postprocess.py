"""From class probabilities to labels that conduct like the specimen: closed boundaries, no specks, contact marked.

A grain boundary with a two-pixel hole is a short circuit that the specimen does not have, although a
pixel score hardly notices it. The rule, in order:

1. Every pixel takes its most probable phase. A reaction layer is interfacial: patches that come
   nowhere within `LAYER_REACH` pixels of electrode or coating become LLZO, if there is an electrode in the picture.
2. Specks: patches of a phase smaller than `MIN_PATCH` pixels (`MIN_LINE` for dislocations, 8-connected)
   take the phase of the nearest pixel outside them.
3. Boundaries: the electrolyte is divided into grains by a watershed. Seeds are the deep points (h-maxima)
   of the distance to every likely boundary (probability above `Lines.likely`), so that two grains joined
   by a hole keep a seed each; the flood rises along the boundary probability and meets in
   a line closed across corners. The line between two grains is drawn if the mean boundary
   probability along it is at least `Lines.accepted`: holes are bridged, boundaries nobody saw are not invented.
4. Boundary remains shorter than `MIN_LINE` pixels that touch nothing become LLZO.
5. The contact line is drawn by `ssbi_core.simulate.mark_contact`, the rule of the ground truth.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import ndimage
from skimage.morphology import reconstruction
from skimage.segmentation import watershed

from ssbi_core.materials import Phase
from ssbi_core.segment.unet import CLASSES
from ssbi_core.simulate.contact import ELECTROLYTE, mark_contact

MIN_PATCH = 6
MIN_LINE = 6
LAYER_REACH = 3
_SEED_DEPTH = 1.0  # pixels by which a grain must be wider than the hole into its neighbour
_EIGHT = np.ones((3, 3), bool)
_CODES = np.array([int(phase) for phase in CLASSES], np.uint8)


class Lines(NamedTuple):
    """Boundary probabilities from which on a pixel may be of a boundary, and a line between two grains is one."""

    likely: float
    accepted: float


FIRST_LOOK = Lines(0.15, 0.25)
SECOND_LOOK = Lines(0.08, 0.125)
"""A line one or two pixels wide is seldom certain to the pixel. The first look learned with class weights, which make
the rare likelier than it is; the second says 0.1 to 0.5 along boundaries that an eye sees at once."""


def clean_labels(probabilities: np.ndarray, lines: Lines = FIRST_LOOK) -> np.ndarray:
    """Labels from class probabilities, by the rule above.

    Parameters
    ----------
    probabilities : (len(CLASSES), rows, columns) float32.
    lines : what is a boundary, in probabilities of the net they come from.

    Returns
    -------
    (rows, columns) uint8 phase codes, contact marked.
    """
    labels = attached_layer(_CODES[probabilities.argmax(0)])
    labels = without_specks(labels)
    boundary = probabilities[CLASSES.index(Phase.GRAIN_BOUNDARY)]
    electrolyte = np.isin(labels, [int(phase) for phase in ELECTROLYTE])
    labels[boundary_lines(boundary, electrolyte, lines)] = Phase.GRAIN_BOUNDARY
    labels[_small(labels == Phase.GRAIN_BOUNDARY, MIN_LINE)] = Phase.LLZO
    return mark_contact(labels)


def attached_layer(labels: np.ndarray) -> np.ndarray:
    """Labels in which patches of reaction layer away from electrode and coating are LLZO."""
    anchor = np.isin(labels, [int(Phase.NMC), int(Phase.COATING)])
    patches = _patches(labels == Phase.REACTION_LAYER)
    if not anchor.any() or not patches.any():
        return labels
    attached = np.zeros(int(patches.max()) + 1, bool)
    near = np.asarray(ndimage.binary_dilation(anchor, _EIGHT, iterations=LAYER_REACH), bool)
    attached[np.unique(patches[near])] = True
    return np.where((patches > 0) & ~attached[patches], np.uint8(Phase.LLZO), labels)


def without_specks(labels: np.ndarray) -> np.ndarray:
    """Labels with patches below the size limits given to the phase nearest to them."""
    specks = np.zeros(labels.shape, bool)
    for phase in CLASSES:
        if phase is not Phase.GRAIN_BOUNDARY:
            limit = MIN_LINE if phase is Phase.DISLOCATION else MIN_PATCH
            specks |= _small(labels == phase, limit)
    if not specks.any() or specks.all():
        return labels.copy()
    nearest = np.asarray(ndimage.distance_transform_edt(specks, return_distances=False, return_indices=True))
    return labels[tuple(nearest)]


def boundary_lines(boundary: np.ndarray, electrolyte: np.ndarray, lines: Lines = FIRST_LOOK) -> np.ndarray:
    """Mask of the closed lines between grains.

    Parameters
    ----------
    boundary : (rows, columns) float32, probability of a grain boundary.
    electrolyte : (rows, columns) bool, where grains are.
    """
    depth = np.asarray(ndimage.distance_transform_edt(electrolyte & (boundary < lines.likely)), np.float32)
    seeds = _deep_points(depth)
    # Where no boundary is seen the flood must still meet at the neck, hence the small share of depth.
    elevation = boundary - np.float32(0.01) * np.minimum(depth, 20)
    grains = watershed(elevation, seeds, connectivity=2, mask=electrolyte)
    return _accepted(grains, boundary, lines.accepted)


def _deep_points(depth: np.ndarray) -> np.ndarray:
    """Numbered h-maxima of the depth (Soille, Morphological Image Analysis, 2003, section 6.3.4)."""
    filled = reconstruction(depth - np.float32(_SEED_DEPTH), depth, method="dilation")
    return _patches((depth - filled >= _SEED_DEPTH - 1e-4) & (depth > 0))


def _accepted(grains: np.ndarray, boundary: np.ndarray, least: float) -> np.ndarray:
    """Pixels between two grains, on the side of the smaller number, where the pair's mean probability suffices.

    Taken from the grain numbers, not with `watershed_line`, which takes seconds on flat ground.
    """
    largest = ndimage.maximum_filter(grains, footprint=_EIGHT)
    line = (grains > 0) & (largest > grains)
    _, pair = np.unique(grains[line].astype(np.int64) * (int(grains.max()) + 1) + largest[line], return_inverse=True)
    mean = np.bincount(pair, boundary[line]) / np.maximum(np.bincount(pair), 1)
    accepted = np.zeros(line.shape, bool)
    accepted[line] = mean[pair] >= least
    return accepted


def _small(mask: np.ndarray, limit: int) -> np.ndarray:
    """Pixels of the mask in 8-connected patches of fewer than `limit` pixels."""
    patches = _patches(mask)
    sizes = np.bincount(patches.ravel())
    small = sizes < limit
    small[0] = False
    return small[patches]


def _patches(mask: np.ndarray) -> np.ndarray:
    """Numbers of the 8-connected patches of the mask, 0 outside."""
    patches = np.zeros(mask.shape, np.int32)
    ndimage.label(mask, _EIGHT, output=patches)
    return patches
