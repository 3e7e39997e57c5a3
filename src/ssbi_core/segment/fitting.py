"""Gradient descent of a net on crops: AdamW, warm-up and cosine decay, an average of the weights, exact resume.

The weights that are kept are an exponential moving average over the steps (Polyak and Juditsky 1992),
which is worth a longer training at small budgets. The crops and the augmentation of a step depend on
nothing but the seed and the step, and a checkpoint holds weights, average and optimiser state, so an
interrupted run continues to the very same result.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax

from ssbi_core.segment.calibration import expected_calibration_error, fit_temperature
from ssbi_core.segment.checkpoint import load_tree, save_tree
from ssbi_core.segment.losses import segmentation_loss
from ssbi_core.segment.samples import Batch, Sample, class_frequencies, draw_batch
from ssbi_core.segment.trained_net import apply
from ssbi_core.segment.training_config import TrainingConfig

CHECKPOINT = "checkpoint.safetensors"
Progress = Callable[[int, int, float], None]
Change = Callable[[jax.Array, jax.Array, jax.Array, jax.Array], tuple[jax.Array, jax.Array, jax.Array]]
"""Random key, channels, presence and targets of a batch to those that are learned from, of the training's crop."""


class TrainingState(NamedTuple):
    """Everything a step changes."""

    weights: Any
    average: Any
    optimizer: Any
    step: jax.Array


def fit_net(
    samples: Sequence[Sample],
    output: Path,
    config: TrainingConfig,
    graph: Any,
    weights: Any,
    change: Change,
    *,
    progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> TrainingState:
    """Train a net; a checkpoint found in `output` is continued, and one is left there.

    Parameters
    ----------
    samples : to learn from, all of them.
    graph, weights : of the net to begin with, as `new_weights` gives them; the weights are left as they are.
    change : augmentation, traced.
    progress, should_stop : as `fit_segmenter`.
    """
    state = _start(output, config, weights)
    step_fn = jax.jit(partial(_training_step, graph, _class_weights(samples, config), config, change), donate_argnums=0)
    for step in range(int(state.step), config.num_steps):
        if should_stop is not None and should_stop():
            break
        batch = draw_batch(samples, config.batch_size, config.window, config.seed, step)
        state, loss = step_fn(state, batch)
        if progress is not None and (step + 1) % config.log_every == 0:
            progress(step + 1, config.num_steps, float(loss))
        if (step + 1) % config.checkpoint_every == 0:
            _save(output, state, config)
    _save(output, state, config)
    return state


def calibrated(
    graph: Any, weights: Any, config: TrainingConfig, held_back: Sequence[Sample]
) -> tuple[float, dict[str, Any]]:
    """Temperature of a net, fitted on samples it has not learned from, and how far it calibrates.

    Parameters
    ----------
    graph, weights : of the net, as `new_weights` gives them.
    config : of the training; says how crops are drawn.
    held_back : samples.
    """
    logits, targets = _held_back_logits(jax.jit(partial(apply, graph)), weights, config, held_back)
    temperature = fit_temperature(logits, targets)
    return temperature, {
        "images": len(held_back),
        "ece_before": expected_calibration_error(logits, targets, 1.0),
        "ece": expected_calibration_error(logits, targets, temperature),
    }


def _class_weights(samples: Sequence[Sample], config: TrainingConfig) -> jax.Array:
    return class_weights(class_frequencies(samples), config.weight_exponent)


def class_weights(frequencies: np.ndarray, exponent: float) -> jax.Array:
    """Focal-loss weights frequency^-exponent with a frequency-weighted mean of 1; at most 10."""
    raw = np.maximum(frequencies, 1e-4) ** -exponent
    raw = raw / max(float(np.sum(raw * frequencies)), 1e-12)
    return jnp.asarray(np.minimum(raw, 10.0), jnp.float32)


def optimizer(config: TrainingConfig) -> optax.GradientTransformation:
    """AdamW with warm-up, cosine decay to 1 % and clipped gradients (Loshchilov and Hutter, ICLR 2019)."""
    warm_up = min(config.warm_up_steps, max(config.num_steps // 4, 1))
    schedule = optax.warmup_cosine_decay_schedule(
        0.0, config.learning_rate, warm_up, max(config.num_steps, warm_up + 1), 0.01 * config.learning_rate
    )
    return optax.chain(optax.clip_by_global_norm(1.0), optax.adamw(schedule, b2=0.99, weight_decay=config.weight_decay))


def _training_step(
    graph: Any, weights: jax.Array, config: TrainingConfig, change: Change, state: TrainingState, batch: Batch
) -> tuple[TrainingState, jax.Array]:
    """One step of gradient descent on an augmented batch."""
    rng_key = jax.random.fold_in(jax.random.key(config.seed), state.step)
    channels, presence, targets = change(
        rng_key, jnp.asarray(batch.channels), jnp.asarray(batch.presence), jnp.asarray(batch.targets)
    )

    def loss_fn(current: Any) -> jax.Array:
        logits = apply(graph, current, channels, presence)
        return segmentation_loss(logits, targets, weights, config.focal_gamma, config.dice_weight)

    loss, gradients = jax.value_and_grad(loss_fn)(state.weights)
    updates, optimizer_state = optimizer(config).update(gradients, state.optimizer, state.weights)
    current = optax.apply_updates(state.weights, updates)
    decay = _average_decay(state.step, config)
    average = jax.tree.map(lambda a, w: a * decay + w * (1.0 - decay), state.average, current)
    return TrainingState(current, average, optimizer_state, state.step + 1), loss


def _average_decay(step: jax.Array, config: TrainingConfig) -> jax.Array:
    """Short memory at first, so that the average forgets the random start."""
    progress = step.astype(jnp.float32)
    return jnp.minimum(jnp.float32(config.average_decay), (1.0 + progress) / (10.0 + progress))


def _start(output: Path, config: TrainingConfig, weights: Any) -> TrainingState:
    weights = jax.tree.map(jnp.array, weights)  # copies: a step gives up what it is given
    state = TrainingState(
        weights,
        jax.tree.map(jnp.array, weights),
        optimizer(config).init(weights),
        jnp.zeros((), jnp.int32),
    )
    if (output / CHECKPOINT).is_file():
        state, _ = load_tree(output / CHECKPOINT, state)
    return state


def _save(output: Path, state: TrainingState, config: TrainingConfig) -> None:
    save_tree(output / CHECKPOINT, state, {"step": int(state.step), "training": config.model_dump(mode="json")})


def _held_back_logits(
    logits_fn: Callable, weights: Any, config: TrainingConfig, held_back: Sequence[Sample]
) -> tuple[np.ndarray, np.ndarray]:
    """Scores and targets of crops of the held-back samples, without augmentation."""
    logits, targets = [], []
    for step in range(config.calibration_batches):
        batch = draw_batch(held_back, config.batch_size, config.crop, config.seed + 1, step)
        scores = np.asarray(logits_fn(weights, jnp.asarray(batch.channels), jnp.asarray(batch.presence)))
        labelled = batch.targets > 0
        logits.append(scores[labelled])
        targets.append(batch.targets[labelled].astype(np.int32) - 1)
    return np.concatenate(logits), np.concatenate(targets)
