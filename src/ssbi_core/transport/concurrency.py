"""Two large solves at once, each on a core of its own: a factorisation shared by two cores wastes half of them."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from ssbi_core.transport.linear_solve import one_core

_First = TypeVar("_First")
_Second = TypeVar("_Second")
_WORTHWHILE = 150_000  # unknowns; below, a solve takes less time than it takes to set up a second one


def worth_two_threads(size: int, method: str) -> bool:
    """Whether solves of so many unknowns gain by running side by side; only PARDISO lets Python threads run on."""
    return size >= _WORTHWHILE and method == "pardiso" and (os.cpu_count() or 1) > 1


def both(first: Callable[[], _First], second: Callable[[], _Second]) -> tuple[_First, _Second]:
    """Results of two functions run at the same time; an error in either is raised when both have ended."""
    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(_alone, second)
        result = _alone(first)
        return result, other.result()


def _alone(function: Callable[[], _First]) -> _First:
    with one_core():
        return function()
