"""Searches from beginning to end: of an objective inside JAX, or of one that is evaluated outside, batch by batch.

An objective inside JAX is compiled into the loop over the steps, of which Python sees blocks only. One outside (a
finite-element solve, an experiment) gets the feasible candidates of a step as one array. Both keep a history and, where
a path is given, a checkpoint; a run that finds one goes on from there, and ends as if it had never been interrupted.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ssbi_core.errors import InputError
from ssbi_core.optimize.annealing.annealer import Constraint, Objective, Problem, accept, init, propose, step
from ssbi_core.optimize.annealing.checkpoint import Progress, load_progress, save_progress
from ssbi_core.optimize.annealing.config import AnnealingConfig
from ssbi_core.optimize.annealing.polish import polish
from ssbi_core.optimize.annealing.space import Space
from ssbi_core.optimize.annealing.start import start_positions
from ssbi_core.optimize.annealing.state import AnnealingInfo, AnnealingState

BatchObjective = Callable[[np.ndarray], np.ndarray]
"""Values (n, d) of the parameters to values (n,) of the objective."""
Report = Callable[[int, int, AnnealingInfo], None]
"""Told the steps done, of how many, and what the last one said; what it raises ends the run."""

_BLOCK = 1024  # steps, the longest stretch that Python does not see
_Advance = Callable[[AnnealingState, int], tuple[AnnealingState, AnnealingInfo]]


@dataclass(frozen=True, eq=False)
class AnnealingResult:
    """What a search found.

    Attributes
    ----------
    best : values of the parameters, by name.
    best_value : of the objective there.
    evaluations : of the objective; with a polish, its own (each with a gradient) included.
    unusable : evaluations that gave NaN or an infinite value, and were rejected.
    infeasible : candidates that broke the constraint, and were not evaluated.
    history : of all steps, arrays (steps, ...), see `AnnealingInfo`.
    state : after the last step.
    """

    best: Mapping[str, Any]
    best_value: float
    evaluations: int
    unusable: int
    infeasible: int
    history: AnnealingInfo
    state: AnnealingState


def anneal(
    objective: Objective,
    space: Space,
    evaluations: int,
    config: AnnealingConfig | None = None,
    *,
    constraint: Constraint | None = None,
    start: Sequence[Mapping[str, Any]] = (),
    checkpoint: Path | None = None,
    every: int = _BLOCK,
    report: Report | None = None,
) -> AnnealingResult:
    """Find the least value of an objective that JAX can compile.

    Parameters
    ----------
    objective : values (d,) to (); as `jax.tree_util.Partial` where it has arrays of its own.
    evaluations : at least this many, in whole steps.
    constraint : values (d,) to whether they are feasible, in JAX.
    start : points that the first chains begin at, by name.
    checkpoint : a .safetensors file, written every ``every`` steps; a run goes on from the one it finds there.

    Raises
    ------
    InputError
        If constraints are infeasible, a start is out of bounds, the checkpoint is of another search, or no value
        was finite.
    """
    config = config or AnnealingConfig()
    problem = Problem.of(space, config, constraint)
    function = objective if isinstance(objective, jax.tree_util.Partial) else jax.tree_util.Partial(objective)

    def advance(state: AnnealingState, number: int) -> tuple[AnnealingState, AnnealingInfo]:
        return run_block(function, state, number, problem)

    with jax.enable_x64(True):
        progress = _run(advance, problem, config.seed, evaluations, start, checkpoint, min(every, _BLOCK), report)
        return _result(_polished(function, progress, problem), problem)


def anneal_batches(
    objective: BatchObjective,
    space: Space,
    evaluations: int,
    config: AnnealingConfig | None = None,
    *,
    constraint: Constraint | None = None,
    start: Sequence[Mapping[str, Any]] = (),
    checkpoint: Path | None = None,
    every: int = 1,
    report: Report | None = None,
) -> AnnealingResult:
    """Find the least value of an objective evaluated outside JAX, see `anneal`; it gets the candidates of a step."""
    config = config or AnnealingConfig()
    problem = Problem.of(space, config, constraint)

    def advance(state: AnnealingState, number: int) -> tuple[AnnealingState, AnnealingInfo]:
        infos = []
        for _ in range(number):
            state, candidates = _propose(state, problem)
            values = _evaluate(objective, np.asarray(candidates.values), np.asarray(candidates.feasible))
            state, info = _accept(state, candidates, jnp.asarray(values), problem)
            infos.append(jax.tree.map(np.asarray, info))
        return state, jax.tree.map(lambda *each: np.stack(each), *infos)

    with jax.enable_x64(True):
        return _result(_run(advance, problem, config.seed, evaluations, start, checkpoint, every, report), problem)


@partial(jax.jit, static_argnames=("problem",))
def run_block(
    objective: Objective, state: AnnealingState, number: jax.Array, problem: Problem
) -> tuple[AnnealingState, AnnealingInfo]:
    """Up to `_BLOCK` steps; their history has room for all, what is beyond `number` is 0."""
    empty = jax.eval_shape(lambda state: step(objective, state, problem)[1], state)
    room = jax.tree.map(lambda leaf: jnp.zeros((_BLOCK, *leaf.shape), leaf.dtype), empty)

    def body(at: jax.Array, carry: tuple[AnnealingState, AnnealingInfo]) -> tuple[AnnealingState, AnnealingInfo]:
        state, info = step(objective, carry[0], problem)
        return state, jax.tree.map(lambda all_, one: all_.at[at].set(one), carry[1], info)

    return jax.lax.fori_loop(0, number, body, (state, room))


_propose = jax.jit(propose, static_argnames=("problem",))
_accept = jax.jit(accept, static_argnames=("problem",))
_init = jax.jit(init, static_argnames=("problem",))


def _run(
    advance: _Advance,
    problem: Problem,
    seed: int,
    evaluations: int,
    start: Sequence[Mapping[str, Any]],
    checkpoint: Path | None,
    every: int,
    report: Report | None,
) -> Progress:
    if evaluations < 1 or every < 1:
        raise InputError(f"evaluations = {evaluations}, every = {every}", "1 or more", "raise them")
    num_steps = math.ceil(evaluations / problem.config.batch)
    progress = _begin(problem, seed, start, num_steps)
    if checkpoint is not None and checkpoint.exists():
        progress = load_progress(checkpoint, progress, problem, seed, num_steps)
    while (done := int(progress.state.step)) < num_steps:
        number = min(every, num_steps - done)
        state, infos = advance(progress.state, number)
        for kept, block in zip(progress.history, infos, strict=True):
            kept[done : done + number] = np.asarray(block)[:number]
        progress = progress._replace(state=state)
        if checkpoint is not None:
            save_progress(checkpoint, progress, problem, seed, num_steps)
        if report is not None:
            report(done + number, num_steps, AnnealingInfo(*(kept[done + number - 1] for kept in progress.history)))
    return progress


def _begin(problem: Problem, seed: int, start: Sequence[Mapping[str, Any]], num_steps: int) -> Progress:
    start_key, rng_key = jax.random.split(jax.random.key(seed))
    state = _init(rng_key, start_positions(start_key, problem, start), problem)
    whole, real = np.zeros(num_steps, np.int64), np.full(num_steps, np.nan)
    spread = np.full((num_steps, problem.space.size), np.nan)
    history = AnnealingInfo(real, whole, real.copy(), spread, real.copy(), whole.copy(), whole.copy())
    return Progress(state, history)


def _evaluate(objective: BatchObjective, values: np.ndarray, feasible: np.ndarray) -> np.ndarray:
    everything = np.full(len(values), np.inf)
    if not feasible.any():
        return everything
    given = np.asarray(objective(values[feasible]), float)
    if given.shape != (feasible.sum(),):
        raise InputError(
            f"an objective that gives an array of shape {given.shape}",
            f"one value for each of the {feasible.sum()} candidates",
            "return a vector as long as the candidates",
        )
    everything[feasible] = given
    return everything


def _polished(objective: Objective, progress: Progress, problem: Problem) -> Progress:
    """With the best point walked downhill, where the settings ask for it."""
    num_steps, state = problem.config.polish, progress.state
    if not num_steps or not np.isfinite(state.best_value):
        return progress
    better = polish(objective, state.best_position, state.best_value, problem, num_steps)
    state = state._replace(
        best_position=better.position,
        best_value=better.value,
        evaluations=state.evaluations + better.evaluations,
    )
    return progress._replace(state=state)


def _result(progress: Progress, problem: Problem) -> AnnealingResult:
    state = progress.state
    if not np.isfinite(state.best_value):
        raise InputError(
            f"an objective without a finite value in {int(state.evaluations)} evaluations "
            f"({int(state.infeasible)} candidates were infeasible)",
            "a number somewhere within the bounds",
            "check the objective at a point you know, or give it as start",
        )
    values = np.asarray(problem.space.decode(state.best_position))
    return AnnealingResult(
        best=problem.space.named(values),
        best_value=float(state.best_value),
        evaluations=int(state.evaluations),
        unusable=int(state.unusable),
        infeasible=int(state.infeasible),
        history=progress.history,
        state=state,
    )
