"""Multigrid-preconditioned conjugate gradients on the pixel grid, in JAX."""

from ssbi_core.transport.multigrid.solution import MultigridSolution
from ssbi_core.transport.multigrid.solve import solve_many_on_pixels, solve_on_pixels

__all__ = ["MultigridSolution", "solve_many_on_pixels", "solve_on_pixels"]
