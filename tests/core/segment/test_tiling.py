from itertools import pairwise

import numpy as np
import pytest

from ssbi_core.segment.tiling import blend_weights, predict_tiled, tile_starts


def _run(image: np.ndarray, tile: int, overlap: int, predict=lambda x: x) -> tuple[np.ndarray, list[float]]:
    steps, shares = predict_tiled(image, predict, image.shape[-1], tile, overlap), []
    while True:
        try:
            shares.append(next(steps))
        except StopIteration as done:
            return done.value, shares


@pytest.mark.parametrize("size", [1, 64, 65, 100, 1000])
def test_tiles_cover_the_image_and_overlap(size):
    starts = tile_starts(size, 64, 16)
    assert starts[0] == 0
    assert max(starts) + 64 >= size
    assert all(b - a <= 48 for a, b in pairwise(starts))


def test_blend_weights_are_positive_and_highest_inside():
    weights = blend_weights(32, 8)
    assert weights.min() > 0
    assert weights[16, 16] == weights.max() == 1


@pytest.mark.parametrize("shape", [(1, 1), (16, 40), (64, 64), (70, 131)])
def test_tiling_a_pointwise_prediction_changes_nothing(shape):
    image = np.random.default_rng(0).normal(size=(*shape, 3)).astype(np.float32)
    result, shares = _run(image, 32, 8, lambda x: x**2)
    np.testing.assert_allclose(np.moveaxis(result, 0, -1), image**2, rtol=1e-5, atol=1e-6)
    assert shares[-1] == 1.0
    assert shares == sorted(shares)


def test_every_tile_has_the_same_shape():
    seen = set()

    def predict(tile: np.ndarray) -> np.ndarray:
        seen.add(tile.shape)
        return tile

    _run(np.zeros((75, 20, 2), np.float32), 32, 8, predict)
    assert seen == {(32, 32, 2)}
