"""Batches through a compiled program, one per core at a time.

A network is eliminated node after node, which XLA does in one thread; but it lets go of the interpreter meanwhile.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import jax

from ssbi_core.predict.data import Batch

T = TypeVar("T")


def side_by_side(run: Callable[[Batch], T], batches: Iterable[Batch]) -> Iterator[tuple[Batch, T]]:
    """Each batch and what `run` makes of it, a pytree of arrays, in order."""
    cores = os.cpu_count() or 1
    waiting: deque[tuple[Batch, Future[T]]] = deque()

    def finished(batch: Batch) -> T:
        return jax.block_until_ready(run(batch))

    with ThreadPoolExecutor(cores) as pool:
        for batch in batches:
            waiting.append((batch, pool.submit(finished, batch)))
            if len(waiting) > cores:
                first, future = waiting.popleft()
                yield first, future.result()
        for first, future in waiting:
            yield first, future.result()
