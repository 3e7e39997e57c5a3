"""The stiffness matrix as couplings between neighbouring nodes: from pixels on the finest grid, stored on coarser ones.

An operator is a network of conductances plus what each node loses to fixed nodes: (A x)_i = d_i x_i - sum_j c_ij x_j.
On the finest grid the couplings follow from the pixels' conductivities as they are needed, so that nothing but the
conductivity is read from memory.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import jax
import jax.numpy as jnp

from ssbi_core.transport.elements import laplacian
from ssbi_core.transport.multigrid.layout import (
    Colour,
    Offset,
    Split,
    colours,
    direction,
    directions,
    existing,
    offsets,
    seen,
    shifted,
    with_ghosts,
)

Region = Callable[[Mapping[Colour, jax.Array], Offset], jax.Array]
"""What all coarse cells see of arrays at a fine node or pixel, counted from their first node."""

Piece = tuple[Offset, Offset | None, jax.Array]
"""A conductance: its two ends, counted from the first node of a coarse cell, and its value; None is a fixed node."""


@partial(jax.tree_util.register_dataclass, data_fields=("cells", "rows"), meta_fields=("shape",))
@dataclass(frozen=True, eq=False)
class PixelOperator:
    """Bilinear (trilinear) elements, one per pixel.

    Attributes
    ----------
    cells : conductivity of the pixel that starts at each node.
    rows : number of free nodes along the first axis.
    shape : of the grid, not smaller; nodes beside the picture touch no conductor.
    """

    cells: Split
    rows: jax.Array
    shape: tuple[int, ...]

    def coupling(self, colour: Colour, offset: Offset) -> jax.Array | None:
        """Conductance to the node at an offset; None where it is always 0."""
        weight = _element(len(colour), sum(map(abs, offset)))
        if weight == 0:
            return None
        around = itertools.product(*((-1, 0) if x == 0 else (min(x, 0),) for x in offset))
        return weight * sum((seen(self.cells, colour, cell) for cell in around), jnp.zeros(()))

    def diagonal(self, colour: Colour) -> jax.Array:
        """d_i; 0 beyond the grid."""
        ndim = len(colour)
        total = sum(seen(self.cells, colour, cell) for cell in itertools.product((-1, 0), repeat=ndim))
        return -_element(ndim, 0) * existing(colour, self.shape, self.rows) * total

    def pull(self, colour: Colour, x: Split) -> jax.Array:
        """sum_j c_ij x_j over the neighbours whose colour is in `x`."""
        ndim, total = len(colour), jnp.zeros_like(seen(self.cells, colour))
        for cell in itertools.product((-1, 0), repeat=ndim):
            corners = [tuple(a + b for a, b in zip(cell, corner, strict=True)) for corner in colours(ndim)]
            parts = [
                _element(ndim, sum(map(abs, o))) * seen(x, colour, o)
                for o in corners
                if any(o) and shifted(colour, o)[0] in x and _element(ndim, sum(map(abs, o)))
            ]
            if parts:
                total = total + seen(self.cells, colour, cell) * sum(parts)
        return total

    def pieces(self, region: Region) -> Iterator[list[Piece]]:
        """Conductances that make up a coarse cell, in groups."""
        corners = colours(len(self.shape))
        for base in corners:
            conductivity = region(self.cells, base)
            pairs = [(one, other, _steps(one, other)) for one, other in itertools.combinations(corners, 2)]
            weights = [(one, other, _element(len(base), steps)) for one, other, steps in pairs]
            yield [(_plus(base, a), _plus(base, b), weight * conductivity) for a, b, weight in weights if weight]


@partial(jax.tree_util.register_dataclass, data_fields=("edges", "centre"), meta_fields=())
@dataclass(frozen=True, eq=False)
class StencilOperator:
    """Stored couplings.

    Attributes
    ----------
    edges : by direction; each conductance is held at the node at the lower end along every axis of its two.
    centre : d_i.
    """

    edges: dict[Offset, Split]
    centre: Split

    def coupling(self, colour: Colour, offset: Offset) -> jax.Array:
        """Conductance to the node at an offset."""
        return seen(self.edges[direction(offset)], colour, tuple(min(x, 0) for x in offset))

    def diagonal(self, colour: Colour) -> jax.Array:
        """d_i; 0 beyond the grid."""
        return seen(self.centre, colour)

    def pull(self, colour: Colour, x: Split) -> jax.Array:
        """sum_j c_ij x_j over the neighbours whose colour is in `x`."""
        near = [o for o in offsets(len(colour)) if shifted(colour, o)[0] in x]
        return sum((self.coupling(colour, o) * seen(x, colour, o) for o in near), jnp.zeros(()))

    def pieces(self, region: Region) -> Iterator[list[Piece]]:
        """Conductances that make up a coarse cell, in groups."""
        ndim = len(next(iter(self.centre)))
        loss = {
            p: with_ghosts(self.diagonal(p) - sum(self.coupling(p, o) for o in offsets(ndim))) for p in colours(ndim)
        }
        for base in colours(ndim):
            lower = [(_plus(base, tuple(max(-x, 0) for x in step)), step) for step in directions(ndim)]
            held = [(one, _plus(one, step), region(self.edges[step], base)) for one, step in lower]
            yield [(base, None, region(loss, base)), *held]


Operator = PixelOperator | StencilOperator


def _plus(a: Offset, b: Offset) -> Offset:
    return tuple(x + y for x, y in zip(a, b, strict=True))


def _steps(one: Offset, other: Offset) -> int:
    return sum(abs(a - b) for a, b in zip(one, other, strict=True))


def _element(ndim: int, steps: int) -> float:
    """Coupling of two corners of the unit element that are so many edges apart; steps 0: minus the diagonal."""
    corner = 2**steps - 1  # the last `steps` axes set
    value = -float(laplacian(ndim)[0, corner])
    return value if abs(value) > 1e-15 else 0.0
