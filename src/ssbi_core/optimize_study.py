"""A closed loop into an output folder: to `ssbi optimize` what `pipeline` is to `ssbi analyze`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ssbi_core.errors import InputError
from ssbi_core.io import OutputFolder, PhaseMap, write_labels
from ssbi_core.materials import load_system
from ssbi_core.optimize.closed_loop.config import ClosedLoopConfig
from ssbi_core.optimize.closed_loop.optimize import optimize
from ssbi_core.optimize.closed_loop.recommendation import recommendation
from ssbi_core.optimize.closed_loop.result import OptimizationResult
from ssbi_core.pipeline import AnalysisConfig, analyze
from ssbi_core.predict.predictor import predictor_digest
from ssbi_core.report.optimization import write_optimization_report
from ssbi_core.report.records import plain
from ssbi_core.simulate import ProcessParameters

_LISTING, _ANSWERS = "optimization.json", "search.json"
_FIND = 0.05  # share of the time until the image is segmented


@dataclass(frozen=True)
class OptimizationOutcome:
    """What was found, and where it lies."""

    result: OptimizationResult
    listing: Path
    report: Path


def optimize_study(
    path: str | Path | None,
    output: str | Path,
    analysis: AnalysisConfig,
    config: ClosedLoopConfig,
    *,
    process: ProcessParameters | Mapping[str, float] | None = None,
    overwrite: bool = False,
    command: str = "",
    progress: Callable[[str, float], None] | None = None,
) -> OptimizationOutcome:
    """Optimise the process behind an image, or behind a material system, and write what was found.

    Parameters
    ----------
    path : a micrograph, or a label image with ``analysis.labels``; None for the material system alone.
    output : folder to write. It gets ``optimization.json``, ``designs.parquet`` (every process tried), ``before.tif``
        and ``after.tif`` (labels of a field of view each), ``edited.tif`` (the image as the optimum would change it),
        ``report.html``, and while it runs ``search.json`` (every answer so far): a run that finds one there goes on
        from it, to the same end as if it had not been interrupted.
    analysis, config : settings of the image and of the loop.
    process : to be bettered, or what is known of it; the rest is inferred from the image.
    overwrite : replace what an earlier run has left.
    command : the command line, for the report.
    progress : called with what is being done and the share done.

    Raises
    ------
    SsbiError
        If the image cannot be read or shows no interface, settings do not fit, a solve does not converge, or the
        output cannot be written.
    """
    system = load_system(analysis.system, reaction_layer=analysis.reaction_layer)
    folder = _folder(Path(output).expanduser(), overwrite)
    phases = None if path is None else _phases(path, analysis, progress)
    result = optimize(
        phases,
        system=system,
        temperature=analysis.temperature,
        axis=analysis.axis,
        process=process,
        config=config,
        kept=folder.path / _ANSWERS,
        progress=_after(progress, 0.0 if path is None else _FIND),
    )
    outcome = write_optimization(result, folder, command)
    (folder.path / _ANSWERS).unlink(missing_ok=True)
    return outcome


def write_optimization(result: OptimizationResult, folder: OutputFolder, command: str = "") -> OptimizationOutcome:
    """Write what a closed loop found: the files of `optimize_study`.

    Parameters
    ----------
    result : of `optimize`.
    folder : to write into.
    command : the command line that made it, for the report.

    Raises
    ------
    OutputError
        If a file cannot be written.
    """
    for name, labels in (("before", result.before), ("after", result.after), ("edited", result.edited)):
        if labels is not None:
            with folder.file(f"{name}.tif") as temporary:
                write_labels(temporary, labels.labels, labels.pixel_size_nm)
    with folder.file("designs.parquet") as temporary:
        designs_table(result).to_parquet(temporary, index=False)
    with folder.file(_LISTING) as temporary:
        text = json.dumps(optimization_json(result), indent=2, ensure_ascii=False, allow_nan=False)
        temporary.write_text(text + "\n", encoding="utf-8")
    report = write_optimization_report(folder.path / "report.html", result, command=command)
    return OptimizationOutcome(result, folder.path / _LISTING, report)


def optimization_json(result: OptimizationResult) -> dict[str, Any]:
    """The document ``optimization.json``: plain, finite, in the order of the contract."""
    from ssbi_core import __version__

    found = result.verification
    document = {
        "parameters": result.parameters(),
        "baseline_S_per_cm": found.baseline,
        "optimized_S_per_cm": found.optimized,
        "gain": found.gain,
        "gain_interval_90": found.gain_interval_90,
        "verification": {
            "method": "fem",
            "realizations": found.realizations,
            "share_better": found.share_better,
            "baseline_S_per_cm": np.exp(found.before),
            "optimized_S_per_cm": np.exp(found.after),
        },
        "evaluations": sum(result.evaluations.values()),
        "evaluations_by_method": result.evaluations,
        "pareto": [_pareto_json(point) for point in result.pareto],
        "expected": {
            "S_per_cm": result.expected_S_per_cm,
            "interval_90_S_per_cm": result.expected_interval_90_S_per_cm,
            "agrees": result.agrees,
        },
        "microstructure": {"initial": result.microstructure_before, "optimized": result.microstructure_after},
        "sensitivity": [asdict(lever) for lever in result.sensitivity],
        "best_by_round_S_per_cm": result.best_by_round,
        "ended": result.ended,
        "image": {"name": result.name, "S_per_cm": result.image_S_per_cm, "edited_S_per_cm": result.edited_S_per_cm},
        "recommendation": recommendation(result),
        "notes": result.notes,
        "provenance": {
            "version": __version__,
            "models": {"predictor": predictor_digest()},
            "material_system": result.system,
            "reaction_layer": result.reaction_layer,
            "temperature_K": result.temperature,
            "settings": result.config,
        },
    }
    return plain(document)


def designs_table(result: OptimizationResult) -> pd.DataFrame:
    """A row per process tried: its round, levers, and mean conductivity (S/cm) by the net and by finite elements."""
    rows = [
        {
            "round": design.round,
            **dict(zip([lever.name for lever in result.levers], design.values.tolist(), strict=True)),
            "predicted_S_per_cm": np.exp(design.predicted),
            "solved_S_per_cm": np.exp(design.solved),
        }
        for design in result.designs
    ]
    return pd.DataFrame(rows)


def _pareto_json(point: Any) -> Mapping[str, Any]:
    content = {name: value for name, value in vars(point).items() if name != "process"}
    return {"parameters": point.process.model_dump(), **content}


def _folder(path: Path, overwrite: bool) -> OutputFolder:
    """To go on in where an interrupted search has left its answers, or else a new or empty one."""
    interrupted = (path / _ANSWERS).is_file() and not (path / _LISTING).is_file()
    folder = OutputFolder(path, overwrite=overwrite or interrupted)
    if not interrupted:
        (path / _ANSWERS).unlink(missing_ok=True)
    return folder


def _phases(path: str | Path, analysis: AnalysisConfig, progress: Callable[[str, float], None] | None) -> PhaseMap:
    if Path(path).is_dir():
        raise InputError(f"{path}, a folder", "one image", "name the image whose process is to be bettered")
    segmented = analysis.model_copy(update={"stages": ("segment",)})
    report = None if progress is None else lambda what, share: progress(what, _FIND * share)
    return analyze(path, segmented, progress=report).phases


def _after(progress: Callable[[str, float], None] | None, start: float) -> Callable[[str, float], None] | None:
    return None if progress is None else lambda what, share: progress(what, start + (1 - start) * share)
