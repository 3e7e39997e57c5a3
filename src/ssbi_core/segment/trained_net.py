"""A trained net as a record: weights, architecture, temperature and digest, read from two plain files.

The .safetensors file holds the arrays, the .json beside it the architecture, the input roles, the settings of the
training and the SHA-256 of the weights, which is checked on loading.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jax
from flax import nnx

from ssbi_core.errors import ReadError
from ssbi_core.io.digest import sha256_of
from ssbi_core.segment.channels import ROLES
from ssbi_core.segment.checkpoint import (
    described_architecture,
    described_digest,
    load_tree,
    read_facts,
    save_tree,
)
from ssbi_core.segment.folded_unet import FoldedUNet, SegmenterConfig
from ssbi_core.segment.unet import CLASSES, UNet

Build = Callable[..., FoldedUNet]
"""A kind of net: takes its architecture and `rngs`."""

_WRITTEN_ON_SAVING = {"architecture", "roles", "classes", "temperature", "sha256"}


@dataclass(frozen=True, eq=False)
class TrainedNet:
    """A trained net.

    Attributes
    ----------
    config : architecture.
    graph : structure of the net (`flax.nnx.GraphDef`).
    weights : nested dict of float32 arrays.
    temperature : divides the class scores so that probabilities are calibrated (Guo et al., ICML 2017).
    facts : what the .json says.
    sha256 : digest of the weight file, empty for a net that was not saved.
    """

    config: SegmenterConfig
    graph: Any
    weights: Any
    temperature: float
    facts: Mapping[str, Any]
    sha256: str = ""

    @property
    def further_facts(self) -> dict[str, Any]:
        """Facts besides those that are written whenever a net is saved."""
        return {name: fact for name, fact in self.facts.items() if name not in _WRITTEN_ON_SAVING}


def new_weights(config: SegmenterConfig, seed: int, build: Build = UNet) -> tuple[Any, Any]:
    """Structure and freshly drawn weights of a net."""
    graph, state = nnx.split(build(config, rngs=nnx.Rngs(seed)))
    return graph, nnx.to_pure_dict(state)


def apply(graph: Any, weights: Any, channels: jax.Array, presence: jax.Array) -> jax.Array:
    """Class scores (batch, rows, columns, classes) of a batch; see `UNet.__call__`."""
    return nnx.merge(graph, weights)(channels, presence)


def save_net(path: Path, config: SegmenterConfig, weights: Any, temperature: float, facts: Mapping[str, Any]) -> Path:
    """Write a net to `path` (.safetensors) and its description to the .json beside it; return `path`."""
    save_tree(path, weights, {})
    description = {
        "architecture": config.model_dump(mode="json"),
        "roles": list(ROLES),
        "classes": [phase.key for phase in CLASSES],
        "temperature": temperature,
        "sha256": sha256_of(path),
        **facts,
    }
    save_tree(path, weights, description)
    return path


def read_net(path: Path, build: Build) -> TrainedNet:
    """What `save_net` wrote.

    Raises
    ------
    ReadError
        If the files are missing or damaged, or describe a net of other roles or classes.
    """
    facts = read_facts(path)
    config = _config(path, facts)
    graph, template = new_weights(config, 0, build)
    weights, _ = load_tree(path, template)
    digest = described_digest(path, facts)
    return TrainedNet(config, graph, weights, float(facts.get("temperature", 1.0)), facts, digest)


def _config(path: Path, facts: Mapping[str, Any]) -> SegmenterConfig:
    known = (list(ROLES), [phase.key for phase in CLASSES])
    if (facts.get("roles"), facts.get("classes")) != known:
        raise ReadError(
            f"{path}: roles {facts.get('roles')}, classes {facts.get('classes')}",
            f"roles {known[0]}, classes {known[1]}",
            "train the net with this version of the library",
        )
    return described_architecture(SegmenterConfig, path, facts)
