"""Multigrid-preconditioned conjugate gradients on the pixel grid, in JAX."""

from ssbi_core.transport.multigrid.solution import MultigridSolution
from ssbi_core.transport.multigrid.solve import solve_many_on_pixels, solve_on_pixels
from ssbi_core.transport.multigrid.tensors import TensorSolution, solve_tensors

__all__ = ["MultigridSolution", "TensorSolution", "solve_many_on_pixels", "solve_on_pixels", "solve_tensors"]
