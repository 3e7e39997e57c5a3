import jax
import jax.numpy as jnp
import numpy as np

from ssbi_core.segment.augment import AugmentationConfig, augment
from ssbi_core.segment.channels import ROLES

CROP = 16
PLAIN = AugmentationConfig(rotate=0, drop_role=0, drop_all=0, swap_cations=0, degrade=0, invert=0)
HARSH = AugmentationConfig(rotate=1, drop_role=0.5, drop_all=0.3, swap_cations=0.5)
_augment = jax.jit(augment, static_argnums=(4, 5))


def _batch(window: int = CROP):
    target = jax.random.randint(jax.random.key(5), (16, window, window), 0, 8, jnp.int32).astype(jnp.uint8)
    channels = jnp.repeat(target[..., None].astype(jnp.float32) / 8, len(ROLES), -1)
    return channels, jnp.ones((16, len(ROLES)), jnp.float32), target


def _run(config: AugmentationConfig, seed: int = 0):
    return [np.asarray(a) for a in _augment(jax.random.key(seed), *_batch(), CROP, config)]


def test_the_same_key_gives_the_same_crops():
    for a, b, c in zip(_run(HARSH), _run(HARSH), _run(HARSH, seed=1), strict=True):
        np.testing.assert_array_equal(a, b)
        assert not np.array_equal(a, c)


def test_unrotated_crops_keep_every_pixel_with_its_label():
    channels, _, targets = _run(PLAIN)
    for image, target in zip(channels[..., 0], targets, strict=True):
        assert np.corrcoef(image.ravel(), target.ravel())[0, 1] > 0.5  # gain, gamma and shading remain


def test_flips_and_quarter_turns_only_permute_the_window():
    full, (_, _, targets) = np.asarray(_batch()[2]), _run(PLAIN)
    seen = set()
    for before, after in zip(full, targets, strict=True):
        turned = [np.rot90(b, k) for b in (before, before[::-1]) for k in range(4)]
        seen |= {k for k, t in enumerate(turned) if (after == t).all()}
        assert any((after == t).all() for t in turned)
    assert len(seen) > 4


def test_dropped_roles_are_zero_and_haadf_is_never_dropped():
    channels, presence, _ = _run(HARSH)
    assert (presence[:, 0] == 1).all()
    assert 0 < presence[:, 1:].mean() < 1
    assert not channels[np.broadcast_to(presence[:, None, None] == 0, channels.shape)].any()


def test_results_are_float32_and_labels_stay_codes():
    channels, presence, targets = _run(HARSH)
    assert channels.dtype == presence.dtype == np.float32
    assert targets.dtype == np.uint8
    assert targets.max() < 8
