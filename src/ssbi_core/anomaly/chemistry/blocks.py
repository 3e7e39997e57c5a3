"""Counts and phases on blocks of pixels: X-rays are too few in one pixel to say anything of it.

Blocks are about as large as the beam spreads, smoothed once more over their neighbours. A block at an interface holds
both sides, so that what belongs there is the mixture of phases that the label image, blurred as the X-rays are, has.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from ssbi_core.materials import Phase

BODY_OF: Mapping[Phase, Phase] = {
    Phase.GRAIN_BOUNDARY: Phase.LLZO,
    Phase.DISLOCATION: Phase.LLZO,
    Phase.CONTACT: Phase.NMC,
}
"""The body that the pixels of a line are made of."""

_BLOCK_NM = 2.0
_MOST_PIXELS, _FEWEST_BLOCKS = 8, 16
_BEAM_NM = 4.0  # full width of the X-ray source, 2-7 nm
_SLIP_PX = 1.0  # of the maps against the HAADF image, left after registration
_SMOOTH = 1.0  # blocks


@dataclass(frozen=True, eq=False)
class Blocks:
    """An image on its blocks.

    Attributes
    ----------
    elements : symbols of the element maps.
    counts : (rows, columns, elements) mean counts per pixel, smoothed.
    phases : of the bodies in the image.
    shares : (rows, columns, phases) share of every body, blurred like the counts; sums to 1.
    pure : (rows, columns, phases) share of the block's own pixels.
    pixels : along the edge of a block.
    effective : (rows, columns) pixels whose independent counts a smoothed value holds; fewer at the picture's edge.
    shape : of the image.
    """

    elements: tuple[str, ...]
    counts: np.ndarray
    phases: tuple[Phase, ...]
    shares: np.ndarray
    pure: np.ndarray
    pixels: int
    effective: np.ndarray
    shape: tuple[int, int]

    def on_pixels(self, values: np.ndarray) -> np.ndarray:
        """(rows, columns) of the image from those of the blocks."""
        large = np.repeat(np.repeat(values, self.pixels, 0), self.pixels, 1)
        missing = [(0, size - have) for size, have in zip(self.shape, large.shape, strict=True)]
        return np.pad(large, [(0, max(extra, 0)) for _, extra in missing], mode="edge")[
            : self.shape[0], : self.shape[1]
        ]


def on_blocks(labels: np.ndarray, elements: Mapping[str, np.ndarray], pixel_size_nm: float) -> Blocks | None:
    """Counts and phases on blocks; None without element maps that hold counts, or in an image of too few blocks."""
    maps = {e: np.nan_to_num(np.asarray(m, float)).clip(0) for e, m in elements.items()}
    maps = {e: m for e, m in sorted(maps.items()) if m.any()}
    edge = int(np.clip(round(_BLOCK_NM / pixel_size_nm), 1, _MOST_PIXELS))
    if len(maps) < 2 or min(labels.shape) // edge < _FEWEST_BLOCKS:
        return None
    bodies = _bodies(labels)
    phases = tuple(phase for phase in Phase if phase and (bodies == phase).any())
    beam = np.hypot(_BEAM_NM / 2.355 / pixel_size_nm, _SLIP_PX)
    own = np.stack([bodies == phase for phase in phases], axis=-1).astype(float)
    blurred = ndimage.gaussian_filter(own, (beam, beam, 0), mode="nearest")
    smooth = (_SMOOTH, _SMOOTH, 0)
    counts = ndimage.gaussian_filter(_means(np.stack(list(maps.values()), axis=-1), edge), smooth, mode="nearest")
    shares = ndimage.gaussian_filter(_means(blurred, edge), smooth, mode="nearest")
    shares /= np.maximum(shares.sum(-1, keepdims=True), 1e-9)
    effective = edge**2 / np.outer(*(_squared_weights(size) for size in counts.shape[:2]))
    return Blocks(tuple(maps), counts, phases, shares, _means(own, edge), edge, effective, labels.shape)


def _squared_weights(size: int) -> np.ndarray:
    """(size,) sum of the squared weights with which blocks along one axis enter a smoothed one."""
    return (ndimage.gaussian_filter1d(np.eye(size), _SMOOTH, axis=0, mode="nearest") ** 2).sum(1)


def _bodies(labels: np.ndarray) -> np.ndarray:
    table = np.array([BODY_OF.get(phase, phase) for phase in Phase], np.uint8)
    return table[labels]


def _means(maps: np.ndarray, edge: int) -> np.ndarray:
    rows, columns = maps.shape[0] // edge, maps.shape[1] // edge
    cut = maps[: rows * edge, : columns * edge]
    return cut.reshape(rows, edge, columns, edge, -1).mean((1, 3))
