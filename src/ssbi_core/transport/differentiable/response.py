"""How the potential answers to currents fed in, as an operation JAX knows all derivatives of.

The response x = K^-1 f is linear in the currents f and symmetric, hence its own transpose; with the conductances it
changes by K^-1 (f' - K' x). A primitive of its own, because eager JAX can hang where a callback waits for large arrays
on a single core (https://github.com/jax-ml/jax/issues/24255): on concrete arrays this one runs where it is called.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jax.core import Tracer
from jax.extend.core import Primitive
from jax.interpreters import ad, batching, mlir

from ssbi_core.transport.differentiable.currents import Pair, changed_currents
from ssbi_core.transport.differentiable.host import respond
from ssbi_core.transport.differentiable.potential import Geometry

_response = Primitive("potential_response")
_response.multiple_results = True


def potential_response(geometry: Geometry, properties: Pair, fed: Pair) -> Pair:
    """Change of the potential differences under currents fed in (see `SolvedPotential.response`), differentiable.

    Parameters
    ----------
    properties : conductivity, (grid) or (grid, d, d), and resistance (faces,).
    fed : currents (pixels, 2^d) and (faces, 2^(d-1)).
    """
    return tuple(_response.bind(*properties, *fed, geometry=geometry))


@_response.def_abstract_eval
def _shapes(_conductivity: Any, _resistance: Any, *fed: Any, geometry: Geometry) -> list[Any]:
    del geometry
    return list(fed)


@_response.def_impl
def _concrete(*arrays: jax.Array, geometry: Geometry) -> list[jax.Array]:
    return [jnp.asarray(change) for change in respond(geometry, *arrays)]


def _traced(*arrays: jax.Array, geometry: Geometry) -> list[jax.Array]:
    shapes = [jax.ShapeDtypeStruct(fed.shape, fed.dtype) for fed in arrays[2:]]
    return jax.pure_callback(respond, shapes, geometry, *arrays, vmap_method="sequential")


def _changed(primals: Sequence[Any], tangents: Sequence[Any], *, geometry: Geometry) -> tuple[Any, Any]:
    properties = tuple(primals[:2])
    change = _response.bind(*primals, geometry=geometry)
    fed = [ad.instantiate_zeros(tangent) for tangent in tangents[2:]]
    if not all(isinstance(tangent, ad.Zero) for tangent in tangents[:2]):
        by_conductivity, by_resistance = map(ad.instantiate_zeros, tangents[:2])
        less = changed_currents(geometry, properties, (by_conductivity, by_resistance), tuple(change))
        fed = [given - lost for given, lost in zip(fed, less, strict=True)]
    return change, _response.bind(*properties, *fed, geometry=geometry)


def _transposed(cotangents: Sequence[Any], *arrays: Any, geometry: Geometry) -> list[Any]:
    back = _response.bind(*arrays[:2], *map(ad.instantiate_zeros, cotangents), geometry=geometry)
    asked = [ad.is_undefined_primal(fed) for fed in arrays[2:]]
    return [None, None, *(change if wanted else None for change, wanted in zip(back, asked, strict=True))]


def _one_by_one(arrays: Sequence[Any], axes: Sequence[int | None], *, geometry: Geometry) -> tuple[Any, Any]:
    sizes = {array.shape[axis] for array, axis in zip(arrays, axes, strict=True) if axis is not None}

    def one(k: Any) -> list[jax.Array]:
        return _response.bind(
            *(a if axis is None else jnp.take(a, k, axis) for a, axis in zip(arrays, axes, strict=True)),
            geometry=geometry,
        )

    count = sizes.pop()
    if any(isinstance(array, Tracer) for array in arrays):
        changes = jax.lax.map(one, jnp.arange(count))
    else:
        changes = [jnp.stack(change) for change in zip(*map(one, range(count)), strict=True)]
    return changes, [0] * len(changes)


mlir.register_lowering(_response, mlir.lower_fun(_traced, multiple_results=True))
ad.primitive_jvps[_response] = _changed
ad.primitive_transposes[_response] = _transposed
batching.primitive_batchers[_response] = _one_by_one
