"""The label image as a network of its own pixels: a resistance between every two neighbours, lines included.

Bodies and lines are found by the solver's own rules, so what a peer loses it loses by its coarseness, not by reading
the labels worse.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ssbi_core.materials import INTERFACES, PHASES, Phase
from ssbi_core.predict import MaterialValues
from ssbi_core.transport.conductivity_field import build_field

INSULATOR = 1e-13
"""S/cm that stands for a pore: far below every solid, and its logarithm is still a number."""

_CM_PER_NM = 1e-7


class FineLinks(NamedTuple):
    """Resistances in cm/S for a square pixel, the transport axis first.

    Attributes
    ----------
    conductivity : (rows, columns) S/cm of each pixel, line pixels as the solid they were handed to.
    body : (rows, columns) phase code of that.
    along : (rows + 1, columns) from pixel to pixel along the axis; the first and last are halves, to the electrodes.
    across : (rows, columns + 1) across it; the first and last, to the insulated sides, carry nothing.
    line : (2, rows, columns) of the line alone, of the link behind each pixel along and across.
    """

    conductivity: np.ndarray
    body: np.ndarray
    along: np.ndarray
    across: np.ndarray
    line: np.ndarray


def fine_links(labels: np.ndarray, axis: int, pixel_size_nm: float, material: MaterialValues) -> FineLinks:
    """Resistances between neighbouring pixels of a 2D label image without unlabelled pixels.

    Parameters
    ----------
    labels : (rows, columns) phase codes.
    axis : of transport.
    pixel_size_nm : edge of a pixel.
    material : properties by phase code.
    """
    field = build_field(labels, pixel_size_nm * _CM_PER_NM, *_by_phase(material))
    lines = np.zeros((2, *labels.shape))
    faces = field.surfaces
    lines.reshape(2, -1)[faces.axis, faces.first] = faces.resistance / field.voxel_size
    if axis == 1:
        lines = lines[::-1].swapaxes(1, 2)
    conductivity = np.maximum(np.moveaxis(field.conductivity, axis, 0), INSULATOR)
    half = 0.5 / conductivity
    along, across = _chain(half, lines[0]), _chain(half.T, lines[1].T).T
    return FineLinks(conductivity, np.moveaxis(field.body, axis, 0), along, across, lines)


def _by_phase(material: MaterialValues) -> tuple[dict[Phase, float], dict[Phase, float]]:
    conductivity, resistance = (np.asarray(values, float) for values in material)
    resistance[Phase.DISLOCATION] *= 2  # the network of cells counts half of it on either side
    bodies = {phase: float(conductivity[phase]) for phase in PHASES if phase not in INTERFACES}
    return bodies, {phase: float(resistance[phase]) for phase in INTERFACES}


def _chain(half: np.ndarray, line: np.ndarray) -> np.ndarray:
    """Half a pixel, the line behind it, and half of the next, along the first axis."""
    return np.concatenate([half[:1], half[:-1] + line[:-1] + half[1:], half[-1:]])
