"""An analysed image reduced to what is compared: numbers of the whole, and its places.

Potentials, currents and probabilities of a study do not fit in memory side by side; a portrait is small.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from ssbi_core.anomaly.chemistry.composition import Candidate
from ssbi_core.anomaly.chemistry.unmodelled import UnmodelledPhase, fit_chemistry
from ssbi_core.anomaly.costs import PhaseCost, phase_costs
from ssbi_core.anomaly.descriptors import structure_descriptors, transport_descriptors
from ssbi_core.anomaly.ignorance import chemical_ignorance, segmentation_ignorance
from ssbi_core.anomaly.places.contrast import contrast_places
from ssbi_core.anomaly.places.crowds import crowds_of_pores
from ssbi_core.anomaly.places.current import boundary_places, hot_spots
from ssbi_core.anomaly.places.layers import layer_places, layer_profiles
from ssbi_core.anomaly.places.nodes import node_places
from ssbi_core.anomaly.places.place import Place
from ssbi_core.anomaly.places.unsure import unsure_places
from ssbi_core.errors import InputError
from ssbi_core.graph.interface_graph import InterfaceGraph
from ssbi_core.io.micrograph import Micrograph
from ssbi_core.io.phase_map import PhaseMap
from ssbi_core.materials import MaterialSystem
from ssbi_core.predict.posterior import ConductivityPosterior
from ssbi_core.transport.solution import ConductionSolution

_MEASUREMENT_SD = 0.02  # of the natural logarithm, of a conductivity that was measured


class Analysed(Protocol):
    """What `ssbi_core.analyze` returns, as far as it is looked at here; a stage that was not run is None."""

    @property
    def phases(self) -> PhaseMap: ...  # noqa: D102
    @property
    def system(self) -> MaterialSystem: ...  # noqa: D102
    @property
    def micrograph(self) -> Micrograph | None: ...  # noqa: D102
    @property
    def graph(self) -> InterfaceGraph | None: ...  # noqa: D102
    @property
    def transport(self) -> ConductionSolution | None: ...  # noqa: D102
    @property
    def prediction(self) -> ConductivityPosterior | None: ...  # noqa: D102


@dataclass(frozen=True, eq=False)
class Portrait:
    """One image as it is compared with others.

    Attributes
    ----------
    name, shape, pixel_size_nm, system, axis : of the image.
    descriptors : numbers of its structure and current.
    ignorance : numbers of what its phase map does not know.
    residual : of the measured (or else solved) against the predicted conductivity, in standard deviations; NaN without.
    spread : standard deviation of the natural logarithm of the predicted conductivity; NaN without a prediction.
    prediction : S/cm; NaN without.
    residual_of : ``measured``, ``solved``, or empty.
    places : what is compared place by place.
    unmodelled : patches that fit no phase.
    layers : key of a labelled layer -> chemistries that its counts may be of, the likeliest first.
    costs : phases by what they cost, the costliest first.
    model : SHA-256 of the predictor.
    """

    name: str
    shape: tuple[int, int]
    pixel_size_nm: float
    system: str
    axis: int
    descriptors: dict[str, float]
    ignorance: dict[str, float]
    residual: float
    spread: float
    prediction: float
    residual_of: str
    places: tuple[Place, ...] = field(repr=False)
    unmodelled: tuple[UnmodelledPhase, ...] = ()
    layers: Mapping[str, tuple[Candidate, ...]] = field(default_factory=dict)
    costs: tuple[PhaseCost, ...] = ()
    model: str = ""


def portray(result: Analysed, measured: float | None = None) -> Portrait:
    """Reduce an analysed image.

    Parameters
    ----------
    result : with its graph; transport, prediction and micrograph add what they know.
    measured : conductivity in S/cm that was measured on this specimen.

    Raises
    ------
    InputError
        If the image is 3D, has no graph, or the measured conductivity is not a positive number.
    """
    graph = _checked(result, measured)
    labels = np.asarray(result.phases.labels)
    profiles = layer_profiles(labels, graph.axis, graph.pixel_size_nm)
    chemistry = fit_chemistry(result.micrograph, labels, result.system)
    transport = result.transport
    descriptors = structure_descriptors(labels, graph, profiles)
    places = [*node_places(graph), *crowds_of_pores(labels, graph.pixel_size_nm)]
    places += layer_places(labels, profiles, {} if transport is None else dict(transport.resistance_share))
    if transport is not None:
        descriptors |= transport_descriptors(transport)
        places += [*boundary_places(transport), *hot_spots(transport, labels)]
    if chemistry is not None:
        places += chemistry.places
    if result.micrograph is not None:
        places += contrast_places(result.micrograph.haadf, labels)
    if result.phases.uncertainty is not None:
        places += unsure_places(result.phases.uncertainty, labels)
    residual, residual_of = _residual(result, measured)
    prediction = result.prediction
    return Portrait(
        result.phases.name,
        (labels.shape[0], labels.shape[1]),
        float(graph.pixel_size_nm),
        result.system.name,
        int(graph.axis),
        descriptors,
        segmentation_ignorance(result.phases) | chemical_ignorance(chemistry),
        residual,
        math.nan if prediction is None else math.sqrt(sum(prediction.variance.values())),
        math.nan if prediction is None else prediction.mean_S_per_cm,
        residual_of,
        tuple(places),
        () if chemistry is None else chemistry.unmodelled,
        {} if chemistry is None else chemistry.layers,
        () if transport is None else phase_costs(transport),
        "" if prediction is None else prediction.model,
    )


def _checked(result: Analysed, measured: float | None) -> InterfaceGraph:
    name = result.phases.name
    if result.graph is None:
        raise InputError(f"{name}: a result without a graph", "one with its graph", "analyse it with the stage graph")
    if result.phases.labels.ndim != 2:
        raise InputError(f"{name}: a volume", "2D images", "search its slices for anomalies")
    if measured is not None and not (math.isfinite(measured) and measured > 0):
        raise InputError(f"{name}: a measured conductivity of {measured} S/cm", "a number above 0", "correct it")
    return result.graph


def _residual(result: Analysed, measured: float | None) -> tuple[float, str]:
    """Difference of logarithms over what it should be, and of what; a solved value shares the material with the net."""
    prediction, transport = result.prediction, result.transport
    if prediction is None:
        return math.nan, ""
    if measured is not None:
        sd = math.hypot(math.sqrt(sum(prediction.variance.values())), _MEASUREMENT_SD)
        return math.log(measured / prediction.mean_S_per_cm) / sd, "measured"
    if transport is None or transport.effective_conductivity.estimate <= 0:
        return math.nan, ""
    solved = transport.effective_conductivity.estimate
    return math.log(solved / prediction.mean_S_per_cm) / max(prediction.residual_sd, 1e-9), "solved"
