"""Multigrid-preconditioned conjugate gradients on the pixel grid, in JAX."""

from ssbi_core.transport.multigrid.solve import MultigridSolution, solve_on_pixels

__all__ = ["MultigridSolution", "solve_on_pixels"]
