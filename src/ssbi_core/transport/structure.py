"""What every transport calculation starts from: a checked label image with its axis, material and pixel size."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ssbi_core.errors import CalibrationError, InputError
from ssbi_core.graph.axis import array_axis, interface_axis, interfaces_along
from ssbi_core.io.phase_map import PhaseMap
from ssbi_core.materials import LAYERS, MaterialSystem, Phase, load_system
from ssbi_core.transport.conductivity_field import ConductionField, FieldGeometry
from ssbi_core.transport.config import MAX_UNLABELLED
from ssbi_core.transport.properties import Properties, phase_properties
from ssbi_core.transport.unlabelled import fill_unlabelled

_CM_PER_NM = 1e-7


@dataclass(frozen=True, eq=False)
class Structure:
    """A phase map made ready, whose conduction field can be built for any temperature.

    Attributes
    ----------
    labels : (grid) phase codes, none unlabelled.
    voxel_size : cm.
    axis : of transport, as named (0 rows, 1 columns, 2 slices).
    system : material system.
    conductivity, resistance : phase key -> S/cm, ohm cm2, instead of the system's, at every temperature.
    unlabelled : share of the pixels that were unlabelled.
    notes : what the reader of a result should know of its axis.
    """

    labels: np.ndarray
    voxel_size: float
    axis: int
    system: MaterialSystem
    conductivity: Mapping[str, float]
    resistance: Mapping[str, float]
    unlabelled: float
    notes: tuple[str, ...]

    @classmethod
    def of(
        cls,
        phases: PhaseMap,
        system: str | MaterialSystem,
        axis: int | None,
        conductivity: Mapping[str, float] | None,
        resistance: Mapping[str, float] | None,
        max_unlabelled: float = MAX_UNLABELLED,
    ) -> Structure:
        """Check the labels and settings (errors as in `solve_conduction`)."""
        labels, voxel = _checked_labels(phases)
        labels, filled = fill_unlabelled(labels, max_unlabelled)
        along, notes = _transport_axis(labels, axis)
        given, faces = dict(conductivity or {}), dict(resistance or {})
        return cls(labels, voxel, along, load_system(system), given, faces, filled, notes)

    @property
    def array_axis(self) -> int:
        """Index of the transport axis in the shape of the labels."""
        return array_axis(self.axis, self.labels.ndim)

    @property
    def length(self) -> float:
        """Of the field of view along the transport axis, cm."""
        return self.labels.shape[self.array_axis] * self.voxel_size

    def properties(self, temperature: float) -> Properties:
        """Conductivity in S/cm of bodies and resistance in ohm cm2 of surfaces, at a temperature in K."""
        return phase_properties(self.system, temperature, self.conductivity, self.resistance)

    def geometry(self, temperature: float) -> FieldGeometry:
        """Bodies and resistive faces; a temperature in K, since properties say which phases are faces."""
        return FieldGeometry.of(self.labels, [phase for phase in self._surfaces(temperature) if phase not in LAYERS])

    def field(self, temperature: float, geometry: FieldGeometry | None = None) -> ConductionField:
        """Conductivity and resistive faces at a temperature in K; of another geometry where one is given."""
        geometry = self.geometry(temperature) if geometry is None else geometry
        return geometry.field(self.voxel_size, self.properties(temperature)[0], self._surfaces(temperature))

    def settings(self, temperature: float) -> dict[str, Any]:
        """What a result should keep of how it was made."""
        return {
            "axis": self.axis,
            "system": self.system.name,
            "reaction_layer": self.system.reaction_layer,
            "conductivity": self.conductivity,
            "resistance": self.resistance,
            "notes": [*self.notes, *self._label_notes(temperature)],
        }

    def _label_notes(self, temperature: float) -> list[str]:
        """What the reader of a result should know of its labels."""
        filled = f"{100 * self.unlabelled:.2g} % unlabelled pixels took the phase of their nearest neighbour"
        notes = [filled] if self.unlabelled else []
        crossed = interfaces_along(self.labels, self.axis)
        if crossed > 1:
            notes.append(
                f"{crossed} LLZO | NMC interfaces lie one behind the other along axis {self.axis}: the result is that "
                "of all in series (crop the image to one of them for its own)"
            )
        touching = _direct_contacts(self.labels)
        drawn = bool((self.labels == Phase.CONTACT).any())
        if touching and drawn and Phase.CONTACT in self.properties(temperature)[1]:
            bare = f"LLZO touches NMC on {touching} pixel faces without a contact line"
            notes.append(f"{bare}: no charge-transfer resistance there")
        return notes

    def _surfaces(self, temperature: float) -> dict[Phase, float]:
        """Resistance in ohm cm2 of the phases given by one that are in the picture."""
        return {phase: value for phase, value in self.properties(temperature)[1].items() if self.shows(phase)}

    def shows(self, phase: Phase) -> bool:
        """Whether the picture holds a phase."""
        if phase is Phase.CONTACT and np.isin((Phase.LLZO, Phase.NMC), self.labels).all():
            return True  # any line between the two is one
        return bool((self.labels == phase).any())


def _checked_labels(phases: PhaseMap) -> tuple[np.ndarray, float]:
    """The label array and the pixel size in cm, or what is wrong with them."""
    size = phases.pixel_size_nm
    if isinstance(size, bool) or not isinstance(size, (int, float)) or not math.isfinite(size) or size <= 0:
        raise CalibrationError(f"pixel size {size!r} nm", "a finite size above 0", "give --pixel-size-nm")
    labels = np.asarray(phases.labels)
    if labels.ndim not in (2, 3) or labels.size == 0 or labels.dtype.kind not in "ui":
        raise InputError(
            f"labels of shape {labels.shape} and type {labels.dtype}",
            "integer codes, (rows, columns) or (slices, rows, columns)",
            "pass one label image",
        )
    return labels, float(size) * _CM_PER_NM


def _transport_axis(labels: np.ndarray, axis: int | None) -> tuple[int, tuple[str, ...]]:
    """The axis asked for, or the one across the interface; rows and a note where there is none."""
    if axis is not None:
        array_axis(axis, labels.ndim)
        return axis, ()
    try:
        return interface_axis(labels), ()
    except InputError as error:
        return 0, (f"{error.came_in}: current is driven along axis 0 (rows)",)


def _direct_contacts(labels: np.ndarray) -> int:
    """Pixel faces along which LLZO touches NMC."""
    count = 0
    for axis in range(labels.ndim):
        moved = np.moveaxis(labels, axis, 0)
        pair = {(Phase.LLZO, Phase.NMC), (Phase.NMC, Phase.LLZO)}
        count += sum(int(((moved[:-1] == a) & (moved[1:] == b)).sum()) for a, b in pair)
    return count
