"""Effective conductivity as a JAX function of every pixel and every resistive face, to any order of derivative.

The energy E of the discrete potential problem is a minimum, so its first derivative needs no second solve: with a
change of conductances it changes as if the potential stayed, d sigma_eff / d sigma_p is the mean of |grad phi|^2 in
that pixel, scaled (for tensors, of grad phi (x) grad phi), and d sigma_eff / d R_f is the power lost in that face over
-R_f, scaled. Second derivatives ask how the potential itself changes, K phi' = -K' phi: one more solve with the same
matrix per direction (M. B. Giles, N. A. Pierce, An introduction to the adjoint approach to design, Flow, Turbulence
and Combustion 65 (2000) 393). As JAX knows the derivative of that solve too, all higher orders follow, forward and
reverse.

The solves run outside of JAX; jit, grad and (one by one) vmap work around them.
"""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer
from jax.typing import ArrayLike

from ssbi_core.errors import InputError
from ssbi_core.transport.conduct import checked_grid
from ssbi_core.transport.differentiable.currents import Pair, changed_conductivity, changed_currents, difference_shapes
from ssbi_core.transport.differentiable.host import solve_and_keep, solve_once
from ssbi_core.transport.differentiable.potential import Geometry
from ssbi_core.transport.differentiable.response import potential_response
from ssbi_core.transport.surfaces import Surfaces
from ssbi_core.transport.tensors import checked_shape

Solved = tuple[jax.Array, Pair]


def effective_conductivity(
    conductivity: ArrayLike,
    axis: int = 0,
    *,
    surfaces: Surfaces | None = None,
    resistance: ArrayLike | None = None,
    voxel_size: float = 1.0,
) -> jax.Array:
    """Effective conductivity of the potential problem (`from_potential` of `conduct` on pixels), differentiable.

    Parameters
    ----------
    conductivity : (grid) scalars or (grid, d, d) symmetric tensors, any unit (S/cm where resistances are in ohm cm2).
    axis : array axis of transport, static.
    surfaces : where resistive faces are, static.
    resistance : (faces,) ohm cm2 of each face, instead of that in `surfaces`.
    voxel_size : edge of the pixel or voxel in cm, static; without faces it has no effect.

    Returns
    -------
    Scalar in the unit and the precision of `conductivity`; 0, with gradient 0, without percolation.

    Raises
    ------
    InputError
        If shape, axis, voxel size or faces are not valid; at run time, if values are not.
    SolverError
        At run time, if a solve is not accurate to 1e-6.

    Notes
    -----
    Differentiable by `conductivity` and `resistance` to any order, forward and reverse; with value and gradient from
    one solve, and one solve more with the same factorisation for a product of the Hessian and a vector. That
    factorisation stays in memory until that of another structure takes its place. In double precision, set
    `jax_enable_x64` for the whole process: compiled functions call back in threads that a context does not reach.

    Gradients by tensor components treat the components as independent, so they are symmetric. Insulating pixels have
    the derivative towards conduction, for each by itself. Faces that are none (no resistance, less than 1e-7 of a
    pixel's own, or an insulator beside them) have derivative 0. Which nodes are doubled at the ends of resistive
    lines depends on where conductivities differ a hundredfold: at such a ratio itself there is no derivative.
    """
    field = jnp.asarray(conductivity)
    field = field.astype(jnp.result_type(field, float))
    ohm = _checked_resistance(surfaces, resistance)
    like = np.broadcast_to(0.0, field.shape)
    checked_shape(like)
    checked_grid(like, voxel_size, axis)
    return _effective(Geometry(axis, voxel_size, surfaces), field, jnp.asarray(ohm, field.dtype))


def _checked_resistance(surfaces: Surfaces | None, resistance: ArrayLike | None) -> ArrayLike:
    count = 0 if surfaces is None else len(surfaces)
    given = np.zeros(0) if surfaces is None else surfaces.resistance
    given = given if resistance is None else resistance
    if jnp.shape(given) != (count,):
        raise InputError(
            f"resistances of shape {jnp.shape(given)} for {count} faces",
            f"({count},)",
            "pass one for each face of surfaces",
        )
    return given


@partial(jax.custom_jvp, nondiff_argnums=(0,))
def _effective(geometry: Geometry, conductivity: jax.Array, resistance: jax.Array) -> jax.Array:
    return _solved(geometry, False, conductivity, resistance)[0]


@_effective.defjvp
def _effective_change(geometry: Geometry, properties: Pair, changes: Pair) -> Pair:
    value, potential = _solved(geometry, False, *properties)
    return value, changed_conductivity(geometry, properties, changes, potential)


@partial(jax.custom_jvp, nondiff_argnums=(0, 1))
def _solved(geometry: Geometry, keep: bool, conductivity: jax.Array, resistance: jax.Array) -> Solved:
    """Effective conductivity and `Differences` of the potential; with `keep`, responses are asked for next."""
    properties = (conductivity, resistance)
    if not any(isinstance(array, Tracer) for array in properties):
        found = solve_and_keep(geometry, *properties) if keep else solve_once(geometry, *properties, primal=None)
        return jax.tree.map(jnp.asarray, found)
    shapes = (jax.ShapeDtypeStruct((), conductivity.dtype), difference_shapes(*properties))
    solve = solve_and_keep if keep else solve_once
    return jax.pure_callback(solve, shapes, geometry, *properties, vmap_method="sequential")


@_solved.defjvp
def _solved_change(geometry: Geometry, _keep: bool, properties: Pair, changes: Pair) -> tuple[Solved, Solved]:
    value, potential = _solved(geometry, True, *properties)
    missing = jax.tree.map(jnp.negative, changed_currents(geometry, properties, changes, potential))
    response = potential_response(geometry, properties, missing)
    return (value, potential), (changed_conductivity(geometry, properties, changes, potential), response)
