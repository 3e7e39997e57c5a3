"""A place of an image that can be compared with its like in other images: a grain, a pore, a stretch of layer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from ssbi_core.materials import Phase

Box = tuple[int, int, int, int]
"""First row, first column, row and column after the last."""

KINDS: Mapping[str, str] = {
    "grain": "grains",
    "pore": "pores",
    "gap": "gaps at the interface",
    "pore_cluster": "crowds of pores",
    "layer": "stretches of layer",
    "layer_patch": "patches of layer",
    "boundary": "pieces of interface",
    "hot_spot": "paths of current",
    "chemistry": "patches that fit no phase",
    "contrast": "patches of unlike brightness",
    "unsure": "patches that the segmentation is unsure of",
}
"""Kinds of places, and what to call many of one kind."""


@dataclass(frozen=True, eq=False)
class Place:
    """What was measured at one place.

    Attributes
    ----------
    kind : one of `KINDS`; places are compared within their kind.
    phase : key of the phase that is labelled there.
    bbox_px : box around it.
    features : what is compared; the larger, the stranger.
    words : feature -> what it says of the place.
    mask : its pixels inside the box, packed eight to a byte.
    """

    kind: str
    phase: str
    bbox_px: Box
    features: Mapping[str, float]
    words: Mapping[str, str]
    mask: np.ndarray = field(repr=False)

    def pixels(self) -> np.ndarray:
        """(rows, columns) bool inside the box."""
        first_row, first_column, row, column = self.bbox_px
        shape = (row - first_row, column - first_column)
        return np.unpackbits(self.mask, count=shape[0] * shape[1]).reshape(shape).astype(bool)


def place_at(
    kind: str, phase: str, where: np.ndarray, features: Mapping[str, float], words: Mapping[str, str]
) -> Place:
    """A place from its pixels in the whole image, (rows, columns) bool, at least one of them."""
    rows, columns = np.flatnonzero(where.any(1)), np.flatnonzero(where.any(0))
    box = (int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1)
    inside = where[box[0] : box[2], box[1] : box[3]]
    return Place(kind, phase, box, dict(features), dict(words), np.packbits(inside))


def commonest_phase(labels: np.ndarray, where: np.ndarray) -> str:
    """Key of the phase that most of the pixels bear."""
    return Phase(int(np.bincount(labels[where].ravel(), minlength=len(Phase)).argmax())).key
