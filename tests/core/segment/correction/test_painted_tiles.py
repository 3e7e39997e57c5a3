import numpy as np
import pytest

from ssbi_core.materials import load_system
from ssbi_core.segment.channels import input_channels
from ssbi_core.segment.correction.learning_config import LearningConfig
from ssbi_core.segment.correction.painted_tiles import blocks_of, painted_tiles
from ssbi_core.segment.correction.strokes import NOT_LEARNT
from ssbi_core.segment.weights import load_segmenter

CONFIG = LearningConfig(tile=64, overlap=16, num_blocks=100)


@pytest.fixture(scope="module")
def seen(trained, layered):
    """Returns the tiles of a painted image and the shares reported."""
    net = load_segmenter(trained[0])

    def tiles(size: int, *painted: tuple[int, int]):
        channels, presence = input_channels(layered(0, size)[0], load_system())
        classes, shares = np.full((size, size), NOT_LEARNT, np.int8), []
        for row, column in painted:
            classes[row, column] = 1
        return painted_tiles(net, channels, presence, classes, CONFIG, shares.append), shares

    return tiles


def test_only_painted_tiles_are_looked_at(seen):
    tiles, shares = seen(160, (5, 5), (150, 150))  # three tiles a side
    assert [(tile.rows.start, tile.columns.start) for tile in tiles] == [(0, 0), (96, 96)]
    assert shares == [0.5, 1.0]


def test_a_small_image_is_mirrored_to_a_tile_and_its_strokes_with_it(seen):
    (tile,), _ = seen(40, (39, 3))
    assert tile.classes.shape == (64, 64)
    assert tile.features.shape[:2] == (32, 32)
    assert {tuple(place) for place in np.argwhere(tile.classes == 1).tolist()} == {(39, 3), (40, 3)}


def test_rows_hold_every_painted_block_and_so_many_others(seen):
    painted, others = blocks_of(seen(160, (5, 5), (150, 150))[0], CONFIG)
    assert len(painted.classes) == 2
    assert (painted.classes != NOT_LEARNT).sum() == 2
    assert len(others.classes) == CONFIG.num_blocks
