"""Searches: for better processes (`optimize`), by annealing, and under `tuning` for settings of a net."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ssbi_core.optimize.annealing.config import AnnealingConfig
    from ssbi_core.optimize.annealing.run import AnnealingResult, anneal, anneal_batches
    from ssbi_core.optimize.annealing.space import Category, Integer, Real, Space
    from ssbi_core.optimize.closed_loop.config import ClosedLoopConfig
    from ssbi_core.optimize.closed_loop.optimize import optimize
    from ssbi_core.optimize.closed_loop.recommendation import recommendation
    from ssbi_core.optimize.closed_loop.result import OptimizationResult
else:
    from ssbi_core.lazy_names import lazy_names

    lazy_names(
        __name__,
        {
            "AnnealingConfig": "annealing.config",
            "AnnealingResult": "annealing.run",
            "Category": "annealing.space",
            "ClosedLoopConfig": "closed_loop.config",
            "Integer": "annealing.space",
            "OptimizationResult": "closed_loop.result",
            "Real": "annealing.space",
            "Space": "annealing.space",
            "anneal": "annealing.run",
            "anneal_batches": "annealing.run",
            "optimize": "closed_loop.optimize",
            "recommendation": "closed_loop.recommendation",
        },
    )

__all__ = [
    "AnnealingConfig",
    "AnnealingResult",
    "Category",
    "ClosedLoopConfig",
    "Integer",
    "OptimizationResult",
    "Real",
    "Space",
    "anneal",
    "anneal_batches",
    "optimize",
    "recommendation",
]
