"""The task of the step Prediction, and the plain records it exchanges with the window.

What the core returns holds arrays of JAX and brings NumPyro with it. The window needs a few numbers of it, so it gets
these, and the posterior itself as sealed bytes, to be handed back for the report: JAX stays out of napari.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from napari_ssbi.compute.wire import seal

if TYPE_CHECKING:
    from napari_ssbi.compute.tasks import Setting
    from ssbi_core.graph import InterfaceGraph
    from ssbi_core.io import PhaseMap
    from ssbi_core.materials import MaterialSystem
    from ssbi_core.predict import ConductivityPosterior, MaterialPosterior, Measurement, PredictionConfig, Predictor

Report = Callable[[str, float], None]
LEVELS = (0.5, 0.8, 0.9)
_DRAWN, _BEYOND = 0.995, 1.2  # of the distribution, and how much further: its density is smoothed
_POINTS = 160


class Measured(NamedTuple):
    """A measured conductivity.

    Attributes
    ----------
    name : of the image.
    phases : of it; None for the image that is predicted.
    temperature : K.
    conductivity : S/cm.
    """

    name: str
    phases: PhaseMap | None
    temperature: float
    conductivity: float


class LearnedMaterial(NamedTuple):
    """What measurements said of the material, in decades of each number over the file's value.

    Attributes
    ----------
    names : phase keys.
    before : standard deviation before; the mean is 0.
    mean, after : mean and standard deviation after.
    misfit : of each measurement, in standard deviations above what the material gives.
    """

    names: tuple[str, ...]
    before: np.ndarray
    mean: np.ndarray
    after: np.ndarray
    misfit: np.ndarray


class Predicted(NamedTuple):
    """What the window shows of a posterior.

    Attributes
    ----------
    mean : S/cm.
    intervals : level -> ends in S/cm, for `LEVELS`.
    curve : (2, n) conductivity in S/cm, and its density on a logarithmic axis.
    variance : of the natural logarithm, by source.
    out_of_range : what of the graph is unlike those the net learned from.
    notes : what else a reader has to know.
    temperature : K.
    learned : None where nothing was measured.
    measured : name of the image, temperature in K and conductivity in S/cm of each measurement.
    posterior : sealed `ConductivityPosterior`.
    """

    mean: float
    intervals: dict[float, tuple[float, float]]
    curve: np.ndarray
    variance: dict[str, float]
    out_of_range: tuple[str, ...]
    notes: tuple[str, ...]
    temperature: float
    learned: LearnedMaterial | None
    measured: tuple[tuple[str, float, float], ...]
    posterior: np.ndarray


class PredictionMade(NamedTuple):
    """A prediction as a report needs it.

    Attributes
    ----------
    posterior : sealed, of `Predicted`.
    config, model : it was made with; no model for the shipped net.
    measured : name of the image, temperature in K and conductivity in S/cm of each measurement.
    """

    posterior: np.ndarray
    config: PredictionConfig
    model: str | None
    measured: tuple[tuple[str, float, float], ...]

    def measured_in_words(self) -> list[dict[str, Any]]:
        """For the provenance."""
        names = ("image", "temperature_K", "conductivity_S_per_cm")
        return [dict(zip(names, each, strict=True)) for each in self.measured]


def predict_conductivity(
    report: Report,
    phases: PhaseMap,
    painted: np.ndarray,
    graph: InterfaceGraph,
    setting: Setting,
    config: PredictionConfig,
    measured: list[Measured],
    conductivity: dict[str, float],
    resistance: dict[str, float],
    model: str | None = None,
) -> Predicted:
    """Ask the net, after it was told what was measured.

    Parameters
    ----------
    report : of progress.
    phases, graph : of the image.
    painted : pixels that were corrected by hand; no sampled segmentation differs there.
    setting, config : with which.
    measured : conductivities to learn the material from.
    conductivity, resistance : phase key -> S/cm, ohm cm2, in place of the material file's.
    model : folder of the net; None for the shipped one.
    """
    from ssbi_core.predict import load_predictor, predict_phases
    from ssbi_core.predict.given_values import with_given

    report("Loading the net", 0.02)
    net = load_predictor(model)
    system = with_given(setting.material(), setting.temperature, conductivity, resistance)
    knowledge, share = None, 0.05
    if measured:
        knowledge, share = _knowledge(report, measured, graph, system, config, net), 0.6
    posterior = predict_phases(
        _as_painted(phases, painted),
        system=system,
        temperature=setting.temperature,
        axis=graph.axis,
        graph=graph,
        config=config,
        model=net,
        knowledge=knowledge,
        progress=lambda text, done: report(text[:1].upper() + text[1:], share + (0.98 - share) * done),
    )
    learned = None if knowledge is None else _learned(knowledge)
    return shown(posterior, learned, tuple((each.name, each.temperature, each.conductivity) for each in measured))


_known: dict[str, MaterialPosterior] = {}
"""What was learned last, under a digest of what it was learned from: the next image is predicted with the same."""


def _knowledge(
    report: Report,
    measured: list[Measured],
    graph: InterfaceGraph,
    system: MaterialSystem,
    config: PredictionConfig,
    net: Predictor,
) -> MaterialPosterior:
    from ssbi_core.predict import learn_material

    key = _digest(measured, graph, system, config, net)
    if key not in _known:
        report("Measuring the microstructures", 0.05)
        measurements = [_measurement(each, graph, system, config) for each in measured]
        report("Learning the material", 0.15)
        found = learn_material(measurements, system=system, model=net, seed=config.seed)
        _known.clear()
        _known[key] = found
    return _known[key]


def _measurement(each: Measured, own: InterfaceGraph, system: MaterialSystem, config: PredictionConfig) -> Measurement:
    from ssbi_core.graph import build_graph
    from ssbi_core.predict import Measurement

    graph = own
    if each.phases is not None:
        graph = build_graph(each.phases, axis=own.axis, system=system, temperature=each.temperature)
    return Measurement(graph, each.conductivity, each.temperature, config.measurement_sd)


def _digest(
    measured: list[Measured], graph: InterfaceGraph, system: MaterialSystem, config: PredictionConfig, net: Predictor
) -> str:
    """Of everything that decides what is learned."""
    found = sha256(f"{net.sha256} {system} {graph.axis} {config.seed} {config.measurement_sd}".encode())
    for each in measured:
        found.update(f"{each.temperature} {each.conductivity}".encode())
        image = graph.regions if each.phases is None else each.phases.labels
        size = graph.pixel_size_nm if each.phases is None else each.phases.pixel_size_nm
        found.update(f"{size} {image.shape} {image.dtype}".encode())
        found.update(np.ascontiguousarray(image).tobytes())
    return found.hexdigest()


def _as_painted(phases: PhaseMap, painted: np.ndarray) -> PhaseMap:
    """Certain where the user was; the labels as they are."""
    from ssbi_core.segment import with_strokes

    if phases.probabilities is None or not painted.any():
        return phases
    strokes = np.where(painted, phases.labels, 0).astype(np.uint8)
    return replace(with_strokes(phases, strokes), labels=phases.labels)


def shown(
    posterior: ConductivityPosterior,
    learned: LearnedMaterial | None = None,
    measured: tuple[tuple[str, float, float], ...] = (),
) -> Predicted:
    """What the window shows of a posterior."""
    mean = posterior.mean_S_per_cm
    low, high = (mean * (end / mean) ** _BEYOND for end in posterior.interval(_DRAWN))
    at = np.geomspace(low, high, _POINTS)
    return Predicted(
        mean,
        {level: posterior.interval(level) for level in LEVELS},
        np.stack([at, posterior.density(at)]),
        dict(posterior.variance),
        posterior.out_of_range,
        posterior.notes,
        posterior.temperature,
        learned,
        measured,
        seal(posterior),
    )


def _learned(knowledge: MaterialPosterior) -> LearnedMaterial:
    return LearnedMaterial(
        knowledge.names,
        np.asarray(knowledge.prior.decades),
        np.asarray(knowledge.mean_decades),
        np.asarray(knowledge.sd_decades),
        np.asarray(knowledge.misfit),
    )
