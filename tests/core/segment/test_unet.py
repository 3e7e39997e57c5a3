import jax
import jax.numpy as jnp
import numpy as np
import pytest
from pydantic import ValidationError

from ssbi_core.segment.channels import ROLES
from ssbi_core.segment.folded_unet import SegmenterConfig, fold, unfold
from ssbi_core.segment.trained_net import apply, new_weights
from ssbi_core.segment.unet import CLASSES

TINY = SegmenterConfig(widths=(4, 8), groups=2)


def test_unfold_inverts_fold():
    x = jnp.arange(2 * 8 * 6 * 3, dtype=jnp.float32).reshape(2, 8, 6, 3)
    np.testing.assert_array_equal(unfold(fold(x)), x)


def test_one_score_per_pixel_and_class():
    graph, weights = new_weights(TINY, 0)
    scores = apply(graph, weights, jnp.zeros((2, 16, 24, len(ROLES))), jnp.ones((2, len(ROLES))))
    assert scores.shape == (2, 16, 24, len(CLASSES))
    assert scores.dtype == jnp.float32


def test_the_presence_mask_is_seen():
    graph, weights = new_weights(TINY, 0)
    weights = jax.tree.map(lambda w: w + 0.1, weights)  # the weight of the mask starts at zero
    image = jax.random.normal(jax.random.key(0), (1, 16, 16, len(ROLES)), jnp.float32).at[..., 1:].set(0)
    absent = apply(graph, weights, image, jnp.eye(len(ROLES), dtype=jnp.float32)[:1])
    recorded = apply(graph, weights, image, jnp.ones((1, len(ROLES)), jnp.float32))
    assert not np.allclose(absent, recorded)


def test_the_same_seed_gives_the_same_weights():
    first, second = (new_weights(TINY, 3)[1] for _ in range(2))
    assert all(jax.tree.leaves(jax.tree.map(lambda a, b: bool((a == b).all()), first, second)))


def test_the_shipped_architecture_is_small():
    weights = new_weights(SegmenterConfig(), 0)[1]
    assert sum(leaf.size for leaf in jax.tree.leaves(weights)) * 4 < 5e6


def test_unknown_settings_are_refused():
    with pytest.raises(ValidationError):
        SegmenterConfig.model_validate({"depth": 3})
