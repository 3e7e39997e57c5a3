"""The loop: propose where much is promised, predict by the net, solve the best and the most uncertain, learn, again.

It ends when what finite elements verify no longer improves. The optimum is the process that the surrogate, having
learned from all, expects most of; levers that make no difference stay where they were.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np

from ssbi_core.optimize.annealing.annealer import Constraint
from ssbi_core.optimize.annealing.config import AnnealingConfig
from ssbi_core.optimize.annealing.run import anneal
from ssbi_core.optimize.closed_loop.acquisition import expectation, promise
from ssbi_core.optimize.closed_loop.fields import Fields
from ssbi_core.optimize.closed_loop.levers import Levers
from ssbi_core.optimize.closed_loop.surrogate import Observation, Surrogate, given, learn, posterior, prior_scales
from ssbi_core.optimize.closed_loop.trials import Design, Trials, Tried, mean

Progress = Callable[[str, float], None]
Watch = Callable[[Tried], None]

_POLISH = 20  # steps of L-BFGS on the surrogate, which is smooth
_SAME = 1e-3  # distance in the unit cube below which two processes are one
_FIRST_SOLVED = 3  # one in so many of the first processes


@dataclass(frozen=True, eq=False)
class Found:
    """How a search ended.

    Attributes
    ----------
    optimum : values (d,) of the levers.
    designs : all that were tried, in order; the first is the start, moved within the bounds.
    surrogate : that learned from all.
    best_by_round : (rounds + 1,) best solved logarithm after each round.
    ended : why, in words.
    evaluations : of the surrogate, by annealing.
    """

    optimum: np.ndarray
    designs: tuple[Design, ...]
    surrogate: Surrogate
    best_by_round: np.ndarray
    ended: str
    evaluations: int


def search(levers: Levers, fields: Fields, progress: Progress, watch: Watch | None = None) -> Found:
    """Run the loop.

    Parameters
    ----------
    levers : that may change, and how long is searched.
    fields : realises and answers.
    progress : called with what is being done and the share done; what it raises ends the search, and `fields` knows
        what was answered until then.
    watch : called after each round with what was tried so far.

    Raises
    ------
    InputError
        If the constraints leave no room.
    SolverError
        If a solve does not converge.
    """
    config, trials = levers.config, Trials(levers, fields)
    seeking = AnnealingConfig(polish=_POLISH, seed=config.seed)
    progress(f"microstructures of {config.designs} processes", 0.0)
    first = trials.predict([levers.nearest(levers.start), *levers.spread_out(config.designs)], 0)
    best_first = sorted(first[1:], key=lambda at: -mean(trials.net[at]))[: max(2, config.designs // _FIRST_SOLVED)]
    each = 1 / (config.rounds + 2)  # share of the time of a round
    _solve(trials, [first[0], *best_first], "first processes", 0.0, each, progress)
    surrogate = learn(trials.observations(), trials.room, prior_scales(trials.descriptors(trials.values).shape[1]))
    history, idle, evaluations = [trials.best_solved()], 0, 0
    watch = watch or _nobody
    watch(Tried.of(trials.designs(), history))
    ended = f"all {config.rounds} rounds were used"
    for number in range(1, config.rounds + 1):
        name = f"round {number} of at most {config.rounds}"
        progress(name, number * each)
        chosen, used = _candidates(trials, surrogate, seeking)
        evaluations += used
        known = trials.predict(chosen, number)
        to_solve = _to_solve(trials, given(surrogate, trials.observations()), known)
        _solve(trials, to_solve, name, number * each, each, progress)
        surrogate = learn(trials.observations(), trials.room, surrogate.scales)
        history.append(trials.best_solved())
        watch(Tried.of(trials.designs(), history))
        idle = idle + 1 if history[-1] - history[-2] < math.log1p(config.least_gain) else 0
        if idle >= config.patience:
            ended = f"{config.patience} rounds gained less than {config.least_gain:.0%} by finite elements"
            break
    optimum, used = _optimum(trials, surrogate, seeking)
    return Found(optimum, trials.designs(), surrogate, np.array(history), ended, evaluations + used)


def _solve(trials: Trials, which: Sequence[int], name: str, start: float, share: float, progress: Progress) -> None:
    """Solve processes one after the other, saying so in the share of the time that begins at `start`."""
    for done, at in enumerate(which):
        progress(f"{name}, solving {done + 1} of {len(which)}", start + share * done / len(which))
        trials.solve(at)


def _nobody(_tried: Tried) -> None:
    """Nobody watches."""


def _candidates(trials: Trials, surrogate: Surrogate, seeking: AnnealingConfig) -> tuple[list[np.ndarray], int]:
    """The most promising processes, each as if those before it had turned out as expected."""
    levers, observations = trials.levers, trials.observations()
    solved = trials.descriptors([trials.values[at] for at in sorted(trials.fem)])
    best = posterior(surrogate, solved)[0].max()
    chosen: list[np.ndarray] = []
    evaluations = 0
    for _ in range(levers.config.candidates):
        objective = jax.tree_util.Partial(
            promise(levers.space), levers.given, levers.config.anomaly_penalty, surrogate, best
        )
        found = anneal(objective, levers.space, levers.config.evaluations, seeking, constraint=_constraint(levers))
        evaluations += found.evaluations
        values = levers.space.vector(found.best)
        if all(_distance(levers, values, other) > _SAME for other in chosen):
            chosen.append(values)
        x = trials.descriptors([values])
        expected = float(posterior(surrogate, x)[0][0])
        views = range(levers.config.views)
        observations += [Observation(x[0], view, False, expected) for view in views]
        surrogate = given(surrogate, observations)
    return chosen, evaluations


def _to_solve(trials: Trials, surrogate: Surrogate, candidates: Sequence[int]) -> list[int]:
    """The best ones, and the most uncertain of the others."""
    mean, variance = posterior(surrogate, trials.descriptors([trials.values[at] for at in candidates]))
    order = [int(at) for at in np.argsort(-mean)]
    number = min(trials.levers.config.solved, len(candidates))
    best, others = order[: number - 1], order[number - 1 :]
    unsure = max(others, key=lambda at: float(variance[at]))
    return [candidates[at] for at in [*best, unsure]]


def _optimum(trials: Trials, surrogate: Surrogate, seeking: AnnealingConfig) -> tuple[np.ndarray, int]:
    """The process that most is expected of, with levers that make no difference left at the start."""
    levers = trials.levers
    objective = jax.tree_util.Partial(expectation(levers.space), levers.given, levers.config.anomaly_penalty, surrogate)
    tried = trials.values[1:]
    known = _heights(objective, np.array(tried))
    feasible = [values for values in (tried[at] for at in np.argsort(known)) if levers.allows(values)]
    start = [levers.space.named(values) for values in feasible[:3]]
    found = anneal(
        objective, levers.space, 4 * levers.config.evaluations, seeking, constraint=_constraint(levers), start=start
    )
    values, before = levers.space.vector(found.best), trials.values[0]
    allowed = found.best_value - math.log1p(-levers.config.tolerance)
    left = list(range(levers.space.size))
    while left:
        back = np.array([np.where(np.arange(len(values)) == at, before, values) for at in left])
        cost = _heights(objective, back)
        usable = [at for at in np.argsort(cost) if cost[at] <= allowed and levers.allows(back[at])]
        if not usable:
            break
        values = back[usable[0]]
        left.pop(int(usable[0]))
    return values, found.evaluations


def _heights(objective: jax.tree_util.Partial, values: np.ndarray) -> np.ndarray:
    """Of processes (n, d)."""
    with jax.enable_x64(True):
        return np.asarray(_each_height(objective, jnp.asarray(values)))


_each_height = jax.jit(lambda objective, values: jax.vmap(objective)(values))


def _constraint(levers: Levers) -> Constraint | None:
    return levers.feasible if levers.constrained else None


def _distance(levers: Levers, values: np.ndarray, other: np.ndarray) -> float:
    with jax.enable_x64(True):
        one, two = (np.asarray(levers.space.encode(jnp.asarray(each))) for each in (values, other))
    return float(np.abs(one - two).max())
