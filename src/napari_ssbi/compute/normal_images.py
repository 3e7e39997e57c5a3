"""Normal images for the step Anomalies: a folder, analysed as the image in the window is, or an earlier population."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from ssbi_core.anomaly.config import FEWEST_IMAGES
from ssbi_core.errors import InputError, SsbiError

if TYPE_CHECKING:
    from napari_ssbi.compute.anomalies import Examined
    from ssbi_core.anomaly.population import Population
    from ssbi_core.anomaly.portrait import Portrait
    from ssbi_core.pipeline import AnalysisConfig

Report = Callable[[str, float], None]
POPULATION_SUFFIX = ".parquet"
_FIRST, _LAST = 0.05, 0.95  # of the progress of the task

_known: dict[str, tuple[Population, tuple[str, ...]]] = {}
"""The folder that was analysed last, under a digest of its files and how: the next image is compared with the same."""


def reference_population(report: Report, path: str, examined: Examined) -> tuple[Population, tuple[str, ...]]:
    """The population of a folder or a file, and what is to be known of it.

    Parameters
    ----------
    report : of progress.
    path : a folder of images (labels, where the examined image began with labels), or a population file.
    examined : the image that is compared; where it lies in the folder too, it is left out there.

    Raises
    ------
    SsbiError
        If nothing can be read, or fewer than three images are left.
    """
    from ssbi_core.anomaly.population import Population
    from ssbi_core.io import find_inputs

    if Path(path).suffix.lower() == POPULATION_SUFFIX:
        report("Reading the population", _FIRST)
        return Population.load(path), ()
    config = _config(examined)
    inputs = find_inputs(path, labels=config.labels)
    if len(inputs) < FEWEST_IMAGES:
        raise _too_few(f"{len(inputs)} image{'s' * (len(inputs) != 1)} in the folder {Path(path).name}")
    key = _digest(inputs, config, examined.phases.sha256)
    if key not in _known:
        found = _analysed(report, inputs, config, examined.phases.sha256)
        _known.clear()
        _known[key] = found
    return _known[key]


def _config(examined: Examined) -> AnalysisConfig:
    """Analyse as the image was: without a prediction its like need none."""
    from ssbi_core.pipeline import AnalysisConfig

    setting, made = examined.setting, examined.prediction
    predicted = {} if made is None else {"prediction": made.config, "predictor": made.model}
    stages = ("segment", "graph", "transport", *(() if made is None else ("predict",)))
    return AnalysisConfig.from_options(
        system=setting.system,
        reaction_layer=setting.reaction_layer,
        temperature=setting.temperature,
        axis=setting.axis,
        conductivity=examined.conductivity,
        resistance=examined.resistance,
        labels=examined.micrograph is None,
        stages=stages,
        **predicted,
    )


def _analysed(
    report: Report, inputs: Sequence[Path], config: AnalysisConfig, own: str
) -> tuple[Population, tuple[str, ...]]:
    from ssbi_core.anomaly.population import Population

    found: list[Portrait] = []
    failures = []
    for number, path in enumerate(inputs):
        try:
            portrait = _portrait(report, path, config, own, (number, len(inputs)))
        except SsbiError as error:
            failures.append(f"{path.name}: {error}")
        else:
            found += [] if portrait is None else [portrait]
    if len(found) < FEWEST_IMAGES:
        why = f", the first that could not: {failures[0]}" if failures else ""
        raise _too_few(f"{len(found)} of {len(inputs)} images that can be compared with{why}")
    notes = [f"{len(failures)} of {len(inputs)} images could not be analysed: {failures[0]}"] if failures else []
    return Population.of(found, f"{len(found)} images of the folder {inputs[0].parent.name}"), tuple(notes)


def _portrait(report: Report, path: Path, config: AnalysisConfig, own: str, place: tuple[int, int]) -> Portrait | None:
    """Portrait of one image; None for the one that is compared."""
    from ssbi_core.anomaly.portrait import portray
    from ssbi_core.pipeline import analyze

    number, total = place

    def progress(text: str, done: float) -> None:
        report(f"[{number + 1}/{total}] {text}", _FIRST + (_LAST - _FIRST) * (number + done) / total)

    result = analyze(path, config, progress=progress)
    return None if own and result.phases.sha256 == own else portray(result)


def _too_few(came_in: str) -> InputError:
    return InputError(
        came_in,
        f"at least {FEWEST_IMAGES} images of interfaces that you trust",
        "choose a folder with more, or the population.parquet that `ssbi anomalies` wrote",
    )


def _digest(inputs: Sequence[Path], config: AnalysisConfig, own: str) -> str:
    """Of everything that decides what the population is."""
    found = sha256(f"{config.model_dump_json()} {own}".encode())
    for path in inputs:
        about = path.stat()
        found.update(f"{path.absolute()} {about.st_size} {about.st_mtime_ns}".encode())
    return found.hexdigest()
