"""The record every later stage starts from: one field of view with its element maps and scale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ssbi_core.types import Image


@dataclass(frozen=True, eq=False)
class Micrograph:
    """A HAADF image with the element maps recorded beside it.

    Attributes
    ----------
    haadf : (rows, columns) float32, in the detector's own counts.
    elements : element symbol -> (rows, columns) float32 map, same shape; empty without EDS.
    pixel_size_nm : edge of the square pixel.
    name : file name up to the first dot.
    metadata : detector and acquisition facts as read from the file (JSON-able).
    sha256 : digest of the file, empty for arrays made in memory.
    """

    haadf: Image
    elements: Mapping[str, Image]
    pixel_size_nm: float
    name: str = "image"
    metadata: Mapping[str, Any] = field(default_factory=dict)
    sha256: str = ""

    @property
    def shape(self) -> tuple[int, int]:
        """Rows, columns."""
        rows, columns = np.shape(self.haadf)
        return rows, columns
