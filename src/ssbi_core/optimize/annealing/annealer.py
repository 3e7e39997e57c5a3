"""One step of a search: `propose` candidates, have them evaluated, `accept` them. All pure; `step` composes the three.

Chains are annealed (see `chains`), and descents run beside them (see `descent`). The two feed each other: a descent
begins at a chain or anywhere, and where it ends is put to the Metropolis test of the worst chain. The first
descent doubles its generation with each restart and begins anywhere, which finds the bottom of a landscape that is
rough all over; the others stay small and begin close to chains, which finds the bottom of the best basin quickly
(Hansen, Benchmarking a bi-population CMA-ES on the BBOB-2009 function testbed, GECCO 2009).

An objective inside JAX is a function of one vector of values; where it has parameters of its own, hand it over as
`jax.tree_util.Partial`, and one compiled program serves all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp

from ssbi_core.optimize.annealing.chains import accept_moves, init_chains
from ssbi_core.optimize.annealing.config import AnnealingConfig
from ssbi_core.optimize.annealing.descent import draw_candidates, has_ended, start_descent, update_descent
from ssbi_core.optimize.annealing.moves import propose_moves
from ssbi_core.optimize.annealing.space import Space
from ssbi_core.optimize.annealing.state import AnnealingInfo, AnnealingState, Candidates, DescentState

Objective = Callable[[jax.Array], jax.Array]
Constraint = Callable[[jax.Array], jax.Array]


class Problem(NamedTuple):
    """What is fixed while a search is compiled.

    Attributes
    ----------
    space : of the parameters.
    config : of the search.
    constraint : whether values (d,) are feasible; None where all are.
    """

    space: Space
    config: AnnealingConfig
    constraint: Constraint | None = None


def init(rng_key: jax.Array, position: jax.Array, problem: Problem) -> AnnealingState:
    """A search that begins at points (C, d) of the unit cube, which the first step evaluates."""
    config = problem.config
    rng_key, start_key = jax.random.split(rng_key)
    means = jax.random.uniform(start_key, (config.descents, problem.space.size))
    return AnnealingState(
        rng_key=rng_key,
        step=jnp.asarray(0),
        evaluations=jnp.asarray(0),
        unusable=jnp.asarray(0),
        infeasible=jnp.asarray(0),
        best_position=position[0],
        best_value=jnp.asarray(jnp.inf, float),
        chains=init_chains(position, config),
        descents=tuple(start_descent(mean, config.descent_reach, 0, config) for mean in means),
    )


def propose(state: AnnealingState, problem: Problem) -> tuple[AnnealingState, Candidates]:
    """B candidates, and the state with the random key moved on."""
    space, config = problem.space, problem.config
    rng_key, move_key, anywhere_key, normal_key, uniform_key = jax.random.split(state.rng_key, 5)
    moves = propose_moves(move_key, state.chains, space, config)
    first = jnp.repeat(state.chains.position, config.proposals, axis=0)
    first = first.at[:: config.proposals].set(state.chains.position)
    anywhere = jax.random.uniform(anywhere_key, first.shape)
    given = (state.step == 0) & (jnp.arange(len(first)) % config.proposals == 0)
    unknown = jnp.repeat(jnp.isinf(state.chains.value), config.proposals)[:, None]
    position = jnp.where(unknown, jnp.where(given[:, None], first, anywhere), moves.position)
    drawn = jax.random.normal(normal_key, (config.descents, config.descent_size, space.size))
    local = [draw_candidates(descent, each, space) for descent, each in zip(state.descents, drawn, strict=True)]
    position = jnp.concatenate([position, *local])
    values = space.decode(position)
    feasible = jnp.ones(len(values), bool)
    if problem.constraint is not None:
        feasible = jax.vmap(problem.constraint)(values)
    uniform = jax.random.uniform(uniform_key, (config.chains,))
    moved = moves.moved & ~unknown
    return state._replace(rng_key=rng_key), Candidates(position, values, feasible, moved, drawn, uniform)


def accept(
    state: AnnealingState, candidates: Candidates, values: jax.Array, problem: Problem
) -> tuple[AnnealingState, AnnealingInfo]:
    """Go on with the values (B,) of the candidates; a value that is not finite is counted and never accepted."""
    config = problem.config
    usable = candidates.feasible & jnp.isfinite(values)
    unusable = jnp.sum(candidates.feasible & ~usable)
    values = jnp.where(usable, values, jnp.inf)
    best = jnp.argmin(values)
    better = values[best] < state.best_value
    split = config.chains * config.proposals
    chains, accepted = accept_moves(state.chains, candidates, values[:split], config)
    state = state._replace(
        step=state.step + 1,
        evaluations=state.evaluations + jnp.sum(candidates.feasible),
        unusable=state.unusable + unusable,
        infeasible=state.infeasible + jnp.sum(~candidates.feasible),
        best_position=jnp.where(better, candidates.position[best], state.best_position),
        best_value=jnp.where(better, values[best], state.best_value),
        chains=chains,
    )
    state, restarts = _descend(state, candidates, values, problem)
    spread = jnp.exp(jnp.mean(jnp.log(state.chains.spread), axis=0))
    info = AnnealingInfo(
        state.best_value, state.evaluations, chains.temperature, spread, jnp.mean(accepted), unusable, restarts
    )
    return state, info


def step(objective: Objective, state: AnnealingState, problem: Problem) -> tuple[AnnealingState, AnnealingInfo]:
    """`propose`, evaluate inside JAX, `accept`."""
    state, candidates = propose(state, problem)
    return accept(state, candidates, jax.vmap(objective)(candidates.values), problem)


def _descend(
    state: AnnealingState, candidates: Candidates, values: jax.Array, problem: Problem
) -> tuple[AnnealingState, jax.Array]:
    config = problem.config
    ended_in_all = jnp.asarray(0)
    for at, descent in enumerate(state.descents):
        first = config.chains * config.proposals + at * config.descent_size
        rows = slice(first, first + config.descent_size)
        descent = update_descent(descent, candidates.position[rows], candidates.drawn[at], values[rows], config)
        state = state._replace(descents=(*state.descents[:at], descent, *state.descents[at + 1 :]))
        ended = has_ended(descent, config)
        state = jax.lax.cond(ended, lambda s, at=at: _restart(s, at, problem), lambda s: s, state)
        ended_in_all += ended
    return state, ended_in_all


def _restart(state: AnnealingState, at: int, problem: Problem) -> AnnealingState:
    """Put the end of a descent to the test of the worst chain, and begin the next."""
    config, descent = problem.config, state.descents[at]
    rng_key, test_key, where_key, chain_key, reach_key, near_key = jax.random.split(state.rng_key, 6)
    chains = state.chains
    worst = jnp.argmax(chains.value)
    rise = descent.best_value - chains.value[worst]
    taken = jnp.isfinite(descent.best_value) & (
        (rise <= 0) | (jax.random.uniform(test_key) < jnp.exp(-jnp.maximum(rise, 0.0) / chains.temperature))
    )
    chains = chains._replace(
        position=jnp.where(taken, chains.position.at[worst].set(descent.best_position), chains.position),
        value=jnp.where(taken, chains.value.at[worst].set(descent.best_value), chains.value),
    )
    anywhere = jax.random.uniform(where_key, descent.mean.shape)
    if at == 0:
        level = jnp.minimum(descent.level + 1, config.descent_levels - 1)
        following = start_descent(anywhere, config.descent_reach, level, config)
    else:
        chain = chains.position[jax.random.randint(chain_key, (), 0, config.chains)]
        near = jax.random.uniform(near_key) < 0.5
        reach = config.descent_reach * 10.0 ** (-2 * jax.random.uniform(reach_key) ** 2)
        following = start_descent(jnp.where(near, chain, anywhere), reach, jnp.asarray(0), config)
    descents = (*state.descents[:at], following, *state.descents[at + 1 :])
    return state._replace(rng_key=rng_key, chains=chains, descents=descents)
