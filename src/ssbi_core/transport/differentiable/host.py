"""What JAX calls outside of itself: solves that keep nothing, solves that are kept, and responses of the kept ones.

Inside a callback JAX must not be called again, hence no multigrid there. A first derivative needs no factorisation
later, so none is kept. Second derivatives ask for responses of one structure many times: the structure solved last is
kept with its factorisation, until another one takes its place.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

import jax
import numpy as np

from ssbi_core.transport.differentiable.potential import Differences, Geometry, SolvedPotential
from ssbi_core.transport.primal import PrimalProblem

Solved = tuple[np.ndarray, Differences]
"""Effective conductivity and the potential, in the precision of the conductivity."""


def solve_once(
    geometry: Geometry,
    conductivity: jax.Array,
    resistance: jax.Array,
    primal: type[PrimalProblem] | None = PrimalProblem,
) -> Solved:
    """Solve (arguments and errors as for `SolvedPotential`)."""
    field = np.asarray(conductivity)
    return _handed_over(SolvedPotential(geometry, field, np.asarray(resistance), primal), field.dtype)


def solve_and_keep(geometry: Geometry, conductivity: jax.Array, resistance: jax.Array) -> Solved:
    """As `solve_once`, ready for `respond`."""
    field = np.asarray(conductivity)
    with _last.solved(geometry, field, np.asarray(resistance)) as solved:
        return _handed_over(solved, field.dtype)


def respond(
    geometry: Geometry, conductivity: jax.Array, resistance: jax.Array, at_corners: jax.Array, at_faces: jax.Array
) -> Differences:
    """The `SolvedPotential.response` of the structure with these properties."""
    field = np.asarray(conductivity)
    with _last.solved(geometry, field, np.asarray(resistance)) as solved:
        pixels, faces = solved.response(np.asarray(at_corners, np.float64), np.asarray(at_faces, np.float64))
    return pixels.astype(field.dtype), faces.astype(field.dtype)


def _handed_over(solved: SolvedPotential, kind: np.dtype) -> Solved:
    pixels, faces = solved.differences()
    return np.asarray(solved.effective_conductivity, kind), (pixels.astype(kind), faces.astype(kind))


class _Last:
    """The structure solved last, for one thread at a time."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: SolvedPotential | None = None

    @contextmanager
    def solved(self, geometry: Geometry, conductivity: np.ndarray, resistance: np.ndarray) -> Iterator[SolvedPotential]:
        """The structure with these properties, solved anew where the last one had others."""
        with self._lock:
            if self._kept is None or not self._kept.is_of(geometry, conductivity, resistance):
                self._kept = None  # its factorisation goes before the next one comes
                self._kept = SolvedPotential(geometry, conductivity, resistance)
            yield self._kept


_last = _Last()
