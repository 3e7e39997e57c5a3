"""What one analysed image leaves behind, and its `result.json`.

A stage that was not run is None here and has no key there: a missing number is missing, never
made up. JSON knows no infinity, so a number that does not exist (the resistance of a sample that
does not conduct) is null, and `notes` says why.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import numpy as np
from pydantic import BaseModel

from ssbi_core.graph.interface_graph import InterfaceGraph
from ssbi_core.io.micrograph import Micrograph
from ssbi_core.io.phase_map import PhaseMap
from ssbi_core.materials import MaterialSystem
from ssbi_core.predict.posterior import ConductivityPosterior
from ssbi_core.transport.representative_volume import RepresentativeVolume
from ssbi_core.transport.solution import ConductionSolution
from ssbi_core.transport.temperature import TemperatureSweep

LEVELS = (50, 80, 90, 95)
"""Of the intervals of a prediction, in per cent."""


@dataclass(frozen=True, eq=False)
class ImageResult:
    """Everything that was computed for one image; None for a stage that was not run.

    Attributes
    ----------
    phases : the phases, 2D or 3D.
    system : the material system the numbers were computed with.
    micrograph, graph, transport : what the other stages returned.
    representative : spread of sigma_eff over windows of the image, where it was asked for.
    temperature_sweep : sigma_eff at several temperatures with its Arrhenius fit, where it was asked for.
    prediction : posterior of sigma_eff from the graph alone.
    provenance : ``version``, ``models`` (name -> sha256), ``settings``, ``input_sha256``, ``command``.
    warnings : sentences a reader of the numbers has to know.
    """

    phases: PhaseMap
    system: MaterialSystem
    micrograph: Micrograph | None = None
    graph: InterfaceGraph | None = None
    transport: ConductionSolution | None = None
    provenance: Mapping[str, Any] = field(default_factory=dict)
    warnings: Sequence[str] = ()
    representative: RepresentativeVolume | None = None
    temperature_sweep: TemperatureSweep | None = None
    prediction: ConductivityPosterior | None = None

    @property
    def name(self) -> str:
        """Name of the image: the file name up to the first dot."""
        return self.phases.name

    @property
    def axis(self) -> int | None:
        """Transport axis, where a stage has settled it."""
        stage = self.transport or self.graph or self.prediction
        return None if stage is None else int(stage.axis)

    @property
    def temperature(self) -> float | None:
        """K, where a stage has used it."""
        stage = self.transport or self.prediction
        return None if stage is None else float(stage.temperature)

    @property
    def input_sha256(self) -> str:
        """Digest of the file the result came from; empty for arrays made in memory."""
        source = self.micrograph or self.phases
        return str(self.provenance.get("input_sha256") or source.sha256)


def result_json(result: ImageResult) -> dict[str, Any]:
    """Return the `result.json` document of one image: plain, finite, in the order of the contract.

    The keys of stages that were not run are left out. A quantity that has no finite value is None,
    and the list ``notes`` holds the reason; it also carries the warnings of the run.
    """
    document: dict[str, Any] = {
        "image": result.name,
        "pixel_size_nm": float(result.phases.pixel_size_nm),
        "material_system": result.system.name,
    }
    if result.temperature is not None:
        document["temperature_K"] = result.temperature
    if result.axis is not None:
        document["axis"] = result.axis
    document["phase_fractions"] = plain(result.phases.phase_fractions())
    if result.transport is not None:
        document |= _transport_json(result.transport)
    if result.temperature_sweep is not None:
        document["temperature_sweep"] = _sweep_json(result.temperature_sweep)
    if result.prediction is not None:
        document["prediction"] = _prediction_json(result.prediction)
    if notes := result_notes(result):
        document["notes"] = notes
    document["provenance"] = _provenance(result)
    return document


def result_notes(result: ImageResult) -> list[str]:
    """Return why numbers are missing, followed by the warnings of the run."""
    notes = [] if result.transport is None else _transport_notes(result.transport)
    notes += [] if result.temperature_sweep is None else _sweep_notes(result.temperature_sweep)
    notes += [] if result.prediction is None else _prediction_notes(result.prediction)
    return [*notes, *(str(warning) for warning in result.warnings)]


def finite(value: float) -> float | None:
    """Return a plain float, or None for an infinity or a NaN."""
    number = float(value)
    return number if math.isfinite(number) else None


def plain(value: Any) -> Any:
    """Return `value` as JSON knows it: dict, list, str, int, finite float, bool or None."""
    if isinstance(value, BaseModel):
        return plain(value.model_dump(mode="json"))
    if isinstance(value, Mapping):
        return {str(plain(key)): plain(item) for key, item in value.items()}
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, np.generic | np.ndarray):
        return plain(value.tolist())
    if isinstance(value, set | frozenset):
        return sorted((plain(item) for item in value), key=str)
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, float):
        return finite(value)
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def _transport_json(transport: ConductionSolution) -> dict[str, Any]:
    sigma = transport.effective_conductivity
    return {
        "effective_conductivity_S_per_cm": {
            "estimate": finite(sigma.estimate),
            "lower": finite(sigma.lower),
            "upper": finite(sigma.upper),
        },
        "area_specific_resistance_ohm_cm2": finite(transport.area_specific_resistance)
        if transport.percolates
        else None,
        "resistance_share": plain(transport.resistance_share),
        "knockout_gain": plain(transport.knockout_gain),
        "knockout_gain_with_contact": plain(transport.knockout_gain_with_contact),
    }


def _transport_notes(transport: ConductionSolution) -> list[str]:
    blocked = [] if transport.percolates else [transport.reason or "no conducting path joins the two faces"]
    unbounded = [key for key, gain in transport.knockout_gain.items() if math.isinf(gain)]
    return blocked + [
        f"only without {key} would the sample conduct: its knockout_gain is not finite" for key in unbounded
    ]


def _sweep_json(sweep: TemperatureSweep) -> dict[str, Any]:
    fit = {
        "activation_energy_eV": finite(sweep.fit.activation_energy),
        "standard_error_eV": finite(sweep.fit.standard_error),
        "prefactor_S_K_per_cm": finite(sweep.fit.prefactor),
    }
    return {"table": plain(sweep.rows()), "fit": fit}


def _sweep_notes(sweep: TemperatureSweep) -> list[str]:
    if sweep.percolates and sweep.temperature.size == 2:
        return ["two temperatures give an activation energy without a standard error"]
    return []


def _prediction_json(prediction: ConductivityPosterior) -> dict[str, Any]:
    intervals = {f"interval_{level}_S_per_cm": list(prediction.interval(level / 100)) for level in LEVELS}
    return plain(
        {
            "mean_S_per_cm": prediction.mean_S_per_cm,
            "sd_log10": prediction.sd_log10,
            **intervals,
            "variance_share": prediction.variance_share,
            "out_of_range": prediction.out_of_range,
        }
    )


def _prediction_notes(prediction: ConductivityPosterior) -> list[str]:
    what = "; ".join(prediction.out_of_range)
    outside = [f"prediction out of range, which its intervals do not account for: {what}"] if what else []
    number = prediction.measurements
    told = f"the material of the prediction was learned from {number} measured conductivit{_plural(number)}"
    return [*outside, *([told] if number else []), *prediction.notes]


def _plural(number: int) -> str:
    return "y" if number == 1 else "ies"


def _provenance(result: ImageResult) -> dict[str, Any]:
    from ssbi_core import __version__

    contract = {"version": __version__, "models": {}, "settings": {}}
    return plain({**contract, **result.provenance, "input_sha256": result.input_sha256})
