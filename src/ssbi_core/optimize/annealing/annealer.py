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

import itertools
import math
from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp

from ssbi_core.optimize.annealing.chains import accept_moves, init_chains, ladder, metropolis
from ssbi_core.optimize.annealing.config import AnnealingConfig
from ssbi_core.optimize.annealing.descent import (
    draw_candidates,
    empty_room,
    has_ended,
    is_hopeless,
    start_descent,
    update_descent,
)
from ssbi_core.optimize.annealing.moves import propose_moves, randomness
from ssbi_core.optimize.annealing.space import Space
from ssbi_core.optimize.annealing.state import AnnealingInfo, AnnealingState, Candidates, ChainState, DescentState, Room

Objective = Callable[[jax.Array], jax.Array]
Constraint = Callable[[jax.Array], jax.Array]

_AT_BEST, _ANYWHERE = 0.6, 0.85  # bounds of a uniform number: descents at the best chain; anywhere; at any chain
_SHORTEST = 1e-5  # reach of a descent that begins at a chain, in edges of the cube


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

    @classmethod
    def of(cls, space: Space, config: AnnealingConfig | None, constraint: Constraint | None) -> Problem:
        """Without the seed, which enters by the random key: one program serves all seeds."""
        return cls(space, (config or AnnealingConfig()).model_copy(update={"seed": 0}), constraint)


def init(rng_key: jax.Array, position: jax.Array, problem: Problem) -> AnnealingState:
    """A search that begins at points (C, d) of the unit cube, which the first step evaluates."""
    config, size = problem.config, problem.space.size
    rng_key, start_key = jax.random.split(rng_key)
    means = jax.random.uniform(start_key, (config.descents, size))
    return AnnealingState(
        rng_key=rng_key,
        step=jnp.asarray(0),
        evaluations=jnp.asarray(0),
        unusable=jnp.asarray(0),
        infeasible=jnp.asarray(0),
        best_position=position[0],
        best_value=jnp.asarray(jnp.inf, float),
        chains=init_chains(position, config),
        descents=jax.vmap(lambda mean: start_descent(mean, config.descent_reach, 0))(means),
        room=empty_room(size, config),
    )


def propose(state: AnnealingState, problem: Problem) -> tuple[AnnealingState, Candidates]:
    """B candidates, and the state with the random key moved on."""
    space, config = problem.space, problem.config
    rng_key, (normal, drawn, uniform, test, restart) = _random_numbers(state.rng_key, space, config)
    moves = propose_moves(normal, uniform, state.chains, space, config)
    unknown = jnp.repeat(jnp.isinf(state.chains.value), config.proposals)[:, None]
    given = (state.step == 0) & (jnp.arange(len(unknown)) % config.proposals == 0)[:, None]
    first = jnp.where(given, jnp.repeat(state.chains.position, config.proposals, axis=0), uniform[:, : space.size])
    position = jnp.where(unknown, first, moves.position)
    local = jax.vmap(lambda descent, each: draw_candidates(descent, each, space))(state.descents, drawn)
    position = jnp.concatenate([position, local.reshape(-1, space.size)])
    values = space.decode(position)
    feasible = jnp.ones(len(values), bool)
    if problem.constraint is not None:
        feasible = jax.vmap(problem.constraint)(values)
    return state._replace(rng_key=rng_key), Candidates(
        position, values, feasible, moves.moved & ~unknown, drawn, test, restart
    )


def _random_numbers(rng_key: jax.Array, space: Space, config: AnnealingConfig) -> tuple[jax.Array, list[jax.Array]]:
    """All of a step and the next key, from one draw: several would take longer than everything else together."""
    moves = config.chains * config.proposals
    shapes = [
        (moves, space.size),
        (config.descents, config.descent_size, space.size),
        (moves, randomness(space)),
        (config.chains,),
        (config.descents, space.size + 4),
    ]
    ends = list(itertools.accumulate(map(math.prod, shapes)))
    words = jax.random.key_data(rng_key).size
    bits = jax.random.bits(rng_key, (ends[-1] + words,), jnp.uint32)
    following = jax.random.wrap_key_data(bits[ends[-1] :], impl=jax.random.key_impl(rng_key))
    uniform = (bits[: ends[-1]].astype(float) + 0.5) * 2.0**-32
    numbers = jnp.concatenate([2**0.5 * jax.lax.erf_inv(2 * uniform[: ends[1]] - 1), uniform[ends[1] :]])
    return following, [part.reshape(shape) for part, shape in zip(jnp.split(numbers, ends[:-1]), shapes, strict=True)]


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
    config, restarts = problem.config, jnp.asarray(0)
    if not config.descents:
        return state, restarts
    first = config.chains * config.proposals
    shape = config.descents, config.descent_size
    position, values = candidates.position[first:].reshape(*shape, -1), values[first:].reshape(shape)

    def one(carry: tuple[ChainState, Room], given: tuple) -> tuple[tuple, tuple[DescentState, jax.Array]]:
        chains, room = carry
        at, descent, position, drawn, values, uniform = given
        descent, room = update_descent(descent, room, at, position, drawn, values, config)
        ended = has_ended(descent) | ((at > 0) & is_hopeless(descent, state.best_value))  # the first is patient
        chains = _end(chains, descent, ended, uniform, config)
        following = _restart(chains, descent, at, uniform, config)
        descent = jax.tree.map(lambda new, old: jnp.where(ended, new, old), following, descent)
        return (chains, room), (descent, ended)

    # A loop, not vmap: of the ways a descent can go on, vmap would take all.
    given = jnp.arange(config.descents), state.descents, position, candidates.drawn, values, candidates.restart
    (chains, room), (descents, ended) = jax.lax.scan(one, (state.chains, state.room), given, unroll=2)
    return state._replace(chains=chains, descents=descents, room=room), jnp.sum(ended)


def _end(
    chains: ChainState, descent: DescentState, ended: jax.Array, uniform: jax.Array, config: AnnealingConfig
) -> ChainState:
    """Put the end of a descent to the test of the worst chain."""
    worst = jnp.argmax(chains.value)
    rise = descent.best_value - chains.value[worst]
    passed = uniform[-1] < metropolis(rise, ladder(chains, config)[worst])
    taken = ended & jnp.isfinite(descent.best_value) & passed & (jnp.arange(chains.value.size) == worst)
    return chains._replace(
        position=jnp.where(taken[:, None], descent.best_position, chains.position),
        value=jnp.where(taken, descent.best_value, chains.value),
    )


def _restart(
    chains: ChainState, descent: DescentState, at: jax.Array, uniform: jax.Array, config: AnnealingConfig
) -> DescentState:
    """The descent that follows: the first one grows and begins anywhere, others begin at a chain or anywhere.

    The best chain is polished unless the descent that ended has just done so, at the scale that its moves have learned.
    """
    anywhere, choice = uniform[:-4], uniform[-4]
    best = jnp.argmin(chains.value)
    rough = chains.value[best] < descent.best_value
    at_best = rough & (choice < _AT_BEST)
    chain = jnp.where(at_best, best, jnp.floor(uniform[-2] * config.chains).astype(int))
    near = (at > 0) & (at_best | (choice > _ANYWHERE))
    learned = jnp.exp(jnp.mean(jnp.log(chains.spread[chain])))
    scale = jnp.where(at_best, learned, config.descent_reach) * 10.0 ** (-2 * uniform[-3])
    reach = jnp.where(near, jnp.clip(scale, _SHORTEST, config.descent_reach), config.descent_reach)
    level = jnp.where(at == 0, jnp.minimum(descent.level + 1, config.descent_levels - 1), 0)
    return start_descent(jnp.where(near, chains.position[chain], anywhere), reach, level)
