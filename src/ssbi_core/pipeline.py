"""Compose the stages: one image to its result, many images to a study with a report.

Every image is finished, written and rendered before the next one is opened, so that memory does not grow
with the study and an interruption keeps what is done. A file that fails is reported and the others go on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from ssbi_core import __version__
from ssbi_core.errors import InputError, SsbiError
from ssbi_core.graph import InterfaceGraph, build_graph, interface_axis
from ssbi_core.io import Micrograph, OutputFolder, PhaseMap, find_inputs, read, read_labels, require_analysable
from ssbi_core.materials import MaterialSystem, load_system
from ssbi_core.predict import ConductivityPosterior, MaterialPosterior, load_predictor, predict_phases
from ssbi_core.predict.given_values import with_given
from ssbi_core.predict.prediction_config import PredictionConfig
from ssbi_core.preprocess import register_elements
from ssbi_core.report import (
    ImageResult,
    RenderedImage,
    render_image,
    write_report,
    write_result,
    write_results_table,
)
from ssbi_core.segment import segment, segmenter_digest
from ssbi_core.transport import representative_volume, solve_conduction, temperature_sweep
from ssbi_core.transport.temperature import checked_temperatures

Stage = Literal["segment", "graph", "transport", "predict"]
Progress = Callable[[str, float], None]
ALL_STAGES: tuple[Stage, ...] = ("segment", "graph", "transport", "predict")


class AnalysisConfig(BaseModel):
    """Settings of an analysis; recorded in full in every result."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    system: str = Field("llzo_nmc", title="Material system", description="shipped name or path of a .toml file")
    reaction_layer: str | None = Field(
        None, title="Reaction layer", description="chemistry; the system's own by default"
    )
    temperature: float = Field(
        298.15,
        gt=0,
        le=2000,
        title="Temperature",
        json_schema_extra={"unit": "K"},
        description="of the conduction problem",
    )
    axis: Literal[0, 1, 2] | None = Field(
        None, title="Transport axis", description="0 rows, 1 columns, 2 slices; across the interface by default"
    )
    pixel_size_nm: float | None = Field(
        None, gt=0, title="Pixel size", json_schema_extra={"unit": "nm"}, description="for files without calibration"
    )
    image: str | None = Field(
        None, title="Image", description="which image of a file that holds several; the HAADF one by default"
    )
    labels: bool = Field(False, title="Label images", description="the files hold phase codes, not micrographs")
    label_mapping: str | None = Field(None, title="Label mapping", description="TOML or JSON file, value = phase name")
    conductivity: dict[str, float] = Field(
        default_factory=dict, json_schema_extra={"unit": "S/cm"}, title="Conductivities"
    )
    resistance: dict[str, float] = Field(
        default_factory=dict, json_schema_extra={"unit": "ohm cm2"}, title="Area-specific resistances"
    )
    knockout: bool = Field(True, title="Knock-out gains", description="re-solve without each phase in turn")
    rel_gap: float | None = Field(
        None, gt=0, le=1, title="Gap between the bounds", description="relative; the mesh is refined where it is wider"
    )
    representative: bool = Field(
        False,
        title="Representative volume",
        description="solve windows of the image too, to say how far its conductivity can be trusted",
    )
    temperatures: tuple[Annotated[float, Field(gt=0, le=2000)], ...] | None = Field(
        None,
        title="Temperature sweep",
        json_schema_extra={"unit": "K"},
        description="solve at these temperatures too, and fit an activation energy; two or more",
    )
    prediction: PredictionConfig = Field(
        default_factory=lambda: PredictionConfig.model_validate({}), title="Prediction", description="from the graph"
    )
    predictor: str | None = Field(
        None, title="Predictor", description="file or folder of a trained net; the shipped one by default"
    )
    stages: tuple[Stage, ...] = Field(
        ALL_STAGES,
        title="Stages",
        description="what is computed; beside transport, an image that cannot be predicted only lacks its prediction",
    )

    @field_validator("temperatures")
    @classmethod
    def _sweepable(cls, temperatures: tuple[float, ...] | None) -> tuple[float, ...] | None:
        if temperatures is not None:
            checked_temperatures(temperatures)  # before any image is read
        return temperatures

    @classmethod
    def from_options(cls, **options: Any) -> AnalysisConfig:
        """Build from plain values; a bad one raises `InputError` naming it."""
        try:
            return cls(**options)
        except ValidationError as error:
            first = error.errors()[0]
            name = ".".join(str(part) for part in first["loc"])
            raise InputError(f"{name} = {first['input']!r}", first["msg"].lower(), f"correct {name}") from None


@dataclass(frozen=True)
class StudyOutcome:
    """What a run over many images left behind."""

    num_images: int
    failures: list[str] = field(default_factory=list)
    report: Path | None = None


def sample_paths() -> list[Path]:
    """Images of the bundled sample study."""
    folder = Path(str(files("ssbi_core"))) / "sample"
    return sorted(folder.glob("*.ome.tif"))


def analyze(
    path: str | Path,
    config: AnalysisConfig | None = None,
    *,
    knowledge: MaterialPosterior | None = None,
    progress: Progress | None = None,
) -> ImageResult:
    """Take one file through the stages of `config`, in memory.

    Parameters
    ----------
    path : a micrograph, or a label image with ``config.labels``.
    config : settings; the defaults analyse a calibrated micrograph of LLZO | NMC at 298.15 K.
    knowledge : of the material, from `learn_material`, for the prediction.
    progress : called with the name of the stage and the fraction done.

    Raises
    ------
    SsbiError
        If the file cannot be read, the settings do not fit it, or a solve does not converge. An image that cannot be
        predicted is an error only where there is no transport stage; else the result's warnings say why.
    """
    config = config or AnalysisConfig.from_options()
    stage = _Stages(Path(path).name, progress)
    system = load_system(config.system, reaction_layer=config.reaction_layer)
    stage("reading", 0.0)
    micrograph, notes = (None, []) if config.labels else _registered_micrograph(path, config, system)
    if micrograph is None:
        phases = read_labels(path, pixel_size_nm=config.pixel_size_nm, mapping=config.label_mapping)
        require_analysable(phases.labels.shape, phases.name, smallest=1)
    else:
        stage("phases", 0.05)
        phases = segment(micrograph, system=system, progress=lambda done: stage("phases", 0.05 + 0.45 * done))
    axis, axis_notes = _transport_axis(phases, config)
    notes += [*phases.metadata.get("notes", ()), *axis_notes]

    graph = transport = representative = sweep = prediction = None
    if "graph" in config.stages:
        stage("graph", 0.5)
        graph = build_graph(phases, micrograph, axis=axis, system=system, temperature=config.temperature)
    if "transport" in config.stages:
        stage("transport", 0.55)
        transport = solve_conduction(
            phases,
            system=system,
            temperature=config.temperature,
            axis=axis,
            conductivity=config.conductivity,
            resistance=config.resistance,
            knockout=config.knockout,
            rel_gap=config.rel_gap,
        )
        notes += transport.settings["notes"]
        if config.temperatures is not None:
            stage("temperatures", 0.7)
            sweep = temperature_sweep(
                phases,
                config.temperatures,
                system=system,
                axis=axis,
                conductivity=config.conductivity,
                resistance=config.resistance,
            )
        if config.representative:
            stage("windows", 0.8)
            representative = representative_volume(
                phases,
                system=system,
                temperature=config.temperature,
                axis=axis,
                conductivity=config.conductivity,
                resistance=config.resistance,
            )
    if "predict" in config.stages:
        stage("prediction", 0.85)
        prediction, reasons = _prediction(
            phases, graph, axis, system, config, knowledge, lambda _, done: stage("prediction", 0.85 + 0.1 * done)
        )
        notes += reasons
    return ImageResult(
        phases=phases,
        system=system,
        micrograph=micrograph,
        graph=graph,
        transport=transport,
        representative=representative,
        temperature_sweep=sweep,
        prediction=prediction,
        provenance={
            "version": __version__,
            "models": _models(config, prediction),
            "settings": config.model_dump(mode="json"),
            "input_sha256": phases.sha256,
        },
        warnings=notes,
    )


def _prediction(
    phases: PhaseMap,
    graph: InterfaceGraph | None,
    axis: int | None,
    system: MaterialSystem,
    config: AnalysisConfig,
    knowledge: MaterialPosterior | None,
    progress: Progress,
) -> tuple[ConductivityPosterior | None, list[str]]:
    """The prediction, or why there is none."""
    model = (
        None if config.predictor is None else load_predictor(config.predictor)
    )  # one that was asked for must be there
    try:
        found = predict_phases(
            phases,
            system=with_given(system, config.temperature, config.conductivity, config.resistance),
            temperature=config.temperature,
            axis=axis,
            graph=graph,
            config=config.prediction,
            model=model,
            knowledge=knowledge,
            progress=progress,
        )
    except SsbiError as error:
        if "transport" not in config.stages:
            raise
        return None, [f"no prediction from the graph: {error.came_in}"]
    return found, []


def _models(config: AnalysisConfig, prediction: ConductivityPosterior | None) -> dict[str, str]:
    models = {} if config.labels else {"segmenter": segmenter_digest()}
    return models if prediction is None else {**models, "predictor": prediction.model}


class _Stages:
    """Reports the stage of one file, where somebody listens."""

    def __init__(self, name: str, progress: Progress | None) -> None:
        self._name, self._progress = name, progress

    def __call__(self, stage: str, done: float) -> None:
        if self._progress is not None:
            self._progress(f"{self._name}: {stage}", done)


def _registered_micrograph(
    path: str | Path, config: AnalysisConfig, system: MaterialSystem
) -> tuple[Micrograph, list[str]]:
    """The micrograph with its element maps moved onto the HAADF image, and a note of the shift."""
    micrograph = read(path, pixel_size_nm=config.pixel_size_nm, image=config.image, system=system)
    require_analysable(micrograph.shape, micrograph.name)
    micrograph, (rows, columns) = register_elements(micrograph)
    moved = f"element maps moved by {rows:+.1f} rows and {columns:+.1f} columns onto the HAADF image"
    return micrograph, [moved] if max(abs(rows), abs(columns)) >= 0.5 else []  # less is within the noise


def _transport_axis(phases: PhaseMap, config: AnalysisConfig) -> tuple[int | None, list[str]]:
    """The axis asked for, or the one across the interface; graph and transport must not differ on it."""
    if config.axis is not None or config.stages == ("segment",):
        return config.axis, []
    try:
        return interface_axis(phases.labels), []
    except InputError as error:
        return 0, [f"{error.came_in}: transport along the rows (give --axis to choose)"]


def analyze_study(
    paths: Sequence[str | Path],
    output: str | Path,
    config: AnalysisConfig | None = None,
    *,
    overwrite: bool = False,
    knowledge: MaterialPosterior | None = None,
    progress: Progress | None = None,
) -> StudyOutcome:
    """Analyse files, folders and globs into an output folder: one folder per image, a table and a report.

    Parameters
    ----------
    paths : files, folders or globs, in any mixture.
    output : folder to write; an existing one with content needs `overwrite`.
    config, knowledge, progress : as in `analyze`.

    Raises
    ------
    SsbiError
        If no image is found, the output cannot be written, or every single image fails.
    """
    config = config or AnalysisConfig.from_options()
    load_system(config.system, reaction_layer=config.reaction_layer)
    inputs = find_inputs(paths, labels=config.labels)
    folder = OutputFolder(output, overwrite=overwrite)
    rendered: list[RenderedImage] = []
    failures: list[str] = []
    for index, path in enumerate(inputs):
        try:
            rendered.append(_analyze_into(path, folder, config, knowledge, _share(progress, index, len(inputs))))
        except SsbiError as error:
            if len(inputs) == 1:
                raise
            failures.append(f"{path.name}: {error}")
    if not rendered:
        raise InputError(
            f"{len(inputs)} files, none of which could be analysed: {failures[0]}",
            "readable images",
            "see the first error",
        )
    write_results_table(folder.path / "results.parquet", rendered)
    report = write_report(folder.path / "report.html", rendered, failures=failures)
    return StudyOutcome(len(rendered), failures, report)


def _share(progress: Progress | None, index: int, total: int) -> Progress | None:
    if progress is None:
        return None
    return lambda description, fraction: progress(f"[{index + 1}/{total}] {description}", (index + fraction) / total)


def _analyze_into(
    path: Path,
    folder: OutputFolder,
    config: AnalysisConfig,
    knowledge: MaterialPosterior | None,
    progress: Progress | None,
) -> RenderedImage:
    result = analyze(path, config, knowledge=knowledge, progress=progress)
    with folder.item(result.name) as directory:
        write_result(result, directory)
        if progress is not None:
            progress(f"{path.name}: report", 0.95)
        return render_image(result)
