"""Rows of the README's table on searches for a better process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks.results_file import Row

_TITLES = {
    "dual_annealing": "scipy's dual_annealing",
    "cma_es": "CMA-ES",
    "differential_evolution": "differential evolution",
}


def _closed_loop(r: dict[str, Any]) -> list[Row]:
    return [
        (
            f"closed loop on {r['number']} held-out interfaces with a reaction layer: conductivity verified to gain "
            "35 % or more; median gain; surrogate right (90 % interval)",
            f"{r['share_gaining_35_percent']:.0%}; {r['median_gain'] + 1:.3g} times; {r['share_surrogate_right']:.0%}",
        ),
        ("the same: time of one loop, median (longest)", f"{r['median_seconds']:.0f} s ({r['most_seconds']:.0f} s)"),
    ]


def _bbob(r: dict[str, Any]) -> list[Row]:
    rows = []
    for budget in (20_000, 100_000):
        found = r[f"evaluations_{budget}"]
        reached = found["runs_that_reach"]
        peers = [peer for peer in _TITLES if peer in reached]
        counts = ", ".join(str(sum(reached[peer].values())) for peer in peers)
        slower = ", ".join(f"{found['slower_by'][peer]['wall']:.0f}" for peer in peers)
        rows.append(
            (
                f"BBOB, {r['dimension']} dimensions, {budget:,} evaluations: targets reached by annealing; by "
                f"{', '.join(_TITLES[peer] for peer in peers)}; their time over ours",
                f"{sum(reached['ours'].values())}; {counts}; {slower} times",
            )
        )
    return rows


def _real_objective(r: dict[str, Any]) -> list[Row]:
    until = {name: "not" if value is None else f"{value:.0f}" for name, value in r["median_evaluations"].items()}
    return [
        (
            f"evaluations until within 5 % of the best process, median of {r['seeds']} fields of view: closed loop; "
            "dual_annealing; CMA-ES; TPE",
            "; ".join(until[name] for name in ("closed_loop", "dual_annealing", "cma_es", "tpe"))
            + f" (of {r['most_evaluations']} at most)",
        )
    ]


OPTIMIZE_TABLES: dict[str, Callable[[dict[str, Any]], list[Row]]] = {
    "optimize.closed_loop": _closed_loop,
    "optimize.real_objective": _real_objective,
    "optimize.bbob": _bbob,
    "optimize.bbob_20": _bbob,
}
"""Results file -> its rows."""
