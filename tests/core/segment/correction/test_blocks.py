import jax.numpy as jnp
import numpy as np

from ssbi_core.segment.correction.blocks import Blocks, blocks_at, filled_up, folded, joined, thinned
from ssbi_core.segment.correction.strokes import NOT_LEARNT
from ssbi_core.segment.folded_unet import fold


def _blocks(count: int) -> Blocks:
    neighbourhood = np.arange(count * 9, dtype=np.float32).reshape(count, 9)
    return Blocks(neighbourhood, np.ones((count, 4, 7), np.float32), np.zeros((count, 4), np.int8))


def test_pixels_of_a_block_come_in_the_order_of_the_net():
    image = np.arange(8 * 6).reshape(8, 6)
    np.testing.assert_array_equal(folded(image), np.asarray(fold(jnp.asarray(image)[None, ..., None])).reshape(-1, 4))


def test_a_block_sees_its_neighbours_and_nothing_beyond_the_tile():
    features = np.arange(1, 13, dtype=np.float32).reshape(3, 4, 1)
    classes = np.zeros((6, 8), np.int8)
    given = np.arange(6 * 8 * 2, dtype=np.float32).reshape(6, 8, 2)
    blocks = blocks_at(features, given, classes, np.array([0, 5]))
    corner, middle = blocks.neighbourhood.reshape(2, 3, 3)
    np.testing.assert_array_equal(middle, features[:3, :3, 0])
    np.testing.assert_array_equal(corner, [[0, 0, 0], [0, 1, 2], [0, 5, 6]])
    np.testing.assert_array_equal(blocks.given[1], given[2:4, 2:4].reshape(4, 2))


def test_tiles_are_joined_in_order():
    both = joined([_blocks(2), _blocks(3)])
    assert both.neighbourhood.shape == (5, 9)
    np.testing.assert_array_equal(both.neighbourhood[2:], _blocks(3).neighbourhood)


def test_thinning_keeps_few_enough_blocks_whole_and_in_order():
    rng = np.random.default_rng(0)
    kept = thinned(_blocks(100), 10, rng).neighbourhood
    assert kept.shape == (10, 9)
    assert (np.diff(kept[:, 0]) > 0).all()
    assert thinned(_blocks(10), 10, rng).neighbourhood.shape == (10, 9)


def test_rows_filled_up_are_not_learnt():
    filled = filled_up(_blocks(513))
    assert filled.neighbourhood.shape == (1024, 9)
    assert (filled.classes[513:] == NOT_LEARNT).all()
    np.testing.assert_array_equal(filled.neighbourhood[:513], _blocks(513).neighbourhood)
    assert filled.given.shape == (1024, 4, 7)
