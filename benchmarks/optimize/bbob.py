"""Annealing against others on the 24 BBOB functions: `python -m benchmarks.optimize.bbob`.

All search f - f_opt in [-5, 5]^D with equal numbers of evaluations, on several instances with a seed each; what is
counted are targets reached. Scipy's dual_annealing goes on to 100,000, the others end with 20,000. No peer knows how
long it may run, so the first 20,000 evaluations of a run are the run of 20,000. Annealing has all functions compiled
into one program, whose compilation is timed apart; a peer calls the same function, compiled too, point by point, and
what it spends in these calls is also taken off its time.

Times are of the processor (this process, all threads) and by the clock.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.optimize.bbob_functions import FUNCTIONS
from benchmarks.optimize.bbob_instances import Instance, draw_instance
from benchmarks.optimize.bbob_peers import record
from benchmarks.results_file import write_results
from ssbi_core.optimize.annealing.run import anneal
from ssbi_core.optimize.annealing.space import Real, Space

BUDGETS = (20_000, 100_000)
LONGEST = {"dual_annealing": BUDGETS[-1], "cma_es": BUDGETS[0], "differential_evolution": BUDGETS[0]}
TARGETS = (1e1, 1e0, 1e-1, 1e-3, 1e-8)
INSTANCES = (1, 2, 3)
_PEAKS = 101


def main(dimension: int, instances: int) -> None:
    """Measure function by function, write after each."""
    jax.config.update("jax_enable_x64", True)
    space = Space(tuple(Real(f"x{at}", -5.0, 5.0) for at in range(dimension)))
    start = time.process_time()
    anneal(_objective(1, 1, dimension), space, 1)
    compile_seconds = time.process_time() - start
    runs = []
    for function in FUNCTIONS:
        for instance in INSTANCES[:instances]:
            ours = _ours(function, instance, space)
            runs.append({"function": function, "instance": instance, "ours": ours})
            runs[-1] |= {name: _peer(name, function, instance, dimension) for name in LONGEST}
            print(runs[-1], flush=True)
        name = "optimize.bbob" if dimension == 10 else f"optimize.bbob_{dimension}"
        write_results(name, {"dimension": dimension, "compile_seconds": compile_seconds, **summary(runs), "runs": runs})
    print(summary(runs))


def summary(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Targets reached and time taken, by budget."""
    return {f"evaluations_{budget}": _at_budget(runs, at) for at, budget in enumerate(BUDGETS)}


def _at_budget(runs: list[dict[str, Any]], at: int) -> dict[str, Any]:
    peers = [peer for peer, longest in LONGEST.items() if longest >= BUDGETS[at]]
    best = {who: np.array([run[who]["best"][at] for run in runs]) for who in ("ours", *peers)}
    functions = np.array([run["function"] for run in runs])
    return {
        "runs": len(runs),
        "runs_that_reach": {who: {f"{t:g}": int((b <= t).sum()) for t in TARGETS} for who, b in best.items()},
        "functions_reached_in_the_median_run": {
            who: {f"{t:g}": sum(int(np.median(b[functions == f]) <= t) for f in set(functions)) for t in TARGETS}
            for who, b in best.items()
        },
        "slower_by": {
            peer: {
                name: float(np.median([run[peer][name][at] / run["ours"][ours][at] for run in runs]))
                for name, ours in (("cpu", "cpu"), ("wall", "wall"), ("cpu_without_objective", "cpu"))
            }
            for peer in peers
        },
        "median_cpu_seconds": {who: float(np.median([run[who]["cpu"][at] for run in runs])) for who in best},
    }


def _ours(function: int, instance: int, space: Space) -> dict[str, list[float]]:
    objective = _objective(function, instance, space.size)
    record: dict[str, list[float]] = {"best": [], "cpu": [], "wall": []}
    for budget in BUDGETS:
        with _timed(record):
            result = anneal(objective, space, budget)
        within = result.history.evaluations <= budget
        record["best"].append(float(result.history.best_value[within][-1]))
    return record


def _peer(name: str, function: int, instance: int, dimension: int) -> dict[str, list[float]]:
    compiled = jax.jit(FUNCTIONS[function])
    given = jax.device_put(draw_instance(function, instance, dimension))
    compiled(given, np.zeros(dimension)).block_until_ready()
    return record(
        name,
        lambda x: float(compiled(given, x)),
        dimension,
        instance,
        [budget for budget in BUDGETS if budget <= LONGEST[name]],
    )


@contextmanager
def _timed(record: dict[str, list[float]]) -> Iterator[None]:
    cpu, wall = time.process_time(), time.perf_counter()
    yield
    record["cpu"].append(time.process_time() - cpu)
    record["wall"].append(time.perf_counter() - wall)


def _objective(function: int, instance: int, dimension: int) -> Callable[[jax.Array], jax.Array]:
    """An instance, as arrays of the same shapes for all functions."""
    drawn = draw_instance(function, instance, dimension)
    missing = _PEAKS - len(drawn.heights)
    padded = drawn._replace(
        peaks=np.concatenate([drawn.peaks.reshape(-1, dimension), np.zeros((missing, dimension))]),
        scales=np.concatenate([drawn.scales.reshape(-1, dimension), np.ones((missing, dimension))]),
        heights=np.concatenate([drawn.heights, np.zeros(missing)]),
    )
    return jax.tree_util.Partial(_any_function, jnp.asarray(function - 1), jax.device_put(padded))


def _any_function(which: jax.Array, instance: Instance, x: jax.Array) -> jax.Array:
    return jax.lax.switch(which, list(FUNCTIONS.values()), instance, x)


if __name__ == "__main__":
    main(10, len(INSTANCES))
