import jax
import jax.numpy as jnp
import numpy as np

from ssbi_core.segment.augment import AugmentationConfig, augment
from ssbi_core.segment.channels import ROLES

NOTHING_DROPPED = AugmentationConfig(rotate=0, drop_role=0, drop_all=0, swap_cations=0, degrade=0, invert=0)


def _batch(size: int = 4, window: int = 24):
    target = jax.random.randint(jax.random.key(5), (size, window, window), 0, 8, jnp.int32).astype(jnp.uint8)
    channels = jnp.repeat(target[..., None].astype(jnp.float32) / 8, len(ROLES), -1)
    return channels, jnp.ones((size, len(ROLES)), jnp.float32), target


def _run(config: AugmentationConfig, seed: int = 0, crop: int = 16, **kwargs):
    return augment(jax.random.key(seed), *_batch(**kwargs), crop, config)


def test_the_same_key_gives_the_same_crops():
    for a, b in zip(_run(AugmentationConfig()), _run(AugmentationConfig()), strict=True):
        np.testing.assert_array_equal(a, b)


def test_unrotated_crops_keep_every_pixel_with_its_label():
    channels, _, targets = _run(NOTHING_DROPPED, size=8)
    for image, target in zip(np.asarray(channels[..., 0]), np.asarray(targets), strict=True):
        # The grey level is a monotonic function of the label up to 25 % shading: order must survive on average.
        means = [image[target == k].mean() for k in range(1, 8) if (target == k).any()]
        assert np.all(np.diff(means) > 0)


def test_flips_and_quarter_turns_only_permute_the_window():
    config = NOTHING_DROPPED
    _, _, full = _batch(size=8, window=16)
    _, _, targets = augment(jax.random.key(1), *_batch(size=8, window=16), 16, config)
    for before, after in zip(np.asarray(full), np.asarray(targets), strict=True):
        turned = [np.rot90(b, k) for b in (before, before[::-1]) for k in range(4)]
        assert any((after == t).all() for t in turned)


def test_dropped_roles_are_zero_and_haadf_is_never_dropped():
    channels, presence, _ = _run(AugmentationConfig(drop_role=0.5, drop_all=0.3, swap_cations=0.5), size=16)
    assert (presence[:, 0] == 1).all()
    assert 0 < float(presence[:, 1:].mean()) < 1
    assert not np.asarray(channels)[np.broadcast_to(np.asarray(presence)[:, None, None] == 0, channels.shape)].any()


def test_all_maps_can_be_missing():
    _, presence, _ = _run(AugmentationConfig(drop_all=1))
    assert presence.sum() == len(presence)


def test_results_are_float32_and_labels_stay_codes():
    channels, presence, targets = _run(AugmentationConfig(rotate=1))
    assert channels.dtype == presence.dtype == jnp.float32
    assert targets.dtype == jnp.uint8
    assert int(targets.max()) < 8
