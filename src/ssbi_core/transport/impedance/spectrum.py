"""What an impedance calculation returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ssbi_core.transport.impedance.export import write_csv, write_json
from ssbi_core.transport.impedance.relaxation_times import RelaxationTimes


@dataclass(frozen=True, eq=False)
class ImpedanceSpectrum:
    """Impedance between the two faces of the transport axis, across the whole field of view.

    Attributes
    ----------
    frequency : (n,) Hz, ascending.
    impedance : (n,) complex ohm cm2, area-specific: length / effective conductivity.
    effective_conductivity : (n,) complex S/cm.
    drt : distribution of relaxation times; None for fewer than five frequencies.
    nominal_relaxation_times : phase key -> s of that phase by itself, to tell what a peak may be; the slowest of its
        pixels, and without those that do not conduct.
    length : cm between the two faces.
    axis : transport axis (0 rows, 1 columns, 2 slices in 3D).
    temperature : K.
    percolates : False where no direct current passes; the impedance then grows without limit at low frequency.
    method : linear solver that produced the result.
    flux_imbalance, residual : largest of all frequencies, of the checks made on every solve.
    settings : everything that was set, with notes on the labels.
    """

    frequency: np.ndarray
    impedance: np.ndarray
    effective_conductivity: np.ndarray
    drt: RelaxationTimes | None
    nominal_relaxation_times: Mapping[str, float]
    length: float
    axis: int
    temperature: float
    percolates: bool
    method: str
    flux_imbalance: float
    residual: float
    settings: Mapping[str, Any] = field(default_factory=dict)

    def to_csv(self, path: str | Path) -> Path:
        """Write frequency, real and imaginary part of the impedance, as `impedance.preprocessing.readCSV` reads them.

        Raises
        ------
        OutputError
            If the file cannot be written.
        """
        return write_csv(self, Path(path))

    def to_json(self, path: str | Path, **more: Any) -> Path:
        """Write the whole record as JSON, after the further entries `more` (image, provenance).

        Raises
        ------
        OutputError
            If the file cannot be written.
        """
        return write_json(self, Path(path), more)
