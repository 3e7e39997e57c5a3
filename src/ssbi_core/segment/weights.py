"""The trained net as a record: weights, architecture, temperature and digest, read from two plain files.

``segmenter.safetensors`` holds the arrays, ``segmenter.json`` beside it the architecture, the input
roles, the settings of the training and the SHA-256 of the weights, which is checked on loading. The
pair shipped with the library lies in ``ssbi_core/models`` with a model card.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import jax
from flax import nnx
from pydantic import ValidationError

from ssbi_core.errors import ReadError
from ssbi_core.segment.channels import ROLES
from ssbi_core.segment.checkpoint import load_tree, read_facts, save_tree
from ssbi_core.segment.unet import CLASSES, SegmenterConfig, UNet

FILE_NAME = "segmenter.safetensors"
_SHIPPED = files("ssbi_core") / "models"


@dataclass(frozen=True, eq=False)
class Segmenter:
    """A trained net.

    Attributes
    ----------
    config : architecture.
    graph : structure of the net (`flax.nnx.GraphDef`).
    weights : nested dict of float32 arrays.
    temperature : divides the class scores so that probabilities are calibrated (Guo et al., ICML 2017).
    facts : what `segmenter.json` says.
    sha256 : digest of the weight file, empty for a net that was not saved.
    """

    config: SegmenterConfig
    graph: Any
    weights: Any
    temperature: float
    facts: Mapping[str, Any]
    sha256: str = ""


def new_weights(config: SegmenterConfig, seed: int) -> tuple[Any, Any]:
    """Structure and freshly drawn weights of a net."""
    graph, state = nnx.split(UNet(config, rngs=nnx.Rngs(seed)))
    return graph, nnx.to_pure_dict(state)


def apply(graph: Any, weights: Any, channels: jax.Array, presence: jax.Array) -> jax.Array:
    """Class scores (batch, rows, columns, classes) of a batch; see `UNet.__call__`."""
    return nnx.merge(graph, weights)(channels, presence)


def save_segmenter(
    folder: Path, config: SegmenterConfig, weights: Any, temperature: float, facts: Mapping[str, Any]
) -> Path:
    """Write `segmenter.safetensors` and `segmenter.json` into `folder`; return the former's path."""
    path = folder / FILE_NAME
    save_tree(path, weights, {})
    description = {
        "architecture": config.model_dump(mode="json"),
        "roles": list(ROLES),
        "classes": [phase.key for phase in CLASSES],
        "temperature": temperature,
        "sha256": _digest(path),
        **facts,
    }
    save_tree(path, weights, description)
    return path


def load_segmenter(path: str | Path | None = None) -> Segmenter:
    """Read a trained net.

    Parameters
    ----------
    path : a .safetensors file or the folder it lies in; the shipped net by default.

    Raises
    ------
    ReadError
        If the files are missing or damaged, or describe a net of other roles or classes.
    """
    if path is None:
        return _shipped()
    path = Path(path)
    return _load(path / FILE_NAME if path.is_dir() else path)


def segmenter_digest() -> str:
    """SHA-256 of the shipped weights, for provenance."""
    return _shipped().sha256


@lru_cache(maxsize=1)
def _shipped() -> Segmenter:
    with as_file(_SHIPPED) as folder:
        return _load(folder / FILE_NAME)


def _load(path: Path) -> Segmenter:
    facts = read_facts(path)
    config = _config(path, facts)
    graph, template = new_weights(config, seed=0)
    weights, _ = load_tree(path, template)
    digest = _digest(path)
    if digest != facts.get("sha256"):
        raise ReadError(
            f"weights {path} with SHA-256 {digest[:12]}...",
            f"{str(facts.get('sha256'))[:12]}... as its description says",
            "use the pair of files as it was saved",
        )
    return Segmenter(config, graph, weights, float(facts.get("temperature", 1.0)), facts, digest)


def _config(path: Path, facts: Mapping[str, Any]) -> SegmenterConfig:
    known = (list(ROLES), [phase.key for phase in CLASSES])
    if (facts.get("roles"), facts.get("classes")) != known:
        raise ReadError(
            f"{path}: roles {facts.get('roles')}, classes {facts.get('classes')}",
            f"roles {known[0]}, classes {known[1]}",
            "train the net with this version of the library",
        )
    try:
        return SegmenterConfig.model_validate(facts.get("architecture"))
    except ValidationError as error:
        raise ReadError(
            f"{path}: architecture {facts.get('architecture')}", "a SegmenterConfig", "train the net again"
        ) from error


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
