"""Effective conductivity as a JAX function with its exact gradient.

The energy E of the discrete potential problem is a minimum, so its derivative by the conductivity of a pixel needs no
second solve: d sigma_eff / d sigma_p is the mean of |grad phi|^2 in that pixel, scaled; for tensors, of
grad phi (x) grad phi. The solve itself runs outside JAX, so jit, grad and (one by one) vmap work around it.
"""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer

from ssbi_core.transport.conduct import ConductionProblem
from ssbi_core.transport.percolation import percolates
from ssbi_core.transport.pixel_fields import gradient_outer, gradient_square
from ssbi_core.transport.primal import PrimalProblem
from ssbi_core.transport.tensors import is_tensor


@partial(jax.custom_vjp, nondiff_argnums=(1,))
def effective_conductivity(conductivity: jax.Array, axis: int = 0) -> jax.Array:
    """Effective conductivity of the potential problem (the upper bound of `conduct`), differentiable.

    Parameters
    ----------
    conductivity : (grid) scalars or (grid, d, d) symmetric tensors, any unit.
    axis : array axis of transport, static.

    Returns
    -------
    Scalar in the unit and the precision of `conductivity`; 0, with gradient 0, without percolation. Gradients by
    tensor components treat the components as independent, so they are symmetric.

    Raises
    ------
    InputError, SolverError
        As `conduct`, at run time.
    """
    return _value_and_gradient(conductivity, axis)[0]


def _value_and_gradient(conductivity: jax.Array, axis: int) -> tuple[jax.Array, jax.Array]:
    conductivity = jnp.asarray(conductivity)
    kind = conductivity.dtype
    if not isinstance(conductivity, Tracer):
        value, gradient = _solve(conductivity, axis, None)
        return jnp.asarray(value), jnp.asarray(gradient)
    shapes = (jax.ShapeDtypeStruct((), kind), jax.ShapeDtypeStruct(conductivity.shape, kind))
    return jax.pure_callback(partial(_solve, axis=axis), shapes, conductivity, vmap_method="sequential")


def _forward(conductivity: jax.Array, axis: int) -> tuple[jax.Array, jax.Array]:
    return _value_and_gradient(conductivity, axis)


def _backward(axis: int, gradient: jax.Array, cotangent: jax.Array) -> tuple[jax.Array]:
    del axis
    return (cotangent * gradient,)


effective_conductivity.defvjp(_forward, _backward)


def _solve(
    conductivity: jax.Array, axis: int, primal: type[PrimalProblem] | None = PrimalProblem
) -> tuple[np.ndarray, np.ndarray]:
    # Inside a callback JAX must not be called again, hence no multigrid there.
    kind = conductivity.dtype
    field = np.asarray(conductivity, dtype=np.float64)
    with ConductionProblem(field, axis=axis, mesh="pixels", primal=primal) as problem:
        if not percolates(problem.live, axis):
            return np.zeros((), kind), np.zeros(conductivity.shape, kind)
        potential = problem.potential()
    mean = gradient_outer if is_tensor(problem.field) else gradient_square
    gradient = potential.scale * mean(potential.corner_potential, len(problem.shape)).reshape(conductivity.shape)
    value = potential.effective_conductivity * problem.reference
    return np.asarray(value, dtype=kind), gradient.astype(kind)
