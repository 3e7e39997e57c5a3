"""What a user sets once for all pictures; kept as a JSON file in the user's configuration folder.

A damaged file is no reason not to start: every setting that can be read is kept, the others take their defaults, and a
warning says which. Nothing here knows of Qt, so the compute process can be started from these settings alone.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal, NamedTuple

from platformdirs import user_config_path
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ssbi_core.errors import OutputError
from ssbi_core.io.atomic import atomic_path

APP = "napari-ssbi"


class Settings(BaseModel):
    """Settings of the plugin."""

    model_config = ConfigDict(frozen=True, extra="ignore")  # of a newer version: not ours to refuse

    system: str = Field(
        default="llzo_nmc",
        min_length=1,
        title="Material system",
        description="The system a new analysis starts with: a shipped name, or the path of a .toml file.",
    )
    device: Literal["auto", "cpu", "gpu"] = Field(
        default="auto",
        title="Compute device",
        description="Where JAX computes. Auto takes a GPU where JAX finds one.",
    )
    threads: int = Field(
        default=0,
        ge=0,
        le=1024,
        title="Threads",
        description="Number of CPU threads of the computation; 0 leaves it to the libraries.",
    )
    cache: str = Field(
        default="",
        title="Cache folder",
        description="Where compiled programs are kept. Empty: the user's cache folder.",
    )
    hint_seen: bool = Field(
        default=False, title="First hint seen", description="Whether the hint of the first start was shown."
    )


class LoadedSettings(NamedTuple):
    """Settings with what was wrong with their file, None where nothing was."""

    settings: Settings
    warning: str | None


def settings_path() -> Path:
    """The file the settings are kept in."""
    return user_config_path(APP) / "settings.json"


def load_settings(path: Path | None = None) -> LoadedSettings:
    """Read the settings; defaults where there is no file, and for what in it makes no sense."""
    path = path or settings_path()
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return LoadedSettings(Settings(), None)
    except (OSError, ValueError) as error:
        return LoadedSettings(Settings(), f"{path} cannot be read ({error}): all settings are the defaults")
    if not isinstance(kept, dict):
        return LoadedSettings(Settings(), f"{path} holds no settings: all settings are the defaults")
    return _salvaged(kept, path)


def save_settings(settings: Settings, path: Path | None = None) -> Path:
    """Write the settings; the file is replaced whole or not at all.

    Raises
    ------
    OutputError
        If the configuration folder cannot be written.
    """
    path = path or settings_path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{path.parent} ({error.strerror})", "a folder that can be made", "free that path") from error
    with atomic_path(path) as temporary:
        temporary.write_text(json.dumps(settings.model_dump(), indent=1) + "\n", encoding="utf-8")
    return path


def environment(settings: Settings) -> dict[str, str]:
    """Environment variables of the compute process; what is left to the libraries has none.

    OpenMP and MKL are what the sparse solvers use; XLA takes as many threads as there are processors all the same.
    """
    variables = {}
    if settings.cache:  # else the core has its own place for them
        variables["JAX_COMPILATION_CACHE_DIR"] = str(Path(settings.cache).expanduser().absolute() / "jax")
        variables["JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"] = "0.5"
    if settings.device != "auto":
        variables["JAX_PLATFORMS"] = {"cpu": "cpu", "gpu": "cuda,cpu"}[settings.device]
    if settings.threads:
        variables |= dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS"), str(settings.threads))
    return variables


def configuration() -> dict[str, Any]:
    """The settings a user edits, as npe2's `configurations` contribution has them; see `napari.yaml`."""
    schema = Settings.model_json_schema()["properties"]
    shown = {name: _property(field) for name, field in schema.items() if name != "hint_seen"}
    return {"title": "Solid-State Battery Interfaces", "properties": shown}


_KEYWORDS = ("type", "default", "title", "description", "enum", "minimum", "maximum", "minLength")


def _property(field: dict[str, Any]) -> dict[str, Any]:
    return {keyword: field[keyword] for keyword in _KEYWORDS if keyword in field}


def _salvaged(kept: dict[str, Any], path: Path) -> LoadedSettings:
    try:
        return LoadedSettings(Settings.model_validate(kept), None)
    except ValidationError as error:
        wrong = sorted({str(problem["loc"][0]) for problem in error.errors()})
    right = {name: value for name, value in kept.items() if name not in wrong}
    said = f"{path} has a wrong {', '.join(wrong)}: the default is used"
    return LoadedSettings(Settings.model_validate(right), said)
