"""A spectrum as files other programs read; each appears whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ssbi_core.io.atomic import atomic_path

if TYPE_CHECKING:
    from ssbi_core.transport.impedance.spectrum import ImpedanceSpectrum


def write_csv(spectrum: ImpedanceSpectrum, path: Path) -> Path:
    """Write frequency (Hz), Re Z and Im Z (ohm cm2), comma-separated, from the highest frequency, without a header.

    The sign of Im Z is physical: negative for a capacitive response.
    """
    columns = np.column_stack([spectrum.frequency, np.real(spectrum.impedance), np.imag(spectrum.impedance)])[::-1]
    with atomic_path(path) as temporary:
        np.savetxt(temporary, columns, fmt="%.12g", delimiter=",", encoding="utf-8")
    return path


def write_json(spectrum: ImpedanceSpectrum, path: Path, more: Mapping[str, Any]) -> Path:
    """Write the whole record, after the entries of `more`."""
    text = json.dumps({**more, **spectrum_json(spectrum)}, indent=1, ensure_ascii=False, allow_nan=False)
    with atomic_path(path) as temporary:
        temporary.write_text(text + "\n", encoding="utf-8")
    return path


def spectrum_json(spectrum: ImpedanceSpectrum) -> dict[str, Any]:
    """The record in plain numbers, lists and texts; units stand in the names."""
    drt = spectrum.drt
    return {
        "temperature_K": spectrum.temperature,
        "axis": spectrum.axis,
        "length_cm": spectrum.length,
        "percolates": spectrum.percolates,
        "frequency_Hz": spectrum.frequency.tolist(),
        "impedance_ohm_cm2": _complex(spectrum.impedance),
        "effective_conductivity_S_per_cm": _complex(spectrum.effective_conductivity),
        "relaxation_times": None
        if drt is None
        else {
            "relaxation_time_s": drt.relaxation_time.tolist(),
            "distribution_ohm_cm2": drt.distribution.tolist(),
            "series_resistance_ohm_cm2": drt.series_resistance,
            "series_capacitance_F_per_cm2": drt.series_capacitance,
            "peaks": [
                {
                    "relaxation_time_s": peak.relaxation_time,
                    "frequency_Hz": peak.frequency,
                    "resistance_ohm_cm2": peak.resistance,
                    "share": peak.share,
                }
                for peak in drt.peaks
            ],
            "regularization": drt.regularization,
            "misfit": drt.misfit,
        },
        "nominal_relaxation_times_s": dict(spectrum.nominal_relaxation_times),
        "checks": {"flux_imbalance": spectrum.flux_imbalance, "residual": spectrum.residual},
        "method": spectrum.method,
        "settings": dict(spectrum.settings),
    }


def _complex(values: np.ndarray) -> dict[str, list[float]]:
    return {"real": np.real(values).tolist(), "imag": np.imag(values).tolist()}
