"""What the last convolution sees at chosen 2 x 2 pixel blocks, cached: everything before it runs once.

The convolution has a 3 x 3 kernel, so its scores at a block are a product of the 3 x 3 features around it with a
matrix. Learning the convolution anew is then multinomial logistic regression on a few thousand rows.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ssbi_core.segment.correction.strokes import NOT_LEARNT
from ssbi_core.segment.folded_unet import FOLD

_REACH = 1  # blocks on either side under the 3 x 3 kernel


class Blocks(NamedTuple):
    """Rows of the regression.

    neighbourhood : (blocks, 9 * features) float32.
    given : (blocks, FOLD**2, classes) float32 scores of every pixel that the convolution's are added to.
    classes : (blocks, FOLD**2) int8 painted class of every pixel, `NOT_LEARNT` where none is.
    """

    neighbourhood: np.ndarray
    given: np.ndarray
    classes: np.ndarray


def blocks_at(features: np.ndarray, given: np.ndarray, classes: np.ndarray, chosen: np.ndarray) -> Blocks:
    """The chosen blocks of a tile.

    Parameters
    ----------
    features : (rows / FOLD, columns / FOLD, features) float32, from `FoldedUNet.features`.
    given : (rows, columns, classes) float32, from `FoldedUNet.given`.
    classes : (rows, columns) int8, from `stroke_classes`.
    chosen : flat numbers of blocks.
    """
    rows, columns = np.divmod(chosen, features.shape[1])
    padded = np.pad(features, ((_REACH, _REACH), (_REACH, _REACH), (0, 0)))  # zeros, as the convolution pads
    window = range(2 * _REACH + 1)
    around = [padded[rows + i, columns + j] for i in window for j in window]
    return Blocks(np.concatenate(around, -1), folded(given)[chosen], folded(classes)[chosen])


def folded(image: np.ndarray) -> np.ndarray:
    """(rows, columns, ...) -> (blocks, FOLD**2, ...), the pixels of a block in the order of the net's scores."""
    rows, columns, *rest = image.shape
    blocks = image.reshape(rows // FOLD, FOLD, columns // FOLD, FOLD, *rest)
    return blocks.swapaxes(1, 2).reshape(-1, FOLD**2, *rest)


def joined(parts: list[Blocks]) -> Blocks:
    """Blocks of several tiles as one."""
    return Blocks(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def thinned(blocks: Blocks, most: int, rng: np.random.Generator) -> Blocks:
    """At most so many of the blocks, at random, in their order."""
    if len(blocks.classes) <= most:
        return blocks
    kept = np.sort(rng.choice(len(blocks.classes), most, replace=False))
    return Blocks(*(column[kept] for column in blocks))


def filled_up(blocks: Blocks) -> Blocks:
    """Blocks with rows of nothing added to one of few sizes, so that few programs are compiled."""
    count = len(blocks.classes)
    missing = max(512, 1 << (count - 1).bit_length()) - count
    return Blocks(
        np.pad(blocks.neighbourhood, ((0, missing), (0, 0))),
        np.pad(blocks.given, ((0, missing), (0, 0), (0, 0))),
        np.pad(blocks.classes, ((0, missing), (0, 0)), constant_values=NOT_LEARNT),
    )
