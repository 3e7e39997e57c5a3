"""Grid functions split by colour: one array for each parity of the node indices.

Nodes of one colour (even or odd along each axis) are no neighbours of each other, so Gauss-Seidel may relax all of
them at once, and the nodes that are even along every axis are the next coarser grid. Split by colour, every sweep
runs over contiguous memory. Each array carries one ghost node at either end; ghosts always hold 0.

Node 2 i + p of colour p sits at index i + 1 of its array, whatever p: a neighbour is found by a shift of the slice.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from functools import lru_cache

import jax
import jax.numpy as jnp

Colour = tuple[int, ...]
Offset = tuple[int, ...]
Split = dict[Colour, jax.Array]
"""Arrays by colour, each of `split_shape`."""


@lru_cache(maxsize=4)
def colours(ndim: int) -> tuple[Colour, ...]:
    """All parities, the coarse grid's first."""
    return tuple(itertools.product((0, 1), repeat=ndim))


@lru_cache(maxsize=4)
def offsets(ndim: int) -> tuple[Offset, ...]:
    """Steps to all neighbours of a node, diagonal ones too."""
    return tuple(o for o in itertools.product((-1, 0, 1), repeat=ndim) if any(o))


@lru_cache(maxsize=4)
def directions(ndim: int) -> tuple[Offset, ...]:
    """One of every pair of opposite offsets."""
    return tuple(o for o in offsets(ndim) if direction(o) == o)


def direction(offset: Offset) -> Offset:
    """The one of an offset and its opposite whose first step that is not 0 goes forward."""
    return offset if next(x for x in offset if x) > 0 else tuple(-x for x in offset)


def shifted(colour: Colour, offset: Offset) -> tuple[Colour, tuple[int, ...]]:
    """Colour of the node at an offset from one of this colour, and the shift of its index."""
    position = [p + o for p, o in zip(colour, offset, strict=True)]
    return tuple(x % 2 for x in position), tuple(x // 2 for x in position)


def seen(arrays: Mapping[Colour, jax.Array], colour: Colour, offset: Offset | None = None) -> jax.Array:
    """What all nodes of a colour see at an offset from themselves, without ghosts."""
    target, shift = shifted(colour, offset or (0,) * len(colour))
    array = arrays[target]
    return array[tuple(slice(1 + s, n - 1 + s) for s, n in zip(shift, array.shape, strict=True))]


def with_ghosts(inner: jax.Array) -> jax.Array:
    """Ghosts of 0 around an array."""
    return jnp.pad(inner, 1)


def coarse_shape(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Number of nodes that are even along every axis."""
    return tuple((n + 1) // 2 for n in shape)


def split(padded: jax.Array) -> Split:
    """Split a grid function with one ghost at either end, (n + 2, ...), by colour."""
    whole = [2 * (n // 2 + 2) for n in (k - 1 for k in padded.shape)]  # k - 1 = nodes + 1
    full = jnp.pad(padded, [(1, w - k - 1) for w, k in zip(whole, padded.shape, strict=True)])
    return {p: full[tuple(slice(a, None, 2) for a in p)] for p in colours(padded.ndim)}


def joined(arrays: Split, shape: tuple[int, ...]) -> jax.Array:
    """The grid function of `shape` with one ghost at either end, put together again."""
    ndim = len(shape)
    parts = [arrays[p] for p in colours(ndim)]  # the last axis varies fastest
    for axis in reversed(range(ndim)):
        parts = [jnp.stack(pair, axis=axis + 1) for pair in zip(parts[::2], parts[1::2], strict=True)]
    full = parts[0].reshape([2 * (n + 2) for n in coarse_shape(shape)])
    return full[tuple(slice(1, n + 3) for n in shape)]


def existing(colour: Colour, shape: tuple[int, ...], rows: jax.Array) -> jax.Array:
    """1 at the nodes of a colour that lie in the grid and before `rows` along the first axis, else 0; no ghosts."""
    result = jnp.ones(())
    for axis, (p, n, m) in enumerate(zip(colour, shape, coarse_shape(shape), strict=True)):
        line = (2 * jnp.arange(m) + p < (n if axis else rows)).astype(float)
        result = result * line.reshape([-1 if k == axis else 1 for k in range(len(shape))])
    return result


def before(rows: jax.Array, shape: tuple[int, ...]) -> jax.Array:
    """1 at the nodes before `rows` along the first axis, else 0, as a column for arrays of a shape."""
    return (jnp.arange(shape[0]) < rows).astype(float).reshape([-1] + [1] * (len(shape) - 1))


def inner_product(x: Split, y: Split) -> jax.Array:
    """Sum of products over all nodes."""
    return jnp.sum(sum((x[p] * y[p] for p in x), jnp.zeros(())))


def combined(factor: jax.Array, x: Split, y: Split) -> Split:
    """factor x + y."""
    return {p: factor * x[p] + y[p] for p in x}
