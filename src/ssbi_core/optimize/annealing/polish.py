"""Gradient polish of a point that a search found, where the objective is differentiable: L-BFGS by optax.

It walks in the unit cube folded over at its faces, so bounds need no care; integers and categories stay what they are.
A point is only ever replaced by one that is better, feasible and finite, so an objective with kinks loses nothing.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import optax

from ssbi_core.optimize.annealing.annealer import Objective, Problem
from ssbi_core.optimize.annealing.moves import fold

_LINE_SEARCH = 20  # evaluations at most


class Polished(NamedTuple):
    """The best point met.

    Attributes
    ----------
    position, value : (d,) in the unit cube, ().
    evaluations : () of the objective, each with its gradient.
    """

    position: jax.Array
    value: jax.Array
    evaluations: jax.Array


@partial(jax.jit, static_argnames=("problem", "num_steps"))
def polish(objective: Objective, position: jax.Array, value: jax.Array, problem: Problem, num_steps: int) -> Polished:
    """Walk downhill from a point (d,) of the unit cube with a known value.

    Parameters
    ----------
    objective : as `annealer.step` takes it.
    num_steps : of L-BFGS, each with a line search.

    Source: Liu and Nocedal, On the limited memory BFGS method, Math. Program. 45 (1989).
    """
    space = problem.space
    smooth = jnp.asarray(space.levels == 0)

    def height(moved: jax.Array) -> jax.Array:
        return objective(space.decode(fold(jnp.where(smooth, moved, position))))

    search = optax.lbfgs(linesearch=optax.scale_by_zoom_linesearch(_LINE_SEARCH, initial_guess_strategy="one"))
    slope = optax.value_and_grad_from_state(height)

    def walk(carry: tuple, _: None) -> tuple[tuple, None]:
        at, state, best = carry
        here, gradient = slope(at, state=state)
        update, state = search.update(gradient, state, at, value=here, grad=gradient, value_fn=height)
        moved = at + jnp.asarray(update)
        at = jnp.where(jnp.isfinite(moved).all(), moved, at)
        there = fold(jnp.where(smooth, at, position))
        reached = height(at)
        better = jnp.isfinite(reached) & (reached < best.value) & _feasible(problem, there)
        tried = state[-1].info.num_linesearch_steps + 1  # type: ignore[index] - optax types states as any tree
        best = Polished(
            jnp.where(better, there, best.position), jnp.where(better, reached, best.value), best.evaluations + tried
        )
        return (at, state, best), None

    best = Polished(position, value, jnp.asarray(0))
    (_, _, best), _ = jax.lax.scan(walk, (position, search.init(position), best), None, length=num_steps)
    return best


def _feasible(problem: Problem, position: jax.Array) -> jax.Array:
    if problem.constraint is None:
        return jnp.asarray(True)
    return problem.constraint(problem.space.decode(position))
