"""The trained segmenter on disk: the net of the first look, and beside it that of the second where there is one.

``segmenter.safetensors`` and ``segmenter.json`` are the first look (see `trained_net`), ``second_look.safetensors`` and
``second_look.json`` the second (see `second_look`); a net trained on other images has the first alone. What ships with
the library lies in ``ssbi_core/models`` with a model card.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from ssbi_core.segment.folded_unet import SegmenterConfig
from ssbi_core.segment.second_look.net import SecondLook
from ssbi_core.segment.trained_net import TrainedNet, read_net, save_net
from ssbi_core.segment.unet import UNet

FILE_NAME = "segmenter.safetensors"
SECOND_FILE_NAME = "second_look.safetensors"
_SHIPPED = files("ssbi_core") / "models"


@dataclass(frozen=True, eq=False)
class Segmenter(TrainedNet):
    """A trained segmenter: what it has as a net is its first look.

    Attributes
    ----------
    second : the net that looks again, if there is one.
    """

    second: TrainedNet | None = None

    @property
    def digest(self) -> str:
        """Of all weights; empty for a net that was not saved."""
        if self.second is None or not self.sha256:
            return self.sha256
        return hashlib.sha256(f"{self.sha256} {self.second.sha256}".encode()).hexdigest()


def save_segmenter(
    folder: Path,
    config: SegmenterConfig,
    weights: Any,
    temperature: float,
    facts: Mapping[str, Any],
    second: TrainedNet | None = None,
) -> Path:
    """Write the first look, and the second where there is one, into `folder`; return the former's path."""
    if second is None:
        for name in (SECOND_FILE_NAME, Path(SECOND_FILE_NAME).with_suffix(".json")):
            (folder / name).unlink(missing_ok=True)  # of another net: it would be taken for this one's
    else:
        path = folder / SECOND_FILE_NAME
        save_net(path, second.config, second.weights, second.temperature, second.further_facts)
    return save_net(folder / FILE_NAME, config, weights, temperature, facts)


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
    """SHA-256 over the shipped weights, for provenance."""
    return _shipped().digest


@lru_cache(maxsize=1)
def _shipped() -> Segmenter:
    with as_file(_SHIPPED) as folder:
        return _load(folder / FILE_NAME)


def _load(path: Path) -> Segmenter:
    beside = path.with_name(SECOND_FILE_NAME)
    second = read_net(beside, SecondLook) if beside.is_file() else None
    return Segmenter(**vars(read_net(path, UNet)), second=second)
