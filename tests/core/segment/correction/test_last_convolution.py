import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from ssbi_core.segment.channels import ROLES
from ssbi_core.segment.correction.blocks import Blocks, blocks_at
from ssbi_core.segment.correction.last_convolution import (
    Convolution,
    block_scores,
    class_weights,
    fit_convolution,
    read_convolution,
    with_convolution,
)
from ssbi_core.segment.correction.learning_config import LearningConfig
from ssbi_core.segment.correction.strokes import NOT_LEARNT
from ssbi_core.segment.folded_unet import SegmenterConfig, fold
from ssbi_core.segment.second_look.image_scale import NUM_CHANNELS
from ssbi_core.segment.second_look.net import SecondLook
from ssbi_core.segment.trained_net import apply, new_weights
from ssbi_core.segment.unet import CLASSES, UNet

FEATURES = 18
OUTPUTS = 4 * len(CLASSES)


@pytest.fixture(scope="module")
def net():
    return new_weights(SegmenterConfig(widths=(4, 8), groups=2), seed=1)


def _rows(count: int, seed: int, wanted: int = NOT_LEARNT) -> Blocks:
    features = np.random.default_rng(seed).random((count, FEATURES), np.float32)
    return Blocks(features, np.zeros((count, 4, len(CLASSES)), np.float32), np.full((count, 4), wanted, np.int8))


def _start() -> Convolution:
    keys = jax.random.split(jax.random.key(0))
    return Convolution(jax.random.normal(keys[0], (FEATURES, OUTPUTS)), jnp.zeros(OUTPUTS))


def _fit(caution: float, steps: int = 200) -> tuple[Convolution, list[float]]:
    config = LearningConfig(caution=caution, num_steps=steps, learning_rate=0.03)
    rounds = list(fit_convolution(_start(), _rows(40, 1, wanted=2), _rows(200, 2), 1.0, config))
    return rounds[-1][0], [loss for _, loss in rounds]


@pytest.mark.parametrize(("build", "number"), [(UNet, len(ROLES)), (SecondLook, NUM_CHANNELS)])
def test_scores_of_blocks_are_those_of_the_net(build, number):
    graph, weights = new_weights(SegmenterConfig(widths=(4, 8), groups=2), 1, build)
    weights = jax.tree.map(lambda leaf: leaf + 0.1, weights)  # the last convolution of a second look starts at zero
    channels = jnp.asarray(np.random.default_rng(0).random((1, 16, 24, number), np.float32))
    presence = jnp.ones((1, len(ROLES)), jnp.float32)
    one = nnx.merge(graph, weights)
    features, given = (np.asarray(found)[0] for found in (one.features(channels, presence), one.given(channels)))
    rows = blocks_at(features, given, np.zeros((16, 24), np.int8), np.arange(8 * 12))
    scores = np.asarray(block_scores(read_convolution(weights), rows)).reshape(8, 12, -1)
    np.testing.assert_allclose(scores, fold(apply(graph, weights, channels, presence))[0], atol=1e-4)


def test_a_convolution_goes_into_the_weights_and_nothing_else_changes(net):
    _, weights = net
    there = read_convolution(weights)
    changed = with_convolution(weights, Convolution(there.kernel + 1, there.bias))
    np.testing.assert_allclose(read_convolution(changed).kernel, there.kernel + 1)
    np.testing.assert_array_equal(read_convolution(weights).kernel, there.kernel)
    assert changed["stem"] is weights["stem"]
    assert jax.tree.structure(changed) == jax.tree.structure(weights)


def test_fitting_lowers_the_loss_and_learns_what_is_painted():
    fitted, losses = _fit(caution=0.1)
    assert losses[-1] < losses[0]
    painted = _rows(40, 1)
    assert np.mean(np.asarray(block_scores(fitted, painted)).argmax(-1) == 2) > 0.9
    assert np.mean(np.asarray(block_scores(_start(), painted)).argmax(-1) == 2) < 0.5


def test_more_caution_forgets_less():
    rest = _rows(200, 2)
    before = np.asarray(block_scores(_start(), rest)).argmax(-1)
    kept = [np.mean(np.asarray(block_scores(_fit(c)[0], rest)).argmax(-1) == before) for c in (0.1, 10.0, 1000.0)]
    assert kept[0] < kept[1] < kept[2]
    assert kept[2] > 0.95


def test_the_loss_is_reported_every_ten_steps_and_once_more_for_the_rest():
    assert len(_fit(caution=1.0, steps=25)[1]) == 3


def test_every_class_weighs_by_the_root_of_its_area():
    classes = np.full((30, 4), NOT_LEARNT, np.int8)
    classes[:25], classes[25, 0] = 2, 5
    weight = class_weights(classes)
    assert weight.sum() == pytest.approx(1)
    assert weight[classes == 2].sum() / weight[classes == 5].sum() == pytest.approx(10, rel=1e-5)
    assert not weight[classes == NOT_LEARNT].any()
