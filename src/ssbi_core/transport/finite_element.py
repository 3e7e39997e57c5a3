"""The conduction problem as a jax-fem problem: weak form, assembly and implicit differentiation by jax-fem.

This is the only file that imports jax-fem. It assembles bilinear quadrilaterals or trilinear hexahedra with one
conductivity tensor per pixel; the linear system is solved by `linear_solve`, because jax-fem's own solvers need
petsc4py or use absolute tolerances that physical units fall below. jax-fem imports gmsh for meshing, which is not
needed on a pixel grid: where it is missing an empty stand-in takes its place during the import.
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
import logging
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from types import ModuleType
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ssbi_core.transport.conduct import checked_grid
from ssbi_core.transport.discrete_problem import Block
from ssbi_core.transport.elements import corner_offsets, pixel_corners
from ssbi_core.transport.linear_solve import SpdSolver
from ssbi_core.transport.primal import PrimalProblem, PrimalSolution
from ssbi_core.transport.surfaces import Surfaces
from ssbi_core.transport.tensors import check_conductivity, is_tensor, strength

_ELEMENT = {2: "QUAD4", 3: "HEX8"}
# jax-fem walks around the element: our corners (last axis fastest) in its order.
_CORNER_ORDER = {2: [0, 2, 3, 1], 3: [0, 4, 6, 2, 1, 5, 7, 3]}


class JaxFemPrimalProblem(PrimalProblem):
    """Potential problem whose pixel matrices are assembled by jax-fem (resistive faces stay springs added to them)."""

    @cached_property
    def weak_form(self) -> Any:
        """The jax-fem problem on the pixel mesh, nodes doubled across resistive faces."""
        return _weak_form(self.corners, self.shape) if len(self.surfaces) else _grid_weak_form(self.shape)

    def pixel_matrices(self, conductivity: np.ndarray) -> np.ndarray:
        """Stiffness matrix of every pixel, (pixels, 2^d, 2^d), corners last axis fastest."""
        with jax.enable_x64(True):
            weak = self.weak_form
            weak.internal_vars = [_at_quadrature(jnp.asarray(_as_tensors(conductivity)), weak.fes[0].num_quads)]
            weak.newton_update([jnp.zeros((len(weak.fes[0].points), 1))])
        corners = self.corners.shape[1]
        walked = np.asarray(weak.V).reshape(-1, corners, corners)
        back = np.argsort(_CORNER_ORDER[len(self.shape)])
        return walked[:, back][:, :, back]

    def pixel_block(self, conductivity: np.ndarray) -> Block:
        """Elements with one basis matrix per entry, so that any matrix can be a coefficient."""
        del conductivity
        size = self.corners.shape[1]
        return Block(self.corners, np.eye(size * size).reshape(-1, size, size))

    def pixel_coefficients(self, conductivity: np.ndarray) -> np.ndarray:
        """Entries of every pixel's matrix, (2^d 2^d, pixels)."""
        return self.pixel_matrices(conductivity).reshape(self.corners.shape[0], -1).T


@partial(jax.custom_vjp, nondiff_argnums=(1,))
def jax_fem_conductivity(conductivity: jax.Array, axis: int = 0) -> jax.Array:
    """Effective conductivity through jax-fem, differentiable by the implicit function theorem.

    Parameters
    ----------
    conductivity : (grid) scalars or (grid, d, d) tensors, positive; not to be called under jit.
    axis : array axis of transport.

    Notes
    -----
    The value is the inlet current. Its gradient takes one adjoint solve and the derivative of jax-fem's residual by
    the conductivity: slower than the closed form of `differentiable`, and independent of it.
    """
    return _solve(conductivity, axis)[0]


@jax.tree_util.register_static
@dataclass(frozen=True, eq=False)
class _Kept:
    """What the backward pass needs; opaque to JAX."""

    problem: JaxFemPrimalProblem
    field: np.ndarray
    solved: PrimalSolution


def _solve(conductivity: jax.Array, axis: int) -> tuple[jax.Array, _Kept]:
    field = check_conductivity(np.asarray(conductivity))
    checked_grid(field, 1.0, axis)
    problem = JaxFemPrimalProblem(strength(field), axis, Surfaces.none(), SpdSolver(2 if field.ndim % 2 == 0 else 3))
    solved = problem.solve(field, np.zeros(0))
    value = jnp.asarray(solved.solution.inlet * solved.scale)
    return value, _Kept(problem, field, solved)


def _backward(axis: int, kept: _Kept, cotangent: jax.Array) -> tuple[jax.Array]:
    del axis
    problem, field, solved = kept.problem, kept.field, kept.solved
    discrete = problem.discrete(field)
    adjoint = (problem.fixed == 1).astype(
        float
    )  # weights of the residual in the current: 1 on the inlet, minus the adjoint inside
    adjoint[discrete.free] = discrete.solve([problem.pixel_coefficients(field), np.zeros((1, 0))]).values[discrete.free]
    gradient = weighted_residual_gradient(problem, field, solved.solution.values, adjoint) * solved.scale
    return (jnp.asarray(gradient) * cotangent,)


def weighted_residual_gradient(
    problem: JaxFemPrimalProblem, field: np.ndarray, potential: np.ndarray, weights: np.ndarray
) -> np.ndarray:
    """Derivative by the conductivity of every pixel of jax-fem's residual at a potential, summed with weights."""
    weak = problem.weak_form
    with jax.enable_x64(True):
        values = jnp.asarray(potential)[:, None]

        def weighted_residual(tensors: jax.Array) -> jax.Array:
            inner = [_at_quadrature(tensors, weak.fes[0].num_quads)]
            return jnp.vdot(weak.compute_residual_vars([values], inner, [])[0][:, 0], weights)

        gradient = np.asarray(jax.grad(weighted_residual)(jnp.asarray(_as_tensors(field))))
    if not is_tensor(field):
        gradient = np.trace(gradient, axis1=-2, axis2=-1)
    return gradient.reshape(field.shape)


jax_fem_conductivity.defvjp(_solve, _backward)


def _weak_form(corners: np.ndarray, shape: tuple[int, ...]) -> Any:
    fem = _jax_fem()
    ndim = len(shape)
    pixel = np.stack(np.unravel_index(np.arange(len(corners)), shape), axis=1)
    points = np.empty((int(corners.max()) + 1, ndim))
    for corner, offset in enumerate(corner_offsets(ndim)):
        points[corners[:, corner]] = pixel + offset
    with jax.enable_x64(True):
        mesh = fem.Mesh(points, corners[:, _CORNER_ORDER[ndim]].astype(np.int64), ele_type=_ELEMENT[ndim])
        return fem.ConductionWeakForm(mesh, vec=1, dim=ndim, ele_type=_ELEMENT[ndim])


@lru_cache(maxsize=4)
def _grid_weak_form(shape: tuple[int, ...]) -> Any:
    """The weak form of a grid without doubled nodes, kept because jax-fem compiles its kernels per problem."""
    return _weak_form(pixel_corners(shape), shape)


def _as_tensors(field: np.ndarray) -> np.ndarray:
    if is_tensor(field):
        return field.reshape(-1, *field.shape[-2:])
    return field.reshape(-1, 1, 1) * np.eye(field.ndim)


def _at_quadrature(tensors: jax.Array, points: int) -> jax.Array:
    return jnp.repeat(tensors[:, None], points, axis=1)


@lru_cache(maxsize=1)
def _jax_fem() -> ModuleType:
    """jax-fem's names that are used here, imported without its banner, its logging and its changes to NumPy."""
    with contextlib.redirect_stdout(io.StringIO()), np.printoptions(), _stand_in("gmsh"), jax.enable_x64(True):
        from jax_fem.generate_mesh import Mesh
        from jax_fem.problem import Problem
    logging.getLogger("jax_fem").setLevel(logging.WARNING)

    class ConductionWeakForm(Problem):
        """div(sigma grad phi) = 0; sigma is the internal variable, one tensor per quadrature point."""

        def get_tensor_map(self) -> Any:
            return lambda gradient, sigma: gradient @ sigma

    names = ModuleType("jax_fem_names")
    names.Mesh, names.ConductionWeakForm = Mesh, ConductionWeakForm  # type: ignore[attr-defined]
    return names


@contextlib.contextmanager
def _stand_in(name: str) -> Iterator[None]:
    """Let `import name` succeed with an empty module where it is not installed, for the time of the block."""
    missing = name not in sys.modules and importlib.util.find_spec(name) is None
    if missing:
        sys.modules[name] = ModuleType(name)
    try:
        yield
    finally:
        if missing:
            del sys.modules[name]
