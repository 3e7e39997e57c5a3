"""Regions: the connected bodies of a label image that become nodes.

Grains and particles are connected through pixel faces, as current is, so that a boundary one pixel wide
separates them even where it steps diagonally. Layers, pores and dislocations are thin and connected
through corners too, so that a diagonal one does not fall into crumbs.

A dislocation lies inside a grain and must not split it, while one drawn across a grain boundary must
not join two grains. Two LLZO fragments are one grain if they meet across a dislocation along more of
their common border than across a boundary.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from skimage.measure import label

from ssbi_core.graph.borders import measure_borders
from ssbi_core.graph.spread import BLOCKED, FREE, spread
from ssbi_core.materials import Phase

LINES = (Phase.GRAIN_BOUNDARY, Phase.CONTACT)
"""Phases that are borders between regions, not regions."""

_BULK = (Phase.LLZO, Phase.NMC)


def find_regions(labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Number the connected bodies of a label image.

    Parameters
    ----------
    labels : (rows, columns) or (slices, rows, columns) phase codes.

    Returns
    -------
    regions : int32 image, 0 .. n-1 in the order in which a raster scan meets them, -1 on lines and
        unlabelled pixels.
    codes : (n,) phase code of each region.
    """
    regions = _connected_bodies(labels)
    codes = _codes_of(regions, labels)
    if np.any(codes == Phase.DISLOCATION) and np.count_nonzero(codes == Phase.LLZO) > 1:
        regions = _rejoin_grains(regions, codes, labels)
    regions = _in_raster_order(regions)
    return regions, _codes_of(regions, labels)


def free_lines(regions: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Region image ready for `spread`: lines are free to be taken, unlabelled pixels are not."""
    return np.where(regions >= 0, regions, np.where(np.isin(labels, LINES), FREE, BLOCKED))


def _connected_bodies(labels: np.ndarray) -> np.ndarray:
    thin = np.isin(labels, (Phase.REACTION_LAYER, Phase.PORE, Phase.DISLOCATION, Phase.COATING))
    bodies = np.asarray(label(np.where(np.isin(labels, _BULK), labels, 0), connectivity=1))
    crumbs = np.asarray(label(np.where(thin, labels, 0), connectivity=labels.ndim))
    return np.where(thin, crumbs + bodies.max(initial=0), bodies).astype(np.int32) - 1


def _codes_of(regions: np.ndarray, labels: np.ndarray) -> np.ndarray:
    inside = regions >= 0
    codes = np.zeros(regions.max(initial=-1) + 1, np.uint8)
    codes[regions[inside]] = labels[inside]
    return codes


def _rejoin_grains(regions: np.ndarray, codes: np.ndarray, labels: np.ndarray) -> np.ndarray:
    dislocations = labels == Phase.DISLOCATION
    filled, steps = spread(np.where(dislocations, FREE, free_lines(regions, labels)))
    borders = measure_borders(filled, steps, labels, codes)
    grain = np.append(codes == Phase.LLZO, False)
    between = grain[borders.first] & grain[borders.second]
    across = np.where(borders.kind == Phase.DISLOCATION, borders.size, -borders.size)[between]
    pairs = borders.first[between], borders.second[between]
    balance = coo_array((across, pairs), shape=(len(codes), len(codes))).tocsr()
    merged = connected_components(balance > 0, directed=False)[1]
    return np.where(regions >= 0, merged[regions], -1)


def _in_raster_order(regions: np.ndarray) -> np.ndarray:
    flat = regions.ravel()
    first = np.zeros(flat.max(initial=-1) + 1, np.int64)
    inside = np.flatnonzero(flat >= 0)[::-1]
    first[flat[inside]] = inside  # the last write, the first pixel in raster order, stays
    rank = np.empty_like(first)
    rank[np.argsort(first)] = np.arange(first.size)
    return np.where(regions >= 0, rank[regions], -1).astype(np.int32) if first.size else regions
