"""Pieces of interface between two regions: what a bottleneck can be.

A grain boundary, a contact or a dislocation is cut into the pieces along which the same two regions meet. A layer is
cut where its nearest electrolyte grain or its nearest cathode particle changes, because a continuous layer is one
body although current may cross it in a few places only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.ndimage import binary_erosion
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree
from skimage.measure import label as label_equal

from ssbi_core.graph.regions import find_regions
from ssbi_core.materials import LAYERS, Phase
from ssbi_core.transport.conductivity_field import SOLIDS, ConductionField
from ssbi_core.transport.line_geometry import local_thickness
from ssbi_core.transport.sides import nearest_source
from ssbi_core.transport.surfaces import Surfaces

NOWHERE = -1
"""Stands for no region, and for pixels and faces of no segment."""

_REACH = 2.5  # pixels between two faces of one line; steps of a staircase are 1 apart, a pixel may be missing


@dataclass(frozen=True, eq=False)
class Segments:
    """Interface pieces of a structure, numbered from 0.

    Attributes
    ----------
    phase : (segments,) phase code.
    regions : (segments, 2) numbers of the regions on both sides, as of `find_regions`, the lower one first and equal
        where a line ends inside a grain; for a layer its nearest LLZO and its nearest NMC (-1 where there is none).
    region_phase : (regions,) phase code of every region.
    of_face : (faces,) segment of every resistive face.
    of_pixel : (grid) segment of every layer pixel, -1 elsewhere.
    """

    phase: np.ndarray
    regions: np.ndarray
    region_phase: np.ndarray
    of_face: np.ndarray
    of_pixel: np.ndarray

    def __len__(self) -> int:
        return self.phase.size


def find_segments(labels: np.ndarray, field: ConductionField) -> Segments:
    """Cut the resistive faces and the layers of a structure into segments.

    Parameters
    ----------
    labels : (grid) phase codes, no 0.
    field : what `build_field` made of them.
    """
    regions, codes = find_regions(labels)
    face_keys, of_face = _face_segments(labels, field, regions)
    layer_keys, of_pixel = _layer_segments(field.body, regions)
    of_pixel = np.where(of_pixel >= 0, of_pixel + len(face_keys), NOWHERE)
    keys = np.concatenate([face_keys, layer_keys])
    return Segments(keys[:, 0], keys[:, 1:], codes, of_face, of_pixel)


def face_centres(surfaces: Surfaces, shape: tuple[int, ...]) -> np.ndarray:
    """Positions of the faces in pixels, counted from the centre of the first pixel, (faces, d)."""
    centre = np.stack(np.unravel_index(surfaces.first, shape), axis=1).astype(float)
    centre[np.arange(len(centre)), surfaces.axis] += 0.5
    return centre


def sizes(segments: Segments, field: ConductionField, resistance: Mapping[Phase, float]) -> np.ndarray:
    """Length (3D: area) of each segment in pixels (squared), along the middle of a layer.

    Parameters
    ----------
    resistance : ohm cm2 by phase, as `field` was built with: a staircase of faces counts as the line it draws.
    """
    faces = field.surfaces
    table = np.zeros(len(Phase))
    for phase, value in resistance.items():
        table[phase] = value
    shorter = np.divide(table[faces.phase], faces.resistance, out=np.ones(len(faces)), where=faces.resistance > 0)
    total = np.bincount(segments.of_face, shorter, minlength=len(segments))
    layer = segments.of_pixel >= 0
    if not layer.any():
        return total
    return total + np.bincount(segments.of_pixel[layer], 1 / local_thickness(layer)[layer], minlength=len(segments))


def middles(segments: Segments, field: ConductionField) -> np.ndarray:
    """The face or pixel of each segment nearest to the mean of all of them, (segments, d) in pixels."""
    layer = segments.of_pixel >= 0
    at = np.concatenate([face_centres(field.surfaces, field.body.shape), np.argwhere(layer).astype(float)])
    owner = np.concatenate([segments.of_face, segments.of_pixel[layer]])
    count = np.bincount(owner, minlength=len(segments))[:, None]
    mean = np.stack([np.bincount(owner, x, minlength=len(segments)) for x in at.T], axis=1) / count
    order = np.lexsort((np.sum((at - mean[owner]) ** 2, axis=1), owner))
    return at[order[np.searchsorted(owner[order], np.arange(len(segments)))]]


def _face_segments(labels: np.ndarray, field: ConductionField, regions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Keys (segments, 3) of phase and both regions, and the segment of every face."""
    surfaces = field.surfaces
    if len(surfaces) == 0:
        return np.zeros((0, 3), dtype=np.int64), np.zeros(0, dtype=np.int64)
    line = labels != field.body  # handed over to a solid
    takers = ~line & np.isin(labels, SOLIDS)
    owner = regions.ravel()[nearest_source(line, takers if takers.any() else ~line).ravel()]
    pair = np.sort(np.stack([owner[surfaces.first], owner[surfaces.second]], axis=1), axis=1)
    keys, kind = np.unique(np.column_stack([surfaces.phase, pair]), axis=0, return_inverse=True)
    near = KDTree(face_centres(surfaces, labels.shape)).query_pairs(_REACH, output_type="ndarray")
    near = near[kind[near[:, 0]] == kind[near[:, 1]]]
    link = sparse.coo_matrix((np.ones(len(near), np.int8), tuple(near.T)), shape=(kind.size,) * 2)
    of_face = connected_components(link, directed=False)[1]
    _, one_of_each = np.unique(of_face, return_index=True)
    return keys[kind[one_of_each]].astype(np.int64), of_face.astype(np.int64)


def _layer_segments(body: np.ndarray, regions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    layer = np.isin(body, tuple(LAYERS))
    of_pixel = np.full(body.shape, NOWHERE, dtype=np.int64)
    if not layer.any():
        return np.zeros((0, 3), dtype=np.int64), of_pixel
    at = np.argwhere(layer)
    sides = [_nearest_region(body == solid, regions, at) for solid in SOLIDS]
    keys, kind = np.unique(np.column_stack([body[layer], *sides]), axis=0, return_inverse=True)
    image = np.zeros(body.shape, dtype=np.int32)
    image[layer] = kind + 1
    of_pixel = np.asarray(label_equal(image, background=0, connectivity=body.ndim)).astype(np.int64) - 1
    _, one_of_each = np.unique(of_pixel[layer], return_index=True)
    return keys[kind[one_of_each]].astype(np.int64), of_pixel


def _nearest_region(solid: np.ndarray, regions: np.ndarray, at: np.ndarray) -> np.ndarray:
    rim = np.argwhere(solid & ~np.asarray(binary_erosion(solid), dtype=bool))  # of a body the rim is nearest
    inside = rim[regions[tuple(rim.T)] >= 0]
    if not len(inside):
        return np.full(len(at), NOWHERE)
    return regions[tuple(inside[KDTree(inside).query(at)[1]].T)]


def phase_key(code: int) -> str:
    """Key of a phase code; empty for no phase."""
    return Phase(code).key if code > 0 else ""
