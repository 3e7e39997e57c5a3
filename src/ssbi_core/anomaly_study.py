"""A study searched for anomalies, into an output folder: to `ssbi anomalies` what `pipeline` is to `ssbi analyze`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ssbi_core.anomaly.config import FEWEST_IMAGES, AnomalyConfig
from ssbi_core.anomaly.population import Population
from ssbi_core.anomaly.portrait import portray
from ssbi_core.anomaly.report import AnomalyReport, ImageAnomaly, anomaly_json
from ssbi_core.anomaly.score import no_population, score_anomalies
from ssbi_core.errors import InputError, SsbiError
from ssbi_core.io import OutputFolder, find_inputs, write_image
from ssbi_core.io.atomic import atomic_path
from ssbi_core.io.inputs import stem_of
from ssbi_core.materials import load_system
from ssbi_core.pipeline import AnalysisConfig, analyze
from ssbi_core.predict.measured_values import MeasuredValue
from ssbi_core.report import RenderedImage, render_image, result_json, write_report, write_result, write_results_table
from ssbi_core.report.anomalous import anomaly_section
from ssbi_core.report.figures.anomaly import Backdrop
from ssbi_core.report.records import plain

Progress = Callable[[str, float], None]
_POPULATION = "population.parquet"
_KELVIN = 0.5  # between a measurement and the analysis


@dataclass(frozen=True)
class AnomalyOutcome:
    """What was found, where it lies, and what went wrong with other images."""

    report: AnomalyReport
    listing: Path
    page: Path
    failures: list[str] = field(default_factory=list)


def anomaly_study(
    paths: Sequence[str | Path],
    output: str | Path,
    config: AnalysisConfig,
    anomaly: AnomalyConfig,
    *,
    reference: Sequence[str | Path] = (),
    measured: Sequence[MeasuredValue] = (),
    overwrite: bool = False,
    progress: Progress | None = None,
) -> AnomalyOutcome:
    """Analyse the images of a study and rank them by how anomalous they are.

    Parameters
    ----------
    paths : files, folders or globs, in any mixture.
    output : folder to write; an existing one with content needs `overwrite`. It gets ``anomalies.json`` (the most
        anomalous image first), ``report.html``, ``results.parquet``, ``population.parquet`` (what the images were
        compared with, to be used as a reference), and per image what `analyze` writes, with the key ``anomaly`` in its
        ``result.json``, the scores as ``anomaly.tif`` and every place in ``places.csv``.
    config, anomaly : settings of the analysis and of the search.
    reference : normal images, analysed the same way; or one ``population.parquet``. Without, the study's own images.
    measured : conductivities of some of the images, at the temperature of the analysis.
    progress : called with what is being done and the share done.

    Raises
    ------
    SsbiError
        If no image is found, there is no population to compare with, a measured image is not among them, the output
        cannot be written, or too few images can be analysed.
    """
    load_system(config.system, reaction_layer=config.reaction_layer)
    inputs = find_inputs(paths, labels=config.labels)
    if not reference and len(inputs) < FEWEST_IMAGES:
        raise no_population(len(inputs))
    conductivity = _measured_at(measured, config.temperature, {stem_of(path) for path in inputs})
    given = Population.load(reference[0]) if _is_population(reference) else None
    normal = [] if given is not None or not reference else find_inputs(reference, labels=config.labels)
    folder = OutputFolder(output, overwrite=overwrite)
    total = len(inputs) + len(normal)
    documents: dict[str, dict[str, Any]] = {}
    rendered: dict[str, RenderedImage] = {}
    backdrops: dict[str, Backdrop] = {}
    portraits, failures = [], []
    for index, path in enumerate(inputs):
        try:
            result = analyze(path, config, progress=_share(progress, index, total))
            portraits.append(portray(result, conductivity.get(result.name)))
            with folder.item(result.name) as directory:
                write_result(result, directory)
            documents[result.name] = result_json(result)
            rendered[result.name], backdrops[result.name] = render_image(result), Backdrop.of(result)
        except SsbiError as error:
            failures.append(f"{path.name}: {error}")
    if not portraits:
        raise InputError(f"{len(inputs)} files, none of which could be analysed: {failures[0]}", "images", "see above")
    population = given or _population(normal, config, _share_from(progress, len(inputs), total))
    report = score_anomalies(portraits, reference=population, config=anomaly)
    for image in report.images:
        _write_image_anomaly(folder, image, documents[image.name], float(documents[image.name]["pixel_size_nm"]))
    write_results_table(folder.path / "results.parquet", rendered.values())
    with folder.file("anomalies.json") as temporary:
        _write_json(temporary, [_entry(image) for image in report.images])
    report.population.save(folder.path / _POPULATION)
    page = write_report(
        folder.path / "report.html",
        [rendered[image.name] for image in report.images],
        title="Anomalies of a study",
        failures=failures,
        anomalies=anomaly_section(report, backdrops),
    )
    return AnomalyOutcome(report, folder.path / "anomalies.json", page, failures)


def _is_population(reference: Sequence[str | Path]) -> bool:
    return len(reference) == 1 and Path(reference[0]).suffix == ".parquet"


def _population(normal: Sequence[Path], config: AnalysisConfig, progress: Progress | None) -> Population | None:
    """The reference images, analysed; None without any."""
    if not normal:
        return None
    if len(normal) < FEWEST_IMAGES:
        raise no_population(len(normal))
    found = [
        portray(analyze(path, config, progress=_share(progress, index, len(normal))))
        for index, path in enumerate(normal)
    ]
    return Population.of(found, f"{len(found)} reference images")


def _measured_at(measured: Sequence[MeasuredValue], temperature: float, images: set[str]) -> dict[str, float]:
    unknown = sorted({value.image for value in measured} - images)
    if unknown:
        came_in = f"measured conductivities of {', '.join(unknown)}"
        raise InputError(came_in, "names of images of the study (up to the first dot)", "correct the names")
    for value in measured:
        if abs(value.temperature_K - temperature) > _KELVIN:
            came_in = f"{value.image} measured at {value.temperature_K:g} K"
            raise InputError(came_in, f"measurements at {temperature:g} K", "give --temperature, or leave it out")
    return {value.image: value.conductivity_S_per_cm for value in measured}


def _entry(image: ImageAnomaly) -> dict[str, Any]:
    return {"image": image.name, **anomaly_json(image)}


def _write_image_anomaly(
    folder: OutputFolder, image: ImageAnomaly, document: Mapping[str, Any], pixel_size_nm: float
) -> None:
    """The map, the places, and the key in `result.json`, which keeps the order of the contract."""
    directory = folder.path / image.name
    write_image(directory / "anomaly.tif", image.pixel_map(), pixel_size_nm)
    with atomic_path(directory / "places.csv") as temporary:
        image.table().to_csv(temporary, index=False)
    before = {key: value for key, value in document.items() if key not in ("notes", "provenance")}
    after = {key: document[key] for key in ("notes", "provenance") if key in document}
    with atomic_path(directory / "result.json") as temporary:
        _write_json(temporary, {**before, "anomaly": anomaly_json(image), **after})


def _write_json(path: Path, content: Any) -> None:
    text = json.dumps(plain(content), indent=2, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def _share(progress: Progress | None, index: int, total: int) -> Progress | None:
    if progress is None:
        return None
    return lambda description, fraction: progress(f"[{index + 1}/{total}] {description}", (index + fraction) / total)


def _share_from(progress: Progress | None, start: int, total: int) -> Progress | None:
    if progress is None:
        return None
    return lambda description, fraction: progress(description, (start + fraction * (total - start)) / total)
