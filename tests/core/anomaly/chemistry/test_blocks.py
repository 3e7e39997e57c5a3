"""Counts and phases on blocks of pixels."""

from __future__ import annotations

import numpy as np
import pytest

from ssbi_core.anomaly.chemistry.blocks import on_blocks
from ssbi_core.materials import Phase


def test_a_smoothed_value_holds_as_many_pixels_as_its_noise_says() -> None:
    rng = np.random.default_rng(0)
    labels = np.full((400, 400), int(Phase.LLZO), np.uint8)
    maps = {element: rng.poisson(5.0, labels.shape) for element in ("La", "O")}
    blocks = on_blocks(labels, maps, 0.5)
    assert blocks is not None
    inner = blocks.counts[4:-4, 4:-4]
    assert 5.0 / inner.var() == pytest.approx(blocks.effective[50, 50], rel=0.1)
    edge = np.concatenate([blocks.counts[0, 4:-4], blocks.counts[4:-4, -1]])
    assert 5.0 / edge.var() == pytest.approx(blocks.effective[0, 50], rel=0.25)
    assert blocks.effective[0, 0] < blocks.effective[0, 50] < blocks.effective[50, 50]


def test_lines_belong_to_their_bodies_and_shares_sum_to_one() -> None:
    labels = np.full((80, 80), int(Phase.LLZO), np.uint8)
    labels[:, 40], labels[60:], labels[60] = int(Phase.GRAIN_BOUNDARY), int(Phase.NMC), int(Phase.CONTACT)
    blocks = on_blocks(labels, {"La": np.ones((80, 80)), "O": np.ones((80, 80))}, 0.5)
    assert blocks is not None
    assert blocks.phases == (Phase.LLZO, Phase.NMC)
    assert blocks.shares.sum(-1) == pytest.approx(1)
    assert blocks.pure[:, :, 0].mean() == pytest.approx(60 / 80)


def test_blocks_go_back_onto_an_image_of_any_size() -> None:
    labels = np.full((83, 90), int(Phase.LLZO), np.uint8)
    blocks = on_blocks(labels, {"La": np.ones((83, 90)), "O": np.ones((83, 90))}, 0.5)
    assert blocks is not None
    numbers = np.arange(20 * 22).reshape(20, 22)
    image = blocks.on_pixels(numbers)
    assert image.shape == (83, 90)
    assert image[0, 0] == 0
    assert image[-1, -1] == numbers[-1, -1]
