"""How much of the current, and of the potential drop, each piece of interface takes.

The current across a resistive face is its jump over its resistance. The current through a layer is what enters it at
its nodes, from the element equations: current is conserved there node by node, so nodes inside a piece give nothing,
and what enters also leaves.
"""

from __future__ import annotations

import numpy as np

from ssbi_core.transport.bottleneck.equipotential_cut import Drops
from ssbi_core.transport.bottleneck.segments import Segments
from ssbi_core.transport.conduction import Conduction
from ssbi_core.transport.conductivity_field import ConductionField
from ssbi_core.transport.elements import corner_offsets, laplacian, pixel_corners


def segment_power(segments: Segments, conduction: Conduction) -> np.ndarray:
    """Share of the dissipated power in each segment."""
    layer, count = segments.of_pixel >= 0, len(segments)
    in_faces = np.bincount(segments.of_face, conduction.face_dissipation, minlength=count)
    return in_faces + np.bincount(segments.of_pixel[layer], conduction.dissipation[layer], minlength=count)


def segment_current(segments: Segments, field: ConductionField, conduction: Conduction, axis: int) -> np.ndarray:
    """Share of the total current that crosses each segment, whichever way it goes."""
    through = np.bincount(segments.of_face, _across_faces(field, conduction, axis), minlength=len(segments))
    return through + _into_layers(segments, field, conduction, axis)


def drops_of(segments: Segments, field: ConductionField, conduction: Conduction, axis: int) -> Drops:
    """Potential drop over every resistive face and layer pixel that carries current."""
    corners = _corners(conduction)
    before, behind = _sides_of_faces(field, corners)
    through = _across_faces(field, conduction, axis)
    crosses = through > 0
    of_pixel, power = segments.of_pixel.ravel(), conduction.dissipation.ravel()
    pixel = np.flatnonzero((of_pixel >= 0) & (power > 0))
    low, high = corners[pixel].min(axis=1), corners[pixel].max(axis=1)
    return Drops(
        np.concatenate([np.minimum(before, behind)[crosses], low]),
        np.concatenate([np.maximum(before, behind)[crosses], high]),
        np.concatenate([through[crosses], power[pixel] / (high - low)]),  # so that drop x current is the power
        np.concatenate([segments.of_face[crosses], of_pixel[pixel]]),
    )


def _corners(conduction: Conduction) -> np.ndarray:
    assert conduction.corner_potential is not None
    return conduction.corner_potential


def _unit(field: ConductionField, conduction: Conduction, axis: int) -> float:
    """What turns S/cm x V over one voxel into a share of the total current."""
    return field.body.shape[axis] ** 2 / (conduction.from_potential * field.body.size)


def _sides_of_faces(field: ConductionField, corners: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean potential in V before and behind every face."""
    faces, offsets = field.surfaces, corner_offsets(field.body.ndim)
    before, behind = np.empty(len(faces)), np.empty(len(faces))
    for axis in range(field.body.ndim):
        on = faces.axis == axis
        before[on] = corners[faces.first[on]][:, offsets[:, axis] == 1].mean(axis=1)
        behind[on] = corners[faces.second[on]][:, offsets[:, axis] == 0].mean(axis=1)
    return before, behind


def _across_faces(field: ConductionField, conduction: Conduction, axis: int) -> np.ndarray:
    before, behind = _sides_of_faces(field, _corners(conduction))
    resistive = conduction.face_dissipation > 0  # at the others the solve saw no face
    jump = np.where(resistive, np.abs(before - behind), 0.0)
    resistance = np.where(resistive, field.surfaces.resistance, 1.0)
    return _unit(field, conduction, axis) * jump * field.voxel_size / resistance


def _into_layers(segments: Segments, field: ConductionField, conduction: Conduction, axis: int) -> np.ndarray:
    of_pixel, count, ndim = segments.of_pixel.ravel(), len(segments), field.body.ndim
    pixel = np.flatnonzero(of_pixel >= 0)
    if not pixel.size:
        return np.zeros(count)
    corners = _corners(conduction)[pixel]
    inflow = field.conductivity.ravel()[pixel, None] * (np.nan_to_num(corners - corners[:, :1]) @ laplacian(ndim))
    key = pixel_corners(field.body.shape)[pixel].astype(np.int64) * count + of_pixel[pixel, None]
    node, slot = np.unique(key, return_inverse=True)
    total = np.bincount(slot.ravel(), inflow.ravel())
    at_rim = np.bincount(slot.ravel()) < 2**ndim  # inside, larger cells of a graded mesh leave something over
    entering = np.where(at_rim, np.abs(total) / 2, 0.0)
    return _unit(field, conduction, axis) * np.bincount(node % count, entering, minlength=count)
