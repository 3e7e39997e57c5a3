"""Predictions of many images into an output folder, with the material learned first from those that were measured."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ssbi_core.errors import InputError
from ssbi_core.io import OutputFolder, find_inputs
from ssbi_core.io.inputs import stem_of
from ssbi_core.materials import load_system
from ssbi_core.pipeline import AnalysisConfig, StudyOutcome, analyze, analyze_study
from ssbi_core.predict import MaterialPosterior, Measurement, learn_material, load_predictor
from ssbi_core.predict.measured_values import MeasuredValue
from ssbi_core.predict.prediction import refuse_other_system
from ssbi_core.report.records import plain

MEASURED = "measured.json"

Progress = Callable[[str, float], None]


def predict_study(
    paths: Sequence[str | Path],
    output: str | Path,
    config: AnalysisConfig,
    *,
    measured: Sequence[MeasuredValue] = (),
    overwrite: bool = False,
    progress: Progress | None = None,
) -> StudyOutcome:
    """Predict files, folders and globs into an output folder; see `analyze_study`, whose files it writes.

    Parameters
    ----------
    paths : files, folders or globs, in any mixture.
    output : folder to write; an existing one with content needs `overwrite`.
    config : settings, with the stages that are wanted.
    measured : conductivities of some of the images. The material is learned from these, every image is predicted with
        it, and ``measured.json`` says what was learned.
    progress : called with the name of the stage and the fraction done.

    Raises
    ------
    SsbiError
        If no image is found, a measured one is not among them, the output cannot be written, the net is missing or of
        another material system, or every single image fails.
    """
    images = {stem_of(path): path for path in find_inputs(paths, labels=config.labels)}
    _refuse_unknown(measured, images)
    model, system = load_predictor(config.predictor), load_system(config.system, reaction_layer=config.reaction_layer)
    refuse_other_system(model, system)
    folder = OutputFolder(output, overwrite=overwrite)
    share = len({value.image for value in measured}) / (len(images) + len({value.image for value in measured}))
    knowledge = None
    if measured:
        knowledge = _learned(images, measured, config, _part(progress, 0.0, share))
        with folder.file(MEASURED) as temporary:
            text = json.dumps(_document(knowledge, measured), indent=2, ensure_ascii=False, allow_nan=False)
            temporary.write_text(text + "\n", encoding="utf-8")
    else:
        (folder.path / MEASURED).unlink(missing_ok=True)  # of an earlier run, which this one replaces
    return analyze_study(
        list(images.values()),
        output,
        config,
        overwrite=overwrite or bool(measured),  # the folder was found free, and holds what was learned
        knowledge=knowledge,
        progress=_part(progress, share, 1.0),
    )


def _refuse_unknown(measured: Sequence[MeasuredValue], images: dict[str, Path]) -> None:
    unknown = sorted({value.image for value in measured} - images.keys())
    if unknown:
        known = ", ".join(sorted(images)[:20]) + (", ..." if len(images) > 20 else "")
        raise InputError(
            f"measured conductivities of {', '.join(unknown)}",
            f"names of the images that are predicted: {known}",
            "correct the names (file name up to the first dot), or predict these images too",
        )


def _learned(
    images: dict[str, Path], measured: Sequence[MeasuredValue], config: AnalysisConfig, progress: Progress | None
) -> MaterialPosterior:
    names, graphs = sorted({value.image for value in measured}), {}
    only_graph = config.model_copy(update={"stages": ("segment", "graph")})
    for index, name in enumerate(names):
        step = _part(progress, index / (len(names) + 1), (index + 1) / (len(names) + 1))
        graphs[name] = analyze(images[name], only_graph, progress=step).graph
    if progress is not None:
        progress("learning the material", len(names) / (len(names) + 1))
    return learn_material(
        [
            Measurement(graphs[image], conductivity, kelvin, config.prediction.measurement_sd)
            for image, conductivity, kelvin in measured
        ],
        system=load_system(config.system, reaction_layer=config.reaction_layer),
        model=load_predictor(config.predictor),
        seed=config.prediction.seed,
    )


def _document(knowledge: MaterialPosterior, measured: Sequence[MeasuredValue]) -> dict[str, Any]:
    """What was learned of the material: decades are standard deviations of log10, and shifts of it from the file."""
    numbers = zip(
        knowledge.names,
        knowledge.prior.decades,
        knowledge.mean_decades,
        knowledge.sd_decades,
        knowledge.r_hat,
        knowledge.effective_samples,
        strict=True,
    )
    keys = ("phase", "decades_before", "shift_decades", "decades_after", "r_hat", "effective_samples")
    rows = zip(measured, knowledge.misfit, strict=True)
    return plain(
        {
            "material_system": knowledge.prior.system.name,
            "reaction_layer": knowledge.prior.system.reaction_layer,
            "measured": [{**value._asdict(), "misfit_sd": misfit} for value, misfit in rows],
            "material": [dict(zip(keys, row, strict=True)) for row in numbers],
            "divergences": knowledge.divergences,
            "efficiency": knowledge.efficiency,
            "converged": knowledge.converged,
        }
    )


def _part(progress: Progress | None, start: float, stop: float) -> Progress | None:
    """Progress of a part of the work."""
    if progress is None:
        return None
    return lambda description, fraction: progress(description, start + (stop - start) * fraction)
