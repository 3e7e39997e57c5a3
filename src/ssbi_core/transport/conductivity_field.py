"""From a label image to what the solver needs: a conductivity per pixel, and resistive faces.

Bulk phases and layers conduct isotropically by their own conductivity. Interfaces (grain boundary, contact,
dislocation) have an area-specific resistance and no thickness: their pixels go to the solids beside them and the
face in the middle carries the resistance, whatever the pixel size (see `sides`, `staircase`). A layer that is given
by its resistance gets the conductivity w / R from its local thickness w.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import ndimage
from skimage.measure import label as label_equal

from ssbi_core.materials import Phase
from ssbi_core.transport.line_geometry import local_thickness
from ssbi_core.transport.sides import CutFaces, cut_faces, nearest_source
from ssbi_core.transport.staircase import staircase_factor
from ssbi_core.transport.surfaces import Surfaces

SOLIDS = (Phase.LLZO, Phase.NMC)


@dataclass(frozen=True, eq=False)
class ConductionField:
    """A structure ready to be solved.

    Attributes
    ----------
    conductivity : (grid) S/cm; line pixels hold that of the solid they were handed to.
    body : (grid) phase code that owns the bulk dissipation of each pixel.
    surfaces : resistive faces with their phase.
    voxel_size : cm.
    """

    conductivity: np.ndarray
    body: np.ndarray
    surfaces: Surfaces
    voxel_size: float


def build_field(
    labels: np.ndarray, voxel_size: float, conductivity: Mapping[Phase, float], resistance: Mapping[Phase, float]
) -> ConductionField:
    """Build the conduction field of a fully labelled image.

    Parameters
    ----------
    labels : phase codes, no 0.
    voxel_size : cm.
    conductivity : S/cm of every phase present that is not in `resistance`; always that of LLZO.
    resistance : ohm cm2 of the phases that are given by it.
    """
    lines = {p: r for p, r in resistance.items() if p not in (Phase.REACTION_LAYER, Phase.COATING)}
    line = np.isin(labels, list(lines))
    body, surfaces = _hand_over(labels, line, lines)
    table = np.zeros(len(Phase))
    for phase, value in conductivity.items():
        table[phase] = value
    field = table[body]
    for phase in set(resistance) - set(lines):
        mask = labels == phase
        field[mask] = local_thickness(mask)[mask] * voxel_size / resistance[phase]
    return ConductionField(field, body, surfaces, voxel_size)


def nearest_solid(labels: np.ndarray) -> np.ndarray | None:
    """Phase code of the nearest LLZO or NMC pixel, None where the picture holds neither."""
    solid = np.isin(labels, SOLIDS)
    if not solid.any():
        return None
    nearest = ndimage.distance_transform_edt(~solid, return_distances=False, return_indices=True)
    return labels[tuple(np.asarray(nearest))]


def _hand_over(labels: np.ndarray, line: np.ndarray, lines: Mapping[Phase, float]) -> tuple[np.ndarray, Surfaces]:
    """Phase of every pixel once line pixels belong to their neighbours, and the faces left between them."""
    if not line.any():
        return labels, Surfaces.none()
    takers = ~line & np.isin(labels, SOLIDS)
    takers = takers if takers.any() else ~line
    if not takers.any():
        return np.full_like(labels, Phase.LLZO), Surfaces.none()
    source = nearest_source(line, takers)
    faces = cut_faces(line, labels, source)
    body = labels.ravel()[source]
    resistance, phase = _face_resistance(labels, faces, lines)
    factor = _staircase(line, labels, source, faces)
    return body, Surfaces(faces.first, faces.second, faces.axis, resistance * factor, phase)


def _face_resistance(
    labels: np.ndarray, faces: CutFaces, lines: Mapping[Phase, float]
) -> tuple[np.ndarray, np.ndarray]:
    """Resistance and phase of each face; where two kinds of line meet, the more resistive one."""
    table = np.full(len(Phase), -1.0)
    for phase, value in lines.items():
        table[phase] = value
    flat = labels.ravel()
    before, behind = flat[faces.first], flat[faces.second]
    phase = np.where(table[before] >= table[behind], before, behind)
    return table[phase], phase


def _staircase(line: np.ndarray, labels: np.ndarray, source: np.ndarray, faces: CutFaces) -> np.ndarray:
    region = np.asarray(label_equal(np.where(line, 0, labels.astype(np.int32) + 1), background=0, connectivity=1))
    side = region.ravel()[source].ravel()
    a, b = side[faces.first], side[faces.second]
    pair = np.minimum(a, b).astype(np.int64) * (int(region.max()) + 1) + np.maximum(a, b)
    centre = np.stack(np.unravel_index(faces.first, line.shape), axis=1).astype(float)
    centre[np.arange(len(centre)), faces.axis] += 0.5
    return staircase_factor(centre, faces.axis, np.where(a <= b, 1.0, -1.0), pair)
