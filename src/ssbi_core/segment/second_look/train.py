"""Training of the second look's net on what it sees of images that a first look has been at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import jax
import jax.numpy as jnp

from ssbi_core.segment.fitting import Progress, calibrated, fit_net
from ssbi_core.segment.samples import Sample, split
from ssbi_core.segment.second_look.net import SecondLook
from ssbi_core.segment.trained_net import new_weights, save_net
from ssbi_core.segment.training_config import TrainingConfig
from ssbi_core.segment.weights import SECOND_FILE_NAME


def fit_second_look(
    samples: Sequence[Sample],
    output: Path,
    config: TrainingConfig,
    first: str,
    *,
    progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Path:
    """Train on prepared samples and write the net to `output`; returns the path of its weights.

    Parameters
    ----------
    samples : whose channels are those of `on_image_scale`; a share of them is held back for calibration.
    output : folder for the net and the checkpoint; a checkpoint found there is continued.
    config : of the training. Crops are turned and mirrored, nothing else of the augmentation applies: what depends on
        the microscope is no longer in what the net sees.
    first : SHA-256 of the net of the first look, kept with the weights.
    progress, should_stop : as `fit_segmenter`.
    """
    learned, held_back = split(len(samples), config.held_back, config.seed)
    graph, weights = new_weights(config.architecture, config.seed, SecondLook)
    chosen = [samples[i] for i in learned]
    change = partial(turned, crop=config.crop)
    state = fit_net(chosen, output, config, graph, weights, change, progress=progress, should_stop=should_stop)
    temperature, calibration = calibrated(graph, state.average, config, [samples[i] for i in held_back])
    facts = {"training": config.model_dump(mode="json"), "first_look": first, "steps": int(state.step)}
    path = output / SECOND_FILE_NAME
    return save_net(path, config.architecture, state.average, temperature, {**facts, "calibration": calibration})


def turned(
    rng_key: jax.Array, channels: jax.Array, presence: jax.Array, targets: jax.Array, crop: int
) -> tuple[jax.Array, jax.Array, jax.Array]:
    """A batch mirrored, and turned by quarters, at random, all its crops alike; its middle is cut out."""
    edge = (targets.shape[1] - crop) // 2
    middle = slice(edge, edge + crop)
    channels, targets = channels[:, middle, middle].astype(jnp.float32), targets[:, middle, middle]
    flip_rows, flip_columns, transpose = jax.random.bernoulli(rng_key, shape=(3,))

    def changed(x: jax.Array) -> jax.Array:
        x = jnp.where(flip_rows, jnp.flip(x, 1), x)
        x = jnp.where(flip_columns, jnp.flip(x, 2), x)
        return jnp.where(transpose, jnp.swapaxes(x, 1, 2), x)

    return changed(channels), presence, changed(targets)
