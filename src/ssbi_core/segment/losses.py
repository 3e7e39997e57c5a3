"""Losses for phases that differ a thousandfold in area: Dice plus focal cross-entropy.

Focal cross-entropy (Lin et al., ICCV 2017) works pixel by pixel and keeps easy bulk pixels from
drowning the rest; Dice (Milletari et al., 3DV 2016) scores each class as a whole, so that a boundary
one pixel wide counts as much as a grain. Unlabelled pixels count in neither.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

SMOOTHING = 0.005
"""Share of the labelled pixels added to both sides of the Dice ratio. Without it the gradient of a dislocation of
twenty pixels outweighs that of all grains together."""


def dice_loss(probabilities: jax.Array, one_hot: jax.Array) -> jax.Array:
    """One minus the soft Dice coefficient, averaged over the classes present in the batch.

    Parameters
    ----------
    probabilities : (batch, rows, columns, classes) float32, already 0 where unlabelled.
    one_hot : same shape, 0 in all classes where unlabelled.
    """
    axes = (0, 1, 2)
    overlap = jnp.sum(probabilities * one_hot, axes)
    truth = jnp.sum(one_hot, axes)
    smooth = SMOOTHING * jnp.maximum(jnp.sum(one_hot), 1.0)
    dice = (2.0 * overlap + smooth) / (jnp.sum(probabilities, axes) + truth + smooth)
    present = (truth > 0).astype(jnp.float32)
    return 1.0 - jnp.sum(dice * present) / jnp.maximum(jnp.sum(present), 1.0)


def focal_loss(logits: jax.Array, one_hot: jax.Array, weights: jax.Array, gamma: float) -> jax.Array:
    """Class-weighted focal cross-entropy, mean over labelled pixels (Lin et al. 2017, eq. 5).

    Parameters
    ----------
    logits, one_hot : (batch, rows, columns, classes) float32; `one_hot` is 0 where unlabelled.
    weights : (classes,) float32.
    gamma : focusing exponent; 0 is weighted cross-entropy.
    """
    log_p = jax.nn.log_softmax(logits)
    focus = jnp.maximum(1.0 - jnp.exp(log_p), 1e-6) ** gamma  # off zero, where a root has no gradient
    losses = -jnp.sum(one_hot * weights * focus * log_p, -1)
    return jnp.sum(losses) / jnp.maximum(jnp.sum(one_hot), 1.0)


def segmentation_loss(
    logits: jax.Array, targets: jax.Array, weights: jax.Array, gamma: float, dice_weight: float
) -> jax.Array:
    """Focal plus Dice loss.

    Parameters
    ----------
    logits : (batch, rows, columns, classes) float32.
    targets : (batch, rows, columns) integers: 0 unlabelled, k for class k - 1.
    """
    one_hot = jax.nn.one_hot(targets.astype(jnp.int32) - 1, logits.shape[-1], dtype=jnp.float32)
    labelled = jnp.sum(one_hot, -1, keepdims=True)
    dice = dice_loss(jax.nn.softmax(logits) * labelled, one_hot)
    return focal_loss(logits, one_hot, weights, gamma) + dice_weight * dice
