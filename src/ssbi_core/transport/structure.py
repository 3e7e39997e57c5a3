"""What every transport calculation starts from: a checked label image with its axis, material and pixel size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ssbi_core.graph.axis import array_axis
from ssbi_core.io.phase_map import PhaseMap
from ssbi_core.materials import MaterialSystem, load_system
from ssbi_core.transport.conductivity_field import ConductionField, build_field
from ssbi_core.transport.properties import phase_properties
from ssbi_core.transport.solve import checked_labels, label_notes, transport_axis
from ssbi_core.transport.unlabelled import fill_unlabelled

_MAX_UNLABELLED = 0.05


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
    notes : what the reader of a result should know.
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
    ) -> Structure:
        """Check the labels and settings (errors as in `solve_conduction`)."""
        labels, voxel = checked_labels(phases)
        labels, filled = fill_unlabelled(labels, _MAX_UNLABELLED)
        along, notes = transport_axis(labels, axis)
        given, faces = dict(conductivity or {}), dict(resistance or {})
        return cls(labels, voxel, along, load_system(system), given, faces, filled, tuple(notes))

    @property
    def array_axis(self) -> int:
        """Index of the transport axis in the shape of the labels."""
        return array_axis(self.axis, self.labels.ndim)

    @property
    def length(self) -> float:
        """Of the field of view along the transport axis, cm."""
        return self.labels.shape[self.array_axis] * self.voxel_size

    def field(self, temperature: float) -> ConductionField:
        """Conductivity and resistive faces at a temperature in K."""
        bodies, lines = phase_properties(self.system, temperature, self.conductivity, self.resistance)
        present = {phase: value for phase, value in lines.items() if (self.labels == phase).any()}
        return build_field(self.labels, self.voxel_size, bodies, present)

    def settings(self, temperature: float) -> dict[str, object]:
        """What a result should keep of how it was made."""
        lines = phase_properties(self.system, temperature, self.conductivity, self.resistance)[1]
        present = {phase: value for phase, value in lines.items() if (self.labels == phase).any()}
        return {
            "axis": self.axis,
            "system": self.system.name,
            "reaction_layer": self.system.reaction_layer,
            "conductivity": self.conductivity,
            "resistance": self.resistance,
            "notes": [*self.notes, *label_notes(self.labels, self.unlabelled, present)],
        }
