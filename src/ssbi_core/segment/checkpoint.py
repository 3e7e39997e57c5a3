"""Trees of arrays on disk as safetensors, with a JSON file beside them: no pickle, nothing executable."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import jax
import numpy as np
from pydantic import BaseModel, ValidationError
from safetensors.numpy import load_file, save_file

from ssbi_core.errors import ReadError
from ssbi_core.io.digest import sha256_of

Tree = TypeVar("Tree")
Architecture = TypeVar("Architecture", bound=BaseModel)


def save_tree(path: Path, tree: Any, facts: Mapping[str, Any]) -> None:
    """Write the arrays of `tree` to `path` (.safetensors) and `facts` to the .json beside it.

    Both are written to temporary files first, so an interrupted run leaves the previous pair whole.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    arrays = {name: np.asarray(leaf, order="C") for name, leaf in _named(tree).items()}
    part = path.with_suffix(".part")
    save_file(arrays, part)
    facts_part = path.with_suffix(".json.part")
    facts_part.write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
    os.replace(part, path)
    os.replace(facts_part, path.with_suffix(".json"))


def load_tree(path: Path, template: Tree) -> tuple[Tree, dict[str, Any]]:
    """Read what `save_tree` wrote into the structure of `template`.

    Raises
    ------
    ReadError
        If a file is missing or damaged, or its arrays are not those of the template.
    """
    arrays, facts = _read(path)
    wanted = _named(template)
    wrong = sorted(
        name for name in wanted.keys() | arrays.keys()
        if name not in wanted or name not in arrays or np.shape(wanted[name]) != arrays[name].shape
    )  # fmt: skip
    if wrong:
        raise ReadError(
            f"{path}: {len(wrong)} arrays differ from the net described beside it, first {wrong[0]}",
            "weights and description written together",
            "use the pair of files as it was saved",
        )
    leaves = [jax.numpy.asarray(arrays[name], dtype=np.asarray(leaf).dtype) for name, leaf in wanted.items()]
    return jax.tree.unflatten(jax.tree.structure(template), leaves), facts


def read_facts(path: Path) -> dict[str, Any]:
    """The JSON beside a safetensors file."""
    return _read_json(path.with_suffix(".json"))


def described_digest(path: Path, facts: Mapping[str, Any]) -> str:
    """SHA-256 of a weight file; raises `ReadError` where its description has another."""
    digest = sha256_of(path)
    if digest != facts.get("sha256"):
        raise ReadError(
            f"weights {path} with SHA-256 {digest[:12]}...",
            f"{str(facts.get('sha256'))[:12]}... as its description says",
            "use the pair of files as it was saved",
        )
    return digest


def described_architecture(kind: type[Architecture], path: Path, facts: Mapping[str, Any]) -> Architecture:
    """Architecture of a net; raises `ReadError` where its description has none of this kind."""
    try:
        return kind.model_validate(facts.get("architecture"))
    except ValidationError as error:
        raise ReadError(
            f"{path}: architecture {facts.get('architecture')}", f"a {kind.__name__}", "train the net again"
        ) from error


def _named(tree: Any) -> dict[str, Any]:
    flat, _ = jax.tree_util.tree_flatten_with_path(tree)
    return {jax.tree_util.keystr(keys, simple=True, separator="."): leaf for keys, leaf in flat}


def _read(path: Path) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    try:
        return load_file(path), read_facts(path)
    except ReadError:
        raise
    except Exception as error:  # safetensors raises its own, undocumented error types
        raise ReadError(
            f"weights {path} ({error})", "a readable .safetensors file", "check the path, or save it again"
        ) from error


def _read_json(path: Path) -> dict[str, Any]:
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ReadError(
            f"description {path} ({error})", "a readable JSON file beside the weights", "keep the two files together"
        ) from error
    if not isinstance(facts, dict):
        raise ReadError(f"description {path}", "a JSON object", "use the file as it was saved")
    return facts
