"""From a label image to what the solver needs: a conductivity per pixel, and resistive faces.

Bulk phases and layers conduct isotropically by their own conductivity. Interfaces (grain boundary, contact,
dislocation) have an area-specific resistance and no thickness: their pixels go to the solids beside them and the
face in the middle carries the resistance, whatever the pixel size (see `sides`, `staircase`). A line between LLZO and
NMC is a contact whatever it is drawn as, also where a grain boundary meets the electrode. A layer that is given by its
resistance gets the conductivity w / R from its local thickness w.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np
from scipy import ndimage
from skimage.measure import label as label_equal

from ssbi_core.materials import LAYERS, Phase
from ssbi_core.transport.line_geometry import local_thickness
from ssbi_core.transport.opened_border import centres, joins_both, opened_faces
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


@dataclass(frozen=True, eq=False)
class FieldGeometry:
    """Where the bodies and resistive faces of a label image are, whatever they conduct.

    Attributes
    ----------
    labels : (grid) phase codes, no 0.
    body : as in `ConductionField`.
    faces : between bodies, where line pixels were.
    between : (2, faces) codes of the labels before and behind each face.
    staircase : (faces,) length of the line a staircase of faces draws, over the length of the staircase.
    contacts : whether charge is transferred where LLZO meets NMC along a line.
    """

    labels: np.ndarray
    body: np.ndarray
    faces: CutFaces
    between: np.ndarray
    staircase: np.ndarray
    contacts: bool

    @classmethod
    def of(cls, labels: np.ndarray, lines: Collection[Phase]) -> FieldGeometry:
        """Find them; `lines` are the phases that are surfaces of no thickness."""
        line = np.isin(labels, list(lines))
        nowhere, contacts = np.zeros(0, dtype=np.int64), Phase.CONTACT in lines
        bare = CutFaces(nowhere, nowhere, nowhere), np.zeros((2, 0), dtype=labels.dtype), np.zeros(0), contacts
        if not line.any():
            return cls(labels, labels, *bare)
        takers = ~line & np.isin(labels, SOLIDS)
        takers = takers if takers.any() else ~line
        if not takers.any():
            return cls(labels, np.full_like(labels, Phase.LLZO), *bare)
        source = nearest_source(line, takers)
        faces, flat = cut_faces(line, labels, source), labels.ravel()
        between = np.stack([flat[faces.first], flat[faces.second]])
        if contacts:  # also where a grain boundary runs into NMC: the charge is transferred all the same
            between[:, joins_both(flat[source], faces)] = Phase.CONTACT
        return cls(labels, flat[source], faces, between, _staircase(line, labels, source, faces), contacts)

    def without(self, phases: Collection[Phase], solid: np.ndarray | None) -> FieldGeometry:
        """The same with bodies replaced by what `nearest_solid` says, and a contact where LLZO and NMC then meet."""
        own = np.isin(self.body, list(phases))
        if solid is None or not own.any():
            return self
        body = np.where(own, solid, self.body)
        labels = np.where(np.isin(self.labels, list(phases)), solid, self.labels)
        if not self.contacts:
            return replace(self, labels=labels, body=body)
        opened, staircase = opened_faces(body, own, self.faces)
        faces = CutFaces(*(np.concatenate(columns) for columns in zip(self.faces, opened, strict=True)))
        between = np.pad(self.between, ((0, 0), (0, len(staircase))))
        between[:, joins_both(body, faces)] = Phase.CONTACT
        return FieldGeometry(labels, body, faces, between, np.concatenate([self.staircase, staircase]), True)

    def field(
        self, voxel_size: float, conductivity: Mapping[Phase, float], resistance: Mapping[Phase, float]
    ) -> ConductionField:
        """With properties, as in `build_field`; the phases in `resistance` that are lines are those it was made for."""
        lines = {p: r for p, r in resistance.items() if p not in LAYERS}
        table = np.zeros(len(Phase))
        for phase, value in conductivity.items():
            table[phase] = value
        field = table[self.body]
        for phase in set(resistance) - set(lines):
            mask = self.labels == phase
            if not mask.any():  # taken away
                continue
            field[mask] = local_thickness(mask)[mask] * voxel_size / resistance[phase]
        return ConductionField(field, self.body, self._surfaces(lines), voxel_size)

    def _surfaces(self, lines: Mapping[Phase, float]) -> Surfaces:
        """Resistance and phase of each face; where two kinds of line meet, the more resistive one."""
        table = np.full(len(Phase), -1.0)
        for phase, value in lines.items():
            table[phase] = value
        phase = np.where(table[self.between[0]] >= table[self.between[1]], *self.between)
        faces = self.faces
        return Surfaces(faces.first, faces.second, faces.axis, table[phase] * self.staircase, phase)


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
    geometry = FieldGeometry.of(labels, [phase for phase in resistance if phase not in LAYERS])
    return geometry.field(voxel_size, conductivity, resistance)


def nearest_solid(labels: np.ndarray) -> np.ndarray | None:
    """Phase code of the nearest LLZO or NMC pixel, None where the picture holds neither."""
    solid = np.isin(labels, SOLIDS)
    if not solid.any():
        return None
    nearest = ndimage.distance_transform_edt(~solid, return_distances=False, return_indices=True)
    return labels[tuple(np.asarray(nearest))]


def _staircase(line: np.ndarray, labels: np.ndarray, source: np.ndarray, faces: CutFaces) -> np.ndarray:
    region = np.asarray(label_equal(np.where(line, 0, labels.astype(np.int32) + 1), background=0, connectivity=1))
    side = region.ravel()[source].ravel()
    a, b = side[faces.first], side[faces.second]
    pair = np.minimum(a, b).astype(np.int64) * (int(region.max()) + 1) + np.maximum(a, b)
    return staircase_factor(centres(faces, line.shape), faces.axis, np.where(a <= b, 1.0, -1.0), pair)
