"""A result as a Python script and as a command line, which give its numbers again without napari.

The command line has fewer settings than Python. Where it lacks one that matters, it starts from the phases that were
found (settings of the segmentation), or calls the Python script (settings of solver and prediction): it never gives
other numbers without a word.
"""

from __future__ import annotations

import shlex
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from pydantic import BaseModel

from ssbi_core import __version__
from ssbi_core.predict import PredictionConfig
from ssbi_core.report.recipe import Recipe
from ssbi_core.report.records import ImageResult
from ssbi_core.report.starting_point import LABELS, StartingPoint
from ssbi_core.segment import SegmentationConfig
from ssbi_core.transport import TransportConfig

SYSTEM = "material_system.toml"
"""Name in the bundle of a material system of the user's own."""

_OF_THE_COMMAND = {"temperature", "axis", "conductivity", "resistance", "rel_gap"}


def python_script(result: ImageResult, recipe: Recipe, start: StartingPoint) -> str:
    """Return the text of ``analysis.py``: plain calls of `ssbi_core`, stage by stage."""
    return (
        _environment()
        .get_template("analysis.py.jinja")
        .render(
            version=__version__,
            result=result,
            recipe=recipe,
            start=start,
            own_system=SYSTEM,
            temperatures=_swept(result),
            segmentation=_changed(recipe.segmentation, SegmentationConfig()),
            transport=_changed(recipe.transport, TransportConfig.model_validate({})),
            prediction=_of_prediction(recipe),
            given=bool(recipe.transport.conductivity or recipe.transport.resistance),
        )
    )


def shell_script(result: ImageResult, recipe: Recipe, start: StartingPoint) -> str:
    """Return the text of ``analysis.sh``: one call of the `ssbi` command."""
    from_labels = start.labels or _needs_labels(recipe)
    return (
        _environment()
        .get_template("analysis.sh.jinja")
        .render(
            version=__version__,
            file=LABELS if from_labels else start.file,
            bundled=from_labels or start.bundled,
            reason=start.reason if from_labels == start.labels else "the segmentation has settings that ssbi has not",
            result=result,
            from_labels=from_labels,
            python_only=_python_only(result, recipe),
            command=_command(result, from_labels),
            options=[] if _python_only(result, recipe) else _options(result, recipe, start, from_labels),
        )
    )


def _needs_labels(recipe: Recipe) -> bool:
    return recipe.model is not None or recipe.segmentation != SegmentationConfig()


def _python_only(result: ImageResult, recipe: Recipe) -> dict[str, Any]:
    """Settings of solver and prediction that the command line cannot give."""
    changed = _changed(recipe.transport, TransportConfig.model_validate({}))
    own = {name: value for name, value in changed.items() if name not in _OF_THE_COMMAND}
    if result.prediction is None or result.transport is None:  # a prediction alone has a command with options for it
        return own
    return own | _of_prediction(recipe) | ({} if recipe.predictor is None else {"predictor": recipe.predictor})


def _of_prediction(recipe: Recipe) -> dict[str, Any]:
    """Settings of a prediction that are not the default's, but for what only measurements need."""
    changed = _changed(recipe.prediction, PredictionConfig.model_validate({}))
    return {name: value for name, value in changed.items() if name != "measurement_sd"}


def _command(result: ImageResult, from_labels: bool) -> str:
    if result.prediction is not None and result.transport is None:
        return "predict --labels" if from_labels else "predict"
    if from_labels:
        return "conductivity" if result.graph is None and result.prediction is None else "analyze --labels"
    return "segment" if result.graph is None and result.transport is None else "analyze"


def _options(result: ImageResult, recipe: Recipe, start: StartingPoint, from_labels: bool) -> list[str]:
    """Options of the command line, each quoted as a shell wants it."""
    transport = recipe.transport
    pairs: list[tuple[str, Any]] = [
        ("--system", None if recipe.system == SYSTEM else recipe.system),
        ("--reaction-layer", recipe.reaction_layer),
        ("--temperature", transport.temperature),
        ("--axis", transport.axis),
        ("--pixel-size-nm", None if from_labels else start.pixel_size_nm),
        ("--image", None if from_labels else start.image),
    ]
    if _command(result, from_labels).startswith("predict"):
        pairs += [("--model", recipe.predictor)]
        pairs += [(f"--{name}", value) for name, value in _of_prediction(recipe).items()]
    elif result.transport is not None or result.graph is not None:
        pairs += [("--conductivity", f"{phase}={value!r}") for phase, value in transport.conductivity.items()]
        pairs += [("--resistance", f"{phase}={value!r}") for phase, value in transport.resistance.items()]
        pairs += [("--rel-gap", transport.rel_gap)]
        pairs += [("--temperatures", ",".join(map(repr, temperatures)))] if (temperatures := _swept(result)) else []
    given = [f"{option} {shlex.quote(str(value))}" for option, value in pairs if value is not None]
    given += [f'--system "$here/{SYSTEM}"'] if recipe.system == SYSTEM else []
    return [*given, "--representative"] if result.representative is not None else given


def _swept(result: ImageResult) -> list[float]:
    """Temperatures of the sweep, in K."""
    return (
        [] if result.temperature_sweep is None else [float(kelvin) for kelvin in result.temperature_sweep.temperature]
    )


def _changed(config: BaseModel, default: BaseModel) -> dict[str, Any]:
    """Settings that are not the default's."""
    return {name: value for name, value in config if value != getattr(default, name)}


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("ssbi_core.report"),
        autoescape=False,  # programs, not pages: every value goes through repr or shlex.quote
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"python": repr, "shell": shlex.quote, "keywords": _keywords, "one_line": _one_line}
    return environment


def _keywords(settings: dict[str, Any]) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in settings.items())


def _one_line(text: str) -> str:
    """Text for a comment, whatever a file is called."""
    return "".join(character if character.isprintable() else "?" for character in text)
