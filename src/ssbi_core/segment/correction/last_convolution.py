"""The last convolution fitted to painted pixels without forgetting the others.

Minimised is the cross-entropy at painted pixels plus `caution` times the Kullback-Leibler divergence from what the
net said before at random pixels that are not painted (learning without forgetting, Li and Hoiem, TPAMI 2018). Both
are convex in the convolution's weights, which start from what they were. Phases count by the root of
their painted area, so that a long stroke does not shout down a short one.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax

from ssbi_core.segment.correction.blocks import Blocks
from ssbi_core.segment.correction.learning_config import LearningConfig
from ssbi_core.segment.correction.strokes import NOT_LEARNT
from ssbi_core.segment.folded_unet import FOLD
from ssbi_core.segment.unet import CLASSES

STEPS_AT_ONCE = 10
_TINY = 1e-9


class Convolution(NamedTuple):
    """The kernel as a matrix (9 * features, FOLD**2 * classes), and the bias (FOLD**2 * classes,)."""

    kernel: jax.Array
    bias: jax.Array


class _Problem(NamedTuple):
    """Everything the loss takes besides the weights; pixels of a block are the second axis."""

    painted: Blocks
    weight: jax.Array
    unpainted: Blocks
    before: jax.Array
    counts: jax.Array


def read_convolution(weights: Any) -> Convolution:
    """The last convolution of a net's weights."""
    kernel = jnp.asarray(weights["head"]["kernel"], jnp.float32)
    return Convolution(kernel.reshape(-1, kernel.shape[-1]), jnp.asarray(weights["head"]["bias"], jnp.float32))


def with_convolution(weights: Any, convolution: Convolution) -> Any:
    """The net's weights with another last convolution; the given ones are left alone."""
    shape = np.shape(weights["head"]["kernel"])
    return {**weights, "head": {"kernel": convolution.kernel.reshape(shape), "bias": convolution.bias}}


def block_scores(convolution: Convolution, blocks: Blocks) -> jax.Array:
    """Class scores (blocks, FOLD**2, classes) of every pixel of the blocks."""
    own = jnp.asarray(blocks.neighbourhood) @ convolution.kernel + convolution.bias
    return own.reshape(-1, FOLD**2, len(CLASSES)) + jnp.asarray(blocks.given)


def fit_convolution(
    start: Convolution, painted: Blocks, unpainted: Blocks, temperature: float, config: LearningConfig
) -> Iterator[tuple[Convolution, float]]:
    """Yield the convolution and the loss after every `STEPS_AT_ONCE` steps."""
    problem = _problem(start, painted, unpainted, temperature)
    optimizer = _optimizer(config.learning_rate, config.num_steps)
    current, state = start, optimizer.init(start)
    for done in range(0, config.num_steps, STEPS_AT_ONCE):
        steps = min(STEPS_AT_ONCE, config.num_steps - done)
        current, state, loss = _advance(
            current, state, problem, jnp.float32(temperature), jnp.float32(config.caution),
            config.learning_rate, config.num_steps, steps,
        )  # fmt: skip
        yield current, float(loss)


def class_weights(classes: np.ndarray) -> np.ndarray:
    """Weight of every painted pixel, summing to 1: its class counts by the root of its painted area."""
    painted = classes != NOT_LEARNT
    area = np.bincount(classes[painted], minlength=len(CLASSES))
    weight = np.where(painted, 1 / np.sqrt(np.maximum(area, 1))[classes], 0)
    return (weight / weight.sum()).astype(np.float32)


def _problem(start: Convolution, painted: Blocks, unpainted: Blocks, temperature: float) -> _Problem:
    counts = (unpainted.classes == NOT_LEARNT).astype(np.float32)
    return _Problem(
        jax.tree.map(jnp.asarray, painted),
        jnp.asarray(class_weights(painted.classes)),
        jax.tree.map(jnp.asarray, unpainted),
        jax.nn.softmax(block_scores(start, unpainted) / jnp.float32(temperature)),
        jnp.asarray(counts / max(float(counts.sum()), 1.0)),
    )


def _optimizer(learning_rate: float, num_steps: int) -> optax.GradientTransformation:
    return optax.adam(optax.cosine_decay_schedule(learning_rate, num_steps))


def _loss(current: Convolution, problem: _Problem, temperature: jax.Array, caution: jax.Array) -> jax.Array:
    said = jax.nn.log_softmax(block_scores(current, problem.painted) / temperature)
    now = jax.nn.log_softmax(block_scores(current, problem.unpainted) / temperature)
    wanted = jax.nn.one_hot(problem.painted.classes, len(CLASSES), dtype=jnp.float32)
    divergence = jnp.sum(problem.before * (jnp.log(problem.before + _TINY) - now), -1)
    return -jnp.sum(problem.weight[..., None] * wanted * said) + caution * jnp.sum(problem.counts * divergence)


@partial(jax.jit, static_argnums=(5, 6, 7))
def _advance(
    current: Convolution, state: Any, problem: _Problem, temperature: jax.Array, caution: jax.Array,
    learning_rate: float, num_steps: int, steps: int,
) -> tuple[Convolution, Any, jax.Array]:  # fmt: skip
    """Some steps of Adam (Kingma and Ba, ICLR 2015); the loss is that of the last one."""
    optimizer = _optimizer(learning_rate, num_steps)

    def step(carry: tuple[Convolution, Any], _: None) -> tuple[tuple[Convolution, Any], jax.Array]:
        weights, moments = carry
        loss, gradient = jax.value_and_grad(_loss)(weights, problem, temperature, caution)
        updates, moments = optimizer.update(gradient, moments, weights)
        moved = Convolution(*jax.tree.leaves(optax.apply_updates(weights, updates)))
        return (moved, moments), loss

    (current, state), losses = jax.lax.scan(step, (current, state), None, length=steps)
    return current, state, losses[-1]
