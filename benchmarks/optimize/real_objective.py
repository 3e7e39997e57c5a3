"""Evaluations until the optimum on the real objective: `python -m benchmarks.optimize.real_objective [SEEDS]`.

The objective is the conductivity by finite elements of a process' microstructure in one field of view, always the
same, over the seven levers: what the closed loop is for, small enough that others can be run often. An optimiser is
there when a process it has evaluated is within 5 % of the best that any has found in that field. The loop's processes
count whether the net predicted them or finite elements solved them; it is there only with one that was solved. Each
seed is another field of view.

Peers: SciPy's dual_annealing, CMA-ES (pycma) and Optuna's TPE, as they come, in the same unit cube.
"""

from __future__ import annotations

import contextlib
import json
import math
import sys
from collections.abc import Callable
from typing import Any

import cma
import jax
import jax.numpy as jnp
import numpy as np
import optuna
from scipy.optimize import dual_annealing

from benchmarks.predict.studies import benchmark_folder
from benchmarks.results_file import write_results
from ssbi_core.io.atomic import atomic_path
from ssbi_core.materials import load_system
from ssbi_core.optimize import ClosedLoopConfig
from ssbi_core.optimize.closed_loop.fields import Fields
from ssbi_core.optimize.closed_loop.levers import Levers
from ssbi_core.optimize.closed_loop.search import search
from ssbi_core.simulate import ProcessParameters
from ssbi_core.types import silent

SEEDS, MOST = 20, 300
NEAR = math.log(1.05)
FIELD_PX, PIXEL_NM = 96, 1.0

Height = Callable[[np.ndarray], float]


class _Spent(Exception):
    """The evaluations are used up."""


def main(seeds: int) -> None:
    """Run what was not run, an optimiser and a seed at a time, write after each seed."""
    folder = benchmark_folder() / "real_objective"
    folder.mkdir(parents=True, exist_ok=True)
    found = []
    for seed in range(seeds):
        traces = {}
        for name, trace in _OPTIMISERS.items():
            path = folder / f"{name}_{seed:02d}.json"
            if not path.is_file():
                met = trace(seed)
                with atomic_path(path) as temporary:
                    temporary.write_text(json.dumps(met), encoding="utf-8")
            traces[name] = json.loads(path.read_text(encoding="utf-8"))
        found.append(traces)
        results = {"seeds": len(found), "most_evaluations": MOST, **summary(found)}
        write_results("optimize.real_objective", results)
        print(results, file=sys.stderr, flush=True)


def summary(found: list[dict[str, list[float]]]) -> dict[str, Any]:
    """Median evaluations until there, and how many runs got there; a run that did not counts as all it had."""
    until: dict[str, list[float]] = {name: [] for name in _OPTIMISERS}
    for traces in found:
        best = max(np.nanmax(trace) for trace in traces.values())
        for name, trace in traces.items():
            there = np.flatnonzero(np.nan_to_num(trace, nan=-np.inf) >= best - NEAR)
            until[name].append(float(there[0] + 1) if len(there) else math.inf)
    return {
        "median_evaluations": {name: _finite(float(np.median(each))) for name, each in until.items()},
        "share_that_get_there": {name: float(np.mean(np.isfinite(each))) for name, each in until.items()},
        "evaluations": {name: [_finite(one) for one in each] for name, each in until.items()},
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _problem(seed: int) -> tuple[Levers, Fields]:
    """The levers of the usual process and the field of view of a seed."""
    config = ClosedLoopConfig.of(views=1, rounds=35, patience=35, designs=12, candidates=4, solved=3, seed=seed)
    levers = Levers.of(ProcessParameters(), config)
    return levers, Fields(levers, load_system(), 298.15, (FIELD_PX, FIELD_PX), PIXEL_NM, seed)


def _closed_loop(seed: int) -> list[float]:
    """Solved logarithm of each process tried, NaN where it was predicted only."""
    levers, fields = _problem(seed)
    found = search(levers, fields, silent)
    optimum = fields.solved(levers.process(found.optimum), 0).log_conductivity
    return [*(design.solved for design in found.designs), optimum]


def _traced(seed: int, run: Callable[[Height, int], None]) -> list[float]:
    """What a peer meets, evaluation by evaluation; it minimises over the unit cube."""
    levers, fields = _problem(seed)
    met: list[float] = []

    def height(unit: np.ndarray) -> float:
        if len(met) == MOST:
            raise _Spent
        with jax.enable_x64(True):
            values = np.asarray(levers.space.decode(jnp.asarray(np.clip(unit, 0, 1))))
        met.append(fields.solved(levers.process(values), 0).log_conductivity)
        return -met[-1]

    with contextlib.suppress(_Spent):
        run(height, levers.space.size)
    return met


def _dual_annealing(height: Height, size: int, seed: int) -> None:
    dual_annealing(height, [(0.0, 1.0)] * size, maxiter=10**6, rng=seed)


def _cma_es(height: Height, size: int, seed: int) -> None:
    options = {"bounds": [0, 1], "seed": seed + 1, "verbose": -9, "maxfevals": MOST}
    cma.fmin2(height, np.full(size, 0.5), 0.3, options, restarts=9)


def _tpe(height: Height, size: int, seed: int) -> None:
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed))
    study.optimize(lambda trial: height(np.array([trial.suggest_float(str(at), 0, 1) for at in range(size)])), MOST)


_OPTIMISERS: dict[str, Callable[[int], list[float]]] = {
    "closed_loop": _closed_loop,
    "dual_annealing": lambda seed: _traced(seed, lambda height, size: _dual_annealing(height, size, seed)),
    "cma_es": lambda seed: _traced(seed, lambda height, size: _cma_es(height, size, seed)),
    "tpe": lambda seed: _traced(seed, lambda height, size: _tpe(height, size, seed)),
}


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else SEEDS)
