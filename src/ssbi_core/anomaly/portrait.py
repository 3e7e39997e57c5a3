"""An analysed image reduced to what is compared: numbers of the whole, and its places.

Potentials, currents and probabilities of a study do not fit in memory side by side; a portrait is small.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from ssbi_core.anomaly.chemistry.composition import Candidate
from ssbi_core.anomaly.chemistry.unmodelled import ChemistryFit, UnmodelledPhase, fit_chemistry
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
from ssbi_core.graph.thickness import ThicknessProfile
from ssbi_core.io.micrograph import Micrograph
from ssbi_core.io.phase_map import PhaseMap
from ssbi_core.materials import MaterialSystem, Phase
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
    labels, prediction = np.asarray(result.phases.labels), result.prediction
    profiles = layer_profiles(labels, graph.axis, graph.pixel_size_nm)
    chemistry = fit_chemistry(result.micrograph, labels, result.system)
    residual, residual_of = _residual(result, measured)
    return Portrait(
        name=result.phases.name,
        shape=(labels.shape[0], labels.shape[1]),
        pixel_size_nm=float(graph.pixel_size_nm),
        system=result.system.name,
        axis=int(graph.axis),
        descriptors=_descriptors(result, graph, profiles),
        ignorance=segmentation_ignorance(result.phases) | chemical_ignorance(chemistry),
        residual=residual,
        spread=math.nan if prediction is None else math.sqrt(sum(prediction.variance.values())),
        prediction=math.nan if prediction is None else prediction.mean_S_per_cm,
        residual_of=residual_of,
        places=tuple(_places(result, graph, profiles, chemistry)),
        unmodelled=() if chemistry is None else chemistry.unmodelled,
        layers={} if chemistry is None else chemistry.layers,
        costs=() if result.transport is None else phase_costs(result.transport),
        model="" if prediction is None else prediction.model,
    )


def _descriptors(
    result: Analysed, graph: InterfaceGraph, profiles: Mapping[Phase, ThicknessProfile]
) -> dict[str, float]:
    structure = structure_descriptors(np.asarray(result.phases.labels), graph, profiles)
    return structure if result.transport is None else structure | transport_descriptors(result.transport)


def _places(
    result: Analysed,
    graph: InterfaceGraph,
    profiles: Mapping[Phase, ThicknessProfile],
    chemistry: ChemistryFit | None,
) -> Iterator[Place]:
    """Places of every kind that the stages which were run can tell of."""
    labels, transport = np.asarray(result.phases.labels), result.transport
    yield from node_places(graph)
    yield from crowds_of_pores(labels, graph.pixel_size_nm)
    yield from layer_places(labels, profiles, {} if transport is None else transport.resistance_share)
    if transport is not None:
        yield from boundary_places(transport)
        yield from hot_spots(transport, labels)
    if chemistry is not None:
        yield from chemistry.places
    if result.micrograph is not None:
        yield from contrast_places(result.micrograph.haadf, labels)
    if result.phases.uncertainty is not None:
        yield from unsure_places(result.phases.uncertainty, labels)


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
