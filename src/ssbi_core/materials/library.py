"""Find and read material files: the ones shipped here, or the user's own."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from pydantic import ValidationError

from ssbi_core.errors import MaterialError
from ssbi_core.materials.system import MaterialSystem

_SYSTEMS = files("ssbi_core.materials") / "systems"


def available_systems() -> list[str]:
    """Names of the material systems shipped with the library."""
    return sorted(f.name.removesuffix(".toml") for f in _SYSTEMS.iterdir() if f.name.endswith(".toml"))


def load_system(
    system: str | Path | MaterialSystem = "llzo_nmc", *, reaction_layer: str | None = None
) -> MaterialSystem:
    """Read a material system.

    Parameters
    ----------
    system : name of a shipped system, path of a TOML material file, or a system (returned as is).
    reaction_layer : chemistry of the reaction layer, by name or alias; the file's own by default.

    Raises
    ------
    MaterialError
        If there is no such system, or its file is not valid; the message names the field.
    """
    if not isinstance(system, MaterialSystem):
        system = _read(str(system))
    return system.with_reaction_layer(reaction_layer) if reaction_layer else system


@lru_cache(maxsize=32)
def _read_shipped(name: str) -> MaterialSystem:
    return _parse((_SYSTEMS / f"{name}.toml").read_text(encoding="utf-8"), f"system {name}")


def _read(system: str) -> MaterialSystem:
    if system in available_systems():
        return _read_shipped(system)
    path = Path(system)
    if path.suffix != ".toml" or not path.is_file():
        raise MaterialError(
            f"material system {system!r}",
            f"one of {', '.join(available_systems())}, or the path of a .toml material file",
            "check the name, or copy a shipped file and edit it",
        )
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise MaterialError(
            f"material file {path} ({error})", "a readable UTF-8 TOML file", "check the file"
        ) from error
    return _parse(text, str(path))


def _parse(text: str, origin: str) -> MaterialSystem:
    try:
        return MaterialSystem.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise MaterialError(f"{origin}: {error}", "valid TOML", "correct the line named") from error
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(str(part) for part in e['loc']) or 'file'}: {e['msg']}" for e in error.errors()
        )
        raise MaterialError(
            f"{origin}: {problems}",
            "the fields of a material system (see llzo_nmc.toml)",
            "correct the fields named",
        ) from error
