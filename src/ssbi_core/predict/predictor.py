"""The trained net as a record: weights, posterior samples, calibration and scope, kept in two plain files.

``predictor.safetensors`` holds the arrays, ``predictor.json`` beside it the architecture, the material system, the
settings of the training and the SHA-256 of the arrays, which is checked on loading. The pair shipped with the library
lies in ``ssbi_core/models`` with a model card.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import jax
import numpy as np

from ssbi_core.errors import ReadError
from ssbi_core.io.digest import sha256_of
from ssbi_core.predict.averaging import Draws, draw, draw_linear
from ssbi_core.predict.config import NetworkConfig
from ssbi_core.predict.conformal import Conformal
from ssbi_core.predict.data import GraphData
from ssbi_core.predict.features import EDGE, SIDE
from ssbi_core.predict.fit import Weights, new_weights
from ssbi_core.predict.image_errors import ImageErrors
from ssbi_core.predict.scope import NAMES, Scope
from ssbi_core.segment.checkpoint import (
    described_architecture,
    described_digest,
    load_tree,
    read_facts,
    save_tree,
)

FILE_NAME = "predictor.safetensors"
_SHIPPED = files("ssbi_core") / "models"
_FEATURES = [EDGE, SIDE]


@dataclass(frozen=True, eq=False)
class Predictor:
    """A trained net.

    Attributes
    ----------
    network : architecture.
    system : name of the material system it was trained on; any of its reaction layers, at any temperature.
    weights : mean of the posterior, nested dict of float32 arrays.
    samples : of the posterior, the same with a leading axis.
    conformal : from the calibration set, by chemistry of the reaction layer.
    scope : of the training set.
    facts : what ``predictor.json`` says.
    linear : whether the samples are those of the net linear in its weights, as `sample_laplace` gives.
    learned_stretch : by how much predictions are surer than they are right once the material is learned from measured
        conductivities: 1 of a net for which it was not calibrated.
    images : errors of predictions from micrographs, None of a net that was calibrated on labels only.
    sha256 : digest of the weight file, empty for a net that was not saved.
    """

    network: NetworkConfig
    system: str
    weights: Weights
    samples: Weights
    conformal: Conformal
    scope: Scope
    facts: Mapping[str, Any] = field(default_factory=dict)
    linear: bool = False
    images: ImageErrors | None = None
    learned_stretch: float = 1.0
    sha256: str = ""

    @property
    def num_samples(self) -> int:
        """Of the posterior."""
        return len(jax.tree.leaves(self.samples)[0])

    def draw(self, data: GraphData, rows: np.ndarray) -> Draws:
        """What each sample of the weights says of some rows."""
        if self.linear:
            return draw_linear(data, rows, self.network, self.weights, self.samples)
        return draw(data, rows, self.network, self.samples)


def save_predictor(folder: str | Path, predictor: Predictor) -> Path:
    """Write ``predictor.safetensors`` and ``predictor.json`` into a folder; return the former's path."""
    path, tree = Path(folder) / FILE_NAME, _tree(predictor)
    save_tree(path, tree, {})
    own = {
        "architecture": predictor.network.model_dump(mode="json"),
        "features": _FEATURES,
        "material_system": predictor.system,
        "samples": predictor.num_samples,
        "linear": predictor.linear,
        "calibration_graphs": len(predictor.conformal.scores),
        "calibration_kinds": sorted(set(predictor.conformal.kinds)),
        "images": _described(predictor.images),
        "learned_stretch": predictor.learned_stretch,
    }
    facts = {name: fact for name, fact in predictor.facts.items() if name not in own}  # of one that was loaded
    save_tree(path, tree, {**own, **facts, "sha256": sha256_of(path)})
    return path


def load_predictor(path: str | Path | None = None) -> Predictor:
    """Read a trained net.

    Parameters
    ----------
    path : a .safetensors file or the folder it lies in; the shipped net by default.

    Raises
    ------
    ReadError
        If the files are missing or damaged, or describe a net that sees something else.
    """
    if path is None:
        return _shipped()
    path = Path(path)
    return _load(path / FILE_NAME if path.is_dir() else path)


def predictor_digest() -> str:
    """SHA-256 of the shipped weights, for provenance."""
    return _shipped().sha256


@lru_cache(maxsize=1)
def _shipped() -> Predictor:
    with as_file(_SHIPPED) as folder:
        return _load(folder / FILE_NAME)


def _tree(predictor: Predictor) -> dict[str, Any]:
    return {
        "weights": predictor.weights,
        "samples": predictor.samples,
        "scores": predictor.conformal.scores.astype(np.float32),
        "kinds": _numbered(predictor.conformal),
        "image_scores": (predictor.images.conformal.scores if predictor.images else np.zeros(0)).astype(np.float32),
        "low": predictor.scope.low.astype(np.float32),
        "high": predictor.scope.high.astype(np.float32),
    }


def _described(images: ImageErrors | None) -> dict[str, Any] | None:
    if images is None:
        return None
    return {"number": len(images.conformal.scores), "floor": images.floor, "segmenter": images.segmenter}


def _images(scores: np.ndarray, described: Mapping[str, Any] | None) -> ImageErrors | None:
    if described is None:
        return None
    return ImageErrors(Conformal(np.asarray(scores, float)), float(described["floor"]), str(described["segmenter"]))


def _numbered(conformal: Conformal) -> np.ndarray:
    """Kind of each score as its number among all kinds in order; -1 where none is told."""
    kinds = sorted(set(conformal.kinds))
    told = [kinds.index(kind) for kind in conformal.kinds] or [-1] * len(conformal.scores)
    return np.array(told, np.int32)


def _conformal(scores: np.ndarray, numbers: np.ndarray, kinds: Sequence[str]) -> Conformal:
    return Conformal(np.asarray(scores, float), tuple(kinds[int(at)] for at in numbers) if len(kinds) else ())


def _load(path: Path) -> Predictor:
    facts = read_facts(path)
    network = _network(path, facts)
    weights = new_weights(network, seed=0)
    number = int(facts["samples"])
    samples = jax.tree.map(lambda leaf: np.zeros((number, *leaf.shape), np.float32), weights)
    ends = np.zeros(len(NAMES), np.float32)
    scores = np.zeros(int(facts["calibration_graphs"]), np.float32)
    numbers = np.zeros(len(scores), np.int32)
    template = {"weights": weights, "samples": samples, "scores": scores, "kinds": numbers, "low": ends, "high": ends}
    described = facts.get("images")
    template["image_scores"] = np.zeros(described["number"] if described else 0, np.float32)
    tree, _ = load_tree(path, template)
    digest = described_digest(path, facts)
    scope = Scope(np.asarray(tree["low"]), np.asarray(tree["high"]))
    conformal = _conformal(tree["scores"], np.asarray(tree["kinds"]), facts["calibration_kinds"])
    return Predictor(
        network,
        str(facts["material_system"]),
        tree["weights"],
        tree["samples"],
        conformal,
        scope,
        facts,
        bool(facts["linear"]),
        _images(tree["image_scores"], described),
        float(facts.get("learned_stretch", 1.0)),
        digest,
    )


def _network(path: Path, facts: Mapping[str, Any]) -> NetworkConfig:
    wanted = {"samples", "calibration_graphs", "calibration_kinds", "material_system", "linear"}
    if facts.get("features") != _FEATURES or not wanted <= facts.keys():
        raise ReadError(
            f"{path}: features {facts.get('features')}, described by {', '.join(sorted(facts))}",
            f"features {_FEATURES}, and {', '.join(sorted(wanted))}",
            "train the net with this version of the library",
        )
    return described_architecture(NetworkConfig, path, facts)
