"""How near a V-cycle comes to the speed of memory: bytes it must move, against a copy timed in the same run."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ssbi_core.transport.multigrid.cycle import Level, down, up
from ssbi_core.transport.multigrid.iteration import prepare

_REPEATS = 10


def traffic(field: np.ndarray, depth: int = 2) -> dict[str, Any]:
    """Seconds, bytes and bandwidth of both halves of one cycle without the coarsest solve, and of STREAM's copy."""
    with jax.enable_x64(True):
        levels, _, state, kept, coarsest = prepare(jnp.asarray(field), field.shape[0], depth)
        fall, rise, right = jax.jit(down), jax.jit(up), state.residual
        seconds = _seconds(lambda: fall(levels, right)) + _seconds(lambda: rise(levels, right, kept, coarsest))
    source, target = np.ones(8 * field.size), np.empty(8 * field.size)
    copied = _seconds(lambda: np.copyto(target, source))
    counted = sum(_bytes(level) for level in levels)
    bandwidth = 2 * source.nbytes / copied
    return {
        "cycle_seconds": seconds,
        "cycle_bytes": counted,
        "copy_GB_per_s": bandwidth / 1e9,
        "cycle_GB_per_s": counted / seconds / 1e9,
        "copy_time_of_those_bytes_over_cycle_time": counted / bandwidth / seconds,
    }


def _bytes(level: Level) -> int:
    """Each array once for every pass over it: relax, residual, restrict; correct, relax.

    Five passes read the operator three times, its inverse diagonal twice, the weights twice, and read or write ten
    grid functions.
    """
    size = {name: _nbytes(getattr(level, name)) for name in ("operator", "inverse", "weights")}
    function = _nbytes(level.inverse)
    return 3 * size["operator"] + 2 * size["inverse"] + 2 * size["weights"] + 10 * function


def _nbytes(tree: Any) -> int:
    return sum(array.nbytes for array in jax.tree.leaves(tree))


def _seconds(function: Callable[[], Any]) -> float:
    jax.block_until_ready(function())
    start = time.process_time()
    for _ in range(_REPEATS):
        jax.block_until_ready(function())
    return (time.process_time() - start) / _REPEATS
