"""What the compute process can do: each task takes a reporter of progress and plain records, and returns records.

Stages are imported when a task first needs them, so that the process starts at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from napari_ssbi.compute.anomalies import find_anomalies
from napari_ssbi.compute.prediction import PredictionMade, predict_conductivity
from napari_ssbi.compute.process_search import optimize_process, save_optimization
from napari_ssbi.compute.wire import unseal

if TYPE_CHECKING:
    import numpy as np

    from ssbi_core.graph import InterfaceGraph
    from ssbi_core.io import Micrograph, PhaseMap
    from ssbi_core.materials import MaterialSystem
    from ssbi_core.report import ReportBundle
    from ssbi_core.segment import SegmentationConfig
    from ssbi_core.transport import ConductionSolution, Streamlines, TransportConfig, WhatIfAnswer

Report = Callable[[str, float], None]


class Setting(NamedTuple):
    """What all stages must agree on.

    Attributes
    ----------
    system : name or path of the material system.
    reaction_layer : chemistry, or None for the system's own.
    temperature : K.
    axis : of transport, or None for the one across the interface.
    """

    system: str = "llzo_nmc"
    reaction_layer: str | None = None
    temperature: float = 298.15
    axis: int | None = None

    def material(self) -> MaterialSystem:
        """The material system."""
        return _material(self.system, self.reaction_layer)


@lru_cache(maxsize=8)
def _material(system: str, reaction_layer: str | None) -> MaterialSystem:
    from ssbi_core.materials import load_system

    return load_system(system, reaction_layer=reaction_layer)


class Change(NamedTuple):
    """A what-if question: properties to change, phases to take away.

    Attributes
    ----------
    temperature : K.
    conductivity, resistance : phase key -> S/cm, ohm cm2.
    without : phase keys.
    """

    temperature: float
    conductivity: dict[str, float]
    resistance: dict[str, float]
    without: tuple[str, ...] = ()


class Found(NamedTuple):
    """Phases, and (n, 2) pixels where a stroke would tell the net most."""

    phases: PhaseMap
    places: np.ndarray


class Corrected(NamedTuple):
    """What a net that learned from strokes finds.

    Attributes
    ----------
    found : its phases, the strokes as painted.
    model : file of the net.
    right_before, right_after : share of the strokes that the net got right, mean over the phases painted.
    """

    found: Found
    model: str
    right_before: float
    right_after: float


def find_phases(
    report: Report,
    micrograph: Micrograph,
    setting: Setting,
    config: SegmentationConfig,
    model: str | None = None,
) -> Found:
    """Element maps onto the image, then the net."""
    from ssbi_core.io import require_analysable
    from ssbi_core.segment import segment, where_to_paint

    require_analysable(micrograph.shape, micrograph.name)
    report("Aligning the element maps", 0.02)
    registered = _registered(micrograph)
    report("Loading the net", 0.05)
    phases = segment(
        registered,
        system=setting.material(),
        model=model,
        config=config,
        progress=lambda done: report("Finding the phases", 0.1 + 0.8 * done),
    )
    return Found(phases, where_to_paint(phases))


def learn_phases(
    report: Report,
    micrograph: Micrograph,
    setting: Setting,
    config: SegmentationConfig,
    strokes: np.ndarray,
    folder: Path,
    model: str | None = None,
) -> Corrected:
    """Have the net learn from strokes, keep it in a folder, and ask it again."""
    from ssbi_core.segment import learn_from_strokes, segment, where_to_paint
    from ssbi_core.segment.weights import save_segmenter

    report("Aligning the element maps", 0.02)
    registered, material = _registered(micrograph), setting.material()
    learned = learn_from_strokes(
        registered,
        strokes,
        system=material,
        model=model,
        progress=lambda done: report("Learning from the strokes", 0.05 + 0.55 * done),
    )
    phases = segment(
        registered,
        system=material,
        model=learned.model,
        config=config,
        strokes=strokes,
        progress=lambda done: report("Finding the phases", 0.6 + 0.3 * done),
    )
    net = learned.model
    folder.mkdir(parents=True, exist_ok=True)
    path = save_segmenter(folder, net.config, net.weights, net.temperature, net.facts, net.second)
    before, after = (_mean(share) for share in (learned.right_before, learned.right_after))
    return Corrected(Found(phases, where_to_paint(phases, strokes=strokes)), str(path), before, after)


def _mean(share: Mapping[str, float]) -> float:
    return sum(share.values()) / max(len(share), 1)


def _registered(micrograph: Micrograph) -> Micrograph:
    """Element maps moved onto the image, as every command does before it looks at them."""
    from ssbi_core.preprocess import register_elements

    return register_elements(micrograph)[0]


def make_graph(report: Report, phases: PhaseMap, micrograph: Micrograph | None, setting: Setting) -> InterfaceGraph:
    """Labels to nodes and edges."""
    from ssbi_core.graph import build_graph

    report("Measuring grains and borders", 0.1)
    return build_graph(
        phases,
        None if micrograph is None else _registered(micrograph),
        axis=setting.axis,
        system=setting.material(),
        temperature=setting.temperature,
    )


class Transport(NamedTuple):
    """A solution and its streamlines, None where no current flows."""

    solution: ConductionSolution
    streamlines: Streamlines | None


def solve_transport(report: Report, phases: PhaseMap, setting: Setting, config: TransportConfig) -> Transport:
    """Conductivity, where the resistance sits, and what each phase costs."""
    from ssbi_core.transport import solve_conduction, streamlines

    report("Solving for the potential", 0.05)
    solution = solve_conduction(
        phases,
        system=setting.material(),
        config=config,
        progress=lambda text, done: report(text, 0.05 + 0.85 * done),
    )
    report("Following the current", 0.92)
    return Transport(solution, streamlines(solution) if solution.percolates else None)


_prepared: dict[str, Any] = {}
"""The structure what-if questions were last asked of, under a digest of it: made once, asked many times."""


def what_if(
    report: Report, phases: PhaseMap, setting: Setting, config: TransportConfig, change: Change
) -> WhatIfAnswer:
    """Conductivity and its breakdown with other properties, from a structure kept ready."""
    from hashlib import sha256

    from ssbi_core.transport import WhatIf

    labels = sha256(phases.labels.tobytes()).hexdigest()
    key = f"{labels} {phases.pixel_size_nm} {setting.system} {setting.reaction_layer} {setting.axis} {config}"
    if key not in _prepared:
        report("Preparing", 0.1)
        for old in _prepared.values():
            old.close()
        _prepared.clear()
        _prepared[key] = WhatIf(phases, setting.material(), config)
    return _prepared[key].answer(**change._asdict())


class Analysed(NamedTuple):
    """What a report is written of.

    Attributes
    ----------
    phases, micrograph, graph, solution : results of the steps; no micrograph where the analysis began with labels.
    setting, segmentation, transport : what they were made with.
    model : file of the net; None for the shipped one.
    edited : whether the labels were corrected by hand.
    source : file the input came from.
    notes : what the reader should know.
    prediction : from the graph; None where it was not made.
    """

    phases: PhaseMap
    micrograph: Micrograph | None
    graph: InterfaceGraph | None
    solution: ConductionSolution
    setting: Setting
    segmentation: SegmentationConfig
    transport: TransportConfig
    model: str | None
    edited: bool
    source: str | None
    notes: tuple[str, ...] = ()
    prediction: PredictionMade | None = None


def write_report(report: Report, analysed: Analysed, folder: Path, overwrite: bool) -> ReportBundle:
    """Everything about one image into a folder."""
    from ssbi_core import __version__
    from ssbi_core.report import ImageResult, Recipe, write_report_bundle
    from ssbi_core.segment import load_segmenter

    setting, transport, made = analysed.setting, analysed.transport, analysed.prediction
    asked = {} if made is None else {"prediction": made.config, "predictor": made.model}
    recipe = Recipe(
        system=setting.system,
        reaction_layer=setting.reaction_layer,
        image=None,
        model=analysed.model,
        segmentation=analysed.segmentation,
        transport=transport,
        edited=analysed.edited,
        **asked,
    )
    models = {} if analysed.micrograph is None else {"segmenter": load_segmenter(analysed.model).digest}
    settings = recipe.model_dump(mode="json")
    prediction = None
    if made is not None:
        prediction = unseal(made.posterior)
        models["predictor"], settings["measured"] = prediction.model, made.measured_in_words()
    result = ImageResult(
        phases=analysed.phases,
        system=setting.material(),
        micrograph=analysed.micrograph,
        graph=analysed.graph,
        transport=analysed.solution,
        prediction=prediction,
        provenance={
            "version": __version__,
            "models": models,
            "settings": settings,
            "input_sha256": analysed.phases.sha256,
        },
        warnings=list(analysed.notes),
    )
    return write_report_bundle(result, folder, recipe, source=analysed.source, overwrite=overwrite, progress=report)


TASKS: Mapping[str, Callable[..., Any]] = {
    "find_anomalies": find_anomalies,
    "find_phases": find_phases,
    "learn_phases": learn_phases,
    "make_graph": make_graph,
    "optimize_process": optimize_process,
    "predict_conductivity": predict_conductivity,
    "save_optimization": save_optimization,
    "solve_transport": solve_transport,
    "what_if": what_if,
    "write_report": write_report,
}
