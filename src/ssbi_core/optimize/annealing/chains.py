"""The annealed chains: Metropolis test, reach of the moves, cooling and reheating.

A chain takes a candidate that is better, and one that is worse by D with probability exp(-D / T). The reach of the
moves is adapted to a target acceptance, dimension by dimension; T falls as long as more than a falling share of the
moves is accepted, and rises otherwise. At the end of a cycle, twice as long each time, the chains are heated again: T
to the spread of their values, the reach to where it began. The chains stand on a ladder: the first takes nothing that
is worse, the last is tested at T.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

from ssbi_core.optimize.annealing.config import AnnealingConfig
from ssbi_core.optimize.annealing.state import Candidates, ChainState

_SHORTEST = 1e-12  # reach, in edges of the cube
_MEMORY = 0.9  # of the mean acceptance, per step
_FALL = 2.0  # exponent of the acceptance aimed at over a cycle


def init_chains(position: jax.Array, config: AnnealingConfig) -> ChainState:
    """Chains whose values are not known yet."""
    number = position.shape[0]
    fixed = config.fixed_temperature
    return ChainState(
        position=position,
        value=jnp.full(number, jnp.inf),
        spread=jnp.full(position.shape, config.initial_spread),
        temperature=jnp.asarray(jnp.inf if fixed is None else fixed, float),
        acceptance=jnp.asarray(config.target_acceptance, float),
        phase=jnp.asarray(0),
        cycle=jnp.asarray(config.cycle),
    )


def accept_moves(
    chains: ChainState, candidates: Candidates, values: jax.Array, config: AnnealingConfig
) -> tuple[ChainState, jax.Array]:
    """Test the best candidate of each chain; returns the chains and which of them moved, (C,)."""
    number = config.chains
    values = values.reshape(number, config.proposals)
    best = jnp.argmin(values, axis=1)
    at = jnp.arange(number)
    value = values[at, best]
    row = at * config.proposals + best
    rise = value - chains.value
    rise = jnp.where(jnp.isnan(rise), jnp.inf, rise)  # inf - inf: neither is known
    threshold = metropolis(rise, ladder(chains, config))
    accepted = jnp.isfinite(value) & (candidates.uniform < jnp.where(jnp.isinf(chains.value), 1.0, threshold))
    moved = candidates.moved[row]
    change = config.adapt * (accepted - config.target_acceptance)[:, None] * moved
    spread = jnp.clip(chains.spread * jnp.exp(change), _SHORTEST, 1.0)
    chains = chains._replace(
        position=jnp.where(accepted[:, None], candidates.position[row], chains.position),
        value=jnp.where(accepted, value, chains.value),
        spread=spread,
        acceptance=_MEMORY * chains.acceptance + (1 - _MEMORY) * jnp.mean(accepted),
    )
    return _cool(chains, config), accepted


def metropolis(rise: jax.Array, temperature: jax.Array) -> jax.Array:
    """Probability to accept a rise of the objective; at temperature 0 nothing that is worse."""
    warm = jnp.where(temperature > 0, temperature, 1.0)
    return jnp.where(temperature > 0, jnp.exp(-jnp.maximum(rise, 0.0) / warm), rise <= 0)


def ladder(chains: ChainState, config: AnnealingConfig) -> jax.Array:
    """Temperature of each chain, (C,): from 0 to that of the search, or the fixed one for all."""
    if config.fixed_temperature is not None or config.chains == 1:
        return jnp.broadcast_to(chains.temperature, (config.chains,))
    rungs = jnp.linspace(0.0, 1.0, config.chains) ** 3
    return jnp.where(rungs > 0, chains.temperature, 0.0) * jnp.where(rungs > 0, rungs, 1.0)


def _cool(chains: ChainState, config: AnnealingConfig) -> ChainState:
    phase = chains.phase + 1
    if config.fixed_temperature is not None:
        return chains._replace(phase=phase)
    over = phase >= chains.cycle
    heat = over | jnp.isinf(chains.temperature)
    aimed = config.target_acceptance * (1 - phase / chains.cycle) ** _FALL
    change = jnp.where(chains.acceptance > aimed, -config.cooling, config.cooling)
    hot = config.initial_temperature * _spread_of(chains.value)
    return chains._replace(
        temperature=jnp.where(heat, hot, chains.temperature * jnp.exp(change)),
        spread=jnp.where(over, config.initial_spread, chains.spread),
        phase=jnp.where(over, 0, phase),
        cycle=jnp.where(over, 2 * chains.cycle, chains.cycle),
    )


def _spread_of(values: jax.Array) -> jax.Array:
    """Mean distance from the least of the values that are known."""
    known = jnp.isfinite(values)
    least = jnp.min(values, initial=jnp.inf)
    away = jnp.sum(jnp.where(known, values - least, 0.0)) / jnp.maximum(jnp.sum(known), 1)
    return jnp.where(jnp.any(known), away, jnp.inf)
