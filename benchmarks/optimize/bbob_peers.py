"""Optimisers that annealing is compared with, as they come, started anew as often as they stop."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Sequence

import cma
import numpy as np
from scipy.optimize import differential_evolution, dual_annealing

Height = Callable[[np.ndarray], float]

_LOW, _HIGH = -5.0, 5.0
_ENDLESS = 10**9


class _Spent(Exception):
    """The evaluations are used up."""


def record(peer: str, height: Height, size: int, seed: int, budgets: Sequence[int]) -> dict[str, list[float]]:
    """Best value and times of the processor and the clock after so many evaluations each.

    Parameters
    ----------
    peer : key of `PEERS`.
    height : of a point (size,) in [-5, 5].
    budgets : rising; the run ends with the last.
    """
    found: dict[str, list[float]] = {"best": [], "cpu": [], "wall": [], "cpu_without_objective": []}
    cpu, wall, inside, count, best = time.process_time(), time.perf_counter(), 0.0, 0, np.inf

    def counted(x: np.ndarray) -> float:
        nonlocal inside, count, best
        entered = time.process_time()
        value = height(x)
        inside += time.process_time() - entered
        count, best = count + 1, min(best, value)
        if count in budgets:
            found["best"].append(best)
            found["cpu"].append(time.process_time() - cpu)
            found["wall"].append(time.perf_counter() - wall)
            found["cpu_without_objective"].append(found["cpu"][-1] - inside)
        if count == budgets[-1]:
            raise _Spent
        return value

    try:
        for run in itertools.count():
            PEERS[peer](counted, size, 1000 * seed + run)
    except _Spent:
        return found
    raise AssertionError("a count without end")


def _dual_annealing(height: Height, size: int, seed: int) -> None:
    dual_annealing(height, [(_LOW, _HIGH)] * size, maxiter=_ENDLESS, maxfun=_ENDLESS, rng=seed)


def _cma_es(height: Height, size: int, seed: int) -> None:
    start = np.random.default_rng(seed).uniform(_LOW, _HIGH, size)
    options = {"bounds": [_LOW, _HIGH], "seed": seed + 1, "verbose": -9, "verb_log": 0, "maxfevals": _ENDLESS}
    cma.fmin2(height, start, 2.0, options, restarts=9, bipop=True)


def _differential_evolution(height: Height, size: int, seed: int) -> None:
    differential_evolution(height, [(_LOW, _HIGH)] * size, maxiter=_ENDLESS, rng=seed)


PEERS: dict[str, Callable[[Height, int, int], None]] = {
    "dual_annealing": _dual_annealing,
    "cma_es": _cma_es,
    "differential_evolution": _differential_evolution,
}
"""Name -> search in [-5, 5]^size from a seed, until it stops of itself; CMA-ES is BIPOP-CMA-ES of pycma."""
