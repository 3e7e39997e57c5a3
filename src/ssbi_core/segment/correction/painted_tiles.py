"""The tiles that were painted on, as the segmentation cuts them, and the rows that are learned from them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from ssbi_core.segment.correction.blocks import Blocks, blocks_at, folded, joined, thinned
from ssbi_core.segment.correction.learning_config import LearningConfig
from ssbi_core.segment.correction.strokes import NOT_LEARNT
from ssbi_core.segment.tiling import mirror_to, tile_starts
from ssbi_core.segment.trained_net import TrainedNet


class PaintedTile(NamedTuple):
    """A tile of the image.

    rows, columns : where it lies; beyond the image where that was mirrored to fill a tile.
    features : (tile / FOLD, tile / FOLD, features) float32, what the last convolution sees.
    given : (tile, tile, classes) float32, what its scores are added to.
    classes : (tile, tile) int8 painted classes, `NOT_LEARNT` where there are none.
    """

    rows: slice
    columns: slice
    features: np.ndarray
    given: np.ndarray
    classes: np.ndarray

    def blocks(self, chosen: np.ndarray) -> Blocks:
        """Those of these flat numbers."""
        return blocks_at(self.features, self.given, self.classes, chosen)


def painted_tiles(
    net: TrainedNet,
    channels: np.ndarray,
    presence: np.ndarray,
    classes: np.ndarray,
    config: LearningConfig,
    report: Callable[[float], None],
) -> list[PaintedTile]:
    """The segmentation's tiles that were painted on, each seen once by the net.

    Parameters
    ----------
    channels, presence : what the net sees.
    classes : (rows, columns) int8, from `stroke_classes`.
    report : called with the share done after every tile.
    """
    run, mask = _features(net.graph), jnp.asarray(presence, jnp.float32)[None]
    channels, classes = mirror_to(channels, config.tile), mirror_to(classes[..., None], config.tile)[..., 0]
    windows = [window for window in _windows(classes.shape, config) if (classes[window] != NOT_LEARNT).any()]
    tiles = []
    for done, window in enumerate(windows, 1):
        features, given = run(net.weights, jnp.asarray(channels[window], jnp.float32)[None], mask)
        tiles.append(PaintedTile(*window, np.asarray(features)[0], np.asarray(given)[0], classes[window]))
        report(done / len(windows))
    return tiles


def _windows(shape: tuple[int, ...], config: LearningConfig) -> Iterator[tuple[slice, slice]]:
    starts = [tile_starts(size, config.tile, min(config.overlap, config.tile // 2)) for size in shape]
    for row in starts[0]:
        for column in starts[1]:
            yield slice(row, row + config.tile), slice(column, column + config.tile)


@lru_cache(maxsize=4)
def _features(graph: Any) -> Callable[..., tuple[jax.Array, jax.Array]]:
    def run(weights: Any, channels: jax.Array, presence: jax.Array) -> tuple[jax.Array, jax.Array]:
        net = nnx.merge(graph, weights)
        return net.features(channels, presence), net.given(channels)

    return jax.jit(run)


def blocks_of(tiles: list[PaintedTile], config: LearningConfig) -> tuple[Blocks, Blocks]:
    """Painted blocks, and random ones of the same tiles."""
    rng = np.random.default_rng(config.seed)
    share = -(-config.num_blocks // len(tiles))
    painted, unpainted = [], []
    for tile in tiles:
        has_paint = (folded(tile.classes) != NOT_LEARNT).any(-1)
        painted.append(tile.blocks(np.flatnonzero(has_paint)))
        chosen = rng.choice(len(has_paint), min(share, len(has_paint)), replace=False)
        unpainted.append(tile.blocks(chosen))
    return thinned(joined(painted), 2 * config.num_blocks, rng), joined(unpainted)
