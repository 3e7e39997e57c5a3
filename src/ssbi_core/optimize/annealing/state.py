"""What a search knows between two steps, and what it says about one.

All are trees of arrays: they pass through jit and scan, and a checkpoint is nothing but their leaves.
C chains with P proposals each, G descents with L candidates each per step, d dimensions, B = C P + G L candidates.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import numpy as np


class ChainState(NamedTuple):
    """The annealed points.

    Attributes
    ----------
    position : (C, d) in the unit cube.
    value : (C,) of the objective there; inf where none that counts is known yet.
    spread : (C, d) temperature of the moves along each dimension, in edges of the cube.
    temperature : () of the acceptance, in units of the objective.
    acceptance : () running mean.
    phase, cycle : () steps since the last (re)heating, and until the next.
    """

    position: jax.Array
    value: jax.Array
    spread: jax.Array
    temperature: jax.Array
    acceptance: jax.Array
    phase: jax.Array
    cycle: jax.Array


class DescentState(NamedTuple):
    """One local search, the shape of its normal distribution learned from the ranks of its candidates.

    Attributes
    ----------
    mean : (d,) of the distribution; outside the cube it is folded back.
    reach : () overall standard deviation.
    matrix : (d, d) that turns a standard normal vector into a move of reach 1.
    path : (d,) of the means, in the coordinates of the standard normal vectors.
    count, level : () candidates so far, and doublings of the generation.
    best_position, best_value : (d,), () of this descent.
    stalled : () generations without progress.
    spread : () of the values of the better half of the last generation.
    """

    mean: jax.Array
    reach: jax.Array
    matrix: jax.Array
    path: jax.Array
    count: jax.Array
    level: jax.Array
    best_position: jax.Array
    best_value: jax.Array
    stalled: jax.Array
    spread: jax.Array


class Room(NamedTuple):
    """Where the descents collect their generations; N is the size of the largest.

    Attributes
    ----------
    drawn : (G, N, d) standard normal vectors behind the candidates.
    values : (G, N).
    """

    drawn: jax.Array
    values: jax.Array


class AnnealingState(NamedTuple):
    """Everything; see `ChainState`, `DescentState` and `Room`.

    Attributes
    ----------
    rng_key : of the steps to come.
    step : () taken so far.
    evaluations, unusable, infeasible : () candidates evaluated, of these with a value that is not finite, and others
        that broke a constraint and were not evaluated.
    best_position, best_value : (d,), () so far.
    chains, descents : the former with arrays (C, ...) where `ChainState` says so, the latter (G, ...) throughout.
    """

    rng_key: jax.Array
    step: jax.Array
    evaluations: jax.Array
    unusable: jax.Array
    infeasible: jax.Array
    best_position: jax.Array
    best_value: jax.Array
    chains: ChainState
    descents: DescentState
    room: Room


class Candidates(NamedTuple):
    """What is to be evaluated.

    Attributes
    ----------
    position : (B, d) in the unit cube.
    values : (B, d) of the parameters.
    feasible : (B,) whether the constraints hold; others need no evaluation, whatever is given for them is ignored.
    moved : (C P, d) dimensions a chain's candidate moves along by itself (their reach is adapted).
    drawn : (G, L, d) standard normal vectors behind the candidates of the descents.
    uniform : (C,) in (0, 1), of the Metropolis tests.
    restart : (G, d + 4) likewise, of the descents that end with this step.
    """

    position: jax.Array
    values: jax.Array
    feasible: jax.Array
    moved: jax.Array
    drawn: jax.Array
    uniform: jax.Array
    restart: jax.Array


class AnnealingInfo(NamedTuple):
    """One step.

    Attributes
    ----------
    best_value : () so far.
    evaluations : () so far.
    temperature : () of the acceptance, in units of the objective.
    spread : (d,) temperature of the moves, geometric mean of the chains.
    acceptance : () share of the chains that moved.
    unusable : () candidates of this step with a value that is not finite.
    restarts : () descents that ended in this step.
    """

    best_value: jax.Array | np.ndarray
    evaluations: jax.Array | np.ndarray
    temperature: jax.Array | np.ndarray
    spread: jax.Array | np.ndarray
    acceptance: jax.Array | np.ndarray
    unusable: jax.Array | np.ndarray
    restarts: jax.Array | np.ndarray
