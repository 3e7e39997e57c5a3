import jax
import jax.numpy as jnp
import numpy as np
import optax

from ssbi_core.segment.losses import dice_loss, focal_loss, segmentation_loss

WEIGHTS = jnp.ones(3, jnp.float32)


def _case() -> tuple[jax.Array, jax.Array]:
    logits = jax.random.normal(jax.random.key(0), (2, 4, 4, 3), jnp.float32)
    targets = jax.random.randint(jax.random.key(1), (2, 4, 4), 1, 4, jnp.int32)
    return logits, targets


def test_focal_loss_without_focus_is_cross_entropy():
    logits, targets = _case()
    expected = optax.softmax_cross_entropy_with_integer_labels(logits, targets - 1).mean()
    one_hot = jax.nn.one_hot(targets - 1, 3, dtype=jnp.float32)
    np.testing.assert_allclose(focal_loss(logits, one_hot, WEIGHTS, 0.0), expected, rtol=1e-5)


def test_a_perfect_prediction_has_no_loss():
    _, targets = _case()
    one_hot = jax.nn.one_hot(targets - 1, 3, dtype=jnp.float32)
    assert float(dice_loss(one_hot, one_hot)) < 1e-6
    assert float(segmentation_loss(50 * one_hot, targets, WEIGHTS, 1.5, 1.0)) < 1e-5


def test_unlabelled_pixels_do_not_count():
    logits, targets = _case()
    targets = targets.at[:, :2].set(0)
    changed = logits.at[:, :2].add(9.0 * jax.random.normal(jax.random.key(2), (2, 2, 4, 3), jnp.float32))
    a, b = (segmentation_loss(x, targets, WEIGHTS, 1.5, 1.0) for x in (logits, changed))
    np.testing.assert_allclose(a, b, rtol=1e-6)


def test_a_batch_without_labels_has_finite_gradients():
    logits, targets = _case()
    gradient = jax.grad(segmentation_loss)(logits, 0 * targets, WEIGHTS, 1.5, 1.0)
    assert bool(jnp.isfinite(gradient).all())
