"""Large images in tiles of one size: one compilation, bounded memory, no seams.

Tiles overlap and are blended with weights that fall to nearly nothing at a tile's rim, where the net
sees least of the surroundings. Images are mirrored beyond their edges, so any size will do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

Predict = Callable[[np.ndarray], np.ndarray]
"""(tile, tile, channels) float32 -> (tile, tile, classes) float32."""


def tile_starts(size: int, tile: int, overlap: int) -> list[int]:
    """First pixels of the tiles that cover `size` pixels, evenly spread, overlapping by at least `overlap`."""
    if size <= tile:
        return [0]
    count = -(-(size - overlap) // (tile - overlap))
    return [round(k * (size - tile) / (count - 1)) for k in range(count)]


def blend_weights(tile: int, overlap: int) -> np.ndarray:
    """(tile, tile) float32 weights: 1 inside, falling linearly over `overlap` pixels towards the rim."""
    distance = np.minimum(np.arange(tile), np.arange(tile)[::-1]) + 1.0
    ramp = np.minimum(distance / max(overlap, 1), 1.0).astype(np.float32)
    return np.outer(ramp, ramp)


def predict_tiled(channels: np.ndarray, predict: Predict, classes: int, tile: int, overlap: int) -> Iterator[float]:
    """Run `predict` over all tiles; yields the share done after each, returns the blended scores.

    A generator, so that the caller can report progress and stop between tiles.

    Parameters
    ----------
    channels : (rows, columns, channels) float32.
    classes : number of classes `predict` returns.

    Returns
    -------
    (classes, rows, columns) float32, as the generator's return value
    """
    rows, columns = channels.shape[:2]
    padded = mirror_to(channels, tile)
    places = [(r, c) for r in tile_starts(rows, tile, overlap) for c in tile_starts(columns, tile, overlap)]
    total = np.zeros((classes, *padded.shape[:2]), np.float32)
    weight = np.zeros(padded.shape[:2], np.float32)
    blend = blend_weights(tile, overlap)
    for done, (r, c) in enumerate(places, 1):
        window = np.s_[r : r + tile, c : c + tile]
        total[:, *window] += np.moveaxis(predict(padded[window]), -1, 0) * blend
        weight[window] += blend
        yield done / len(places)
    total /= weight
    return total[:, :rows, :columns]


def mirror_to(image: np.ndarray, tile: int) -> np.ndarray:
    """Mirror an image smaller than a tile until it fills one."""
    missing = [max(tile - n, 0) for n in image.shape[:2]]
    if not any(missing):
        return image
    return np.pad(image, ((0, missing[0]), (0, missing[1]), (0, 0)), mode="symmetric")
