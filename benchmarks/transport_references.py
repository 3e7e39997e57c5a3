"""Effective conductivities with a known answer, against what the solver returns, at increasing resolution.

    python -m benchmarks.transport_references [largest grid]

Every case says how its reference was obtained. Prints a table and writes benchmarks/results/transport_references.json.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from benchmarks.results_file import write_results
from ssbi_core.io.phase_map import PhaseMap
from ssbi_core.transport import Bounded, conduct, solve_conduction

NM_PER_CM = 1e7


@dataclass(frozen=True)
class Case:
    """A structure, its exact effective conductivity, where that comes from, and how to solve it on n x n pixels."""

    name: str
    reference: float
    origin: str
    solve: Callable[[int], Bounded]


def blocks(values: list[list[float]], axis: int) -> Callable[[int], Bounded]:
    return lambda n: conduct(np.kron(values, np.ones((n // 2, n // 2))), axis=axis).effective_conductivity


def quarter_cell(n: int) -> np.ndarray:
    """Distance of the pixel centres from the corner of a quarter cell of edge 1/2, in units of the cell."""
    x = (np.arange(n) + 0.5) / (2 * n)
    return np.hypot(x[:, None], x)


def array_of_discs(fraction: float, contrast: float) -> Callable[[int], Bounded]:
    """Bounds that hold for the round disc: pixels wholly inside it, and all that it touches, bracket it."""

    def solve(n: int) -> Bounded:
        distance, radius, half_pixel = quarter_cell(n), np.sqrt(fraction / np.pi), np.sqrt(0.5) / (2 * n)
        same_area = np.sort(distance, axis=None)[round(fraction * n * n) - 1]
        thinner, thicker, drawn = (
            conduct(np.where(distance <= r, contrast, 1.0)).effective_conductivity
            for r in (radius - half_pixel, radius + half_pixel, same_area)
        )
        low, high = (thinner, thicker) if contrast > 1 else (thicker, thinner)
        return Bounded(drawn.estimate, low.lower, high.upper)

    return solve


def discs_with_contact(fraction: float, contrast: float, resistance: float) -> Callable[[int], Bounded]:
    def solve(n: int) -> Bounded:
        rim = (quarter_cell(n) - np.sqrt(fraction / np.pi)) * 2 * n
        labels = np.where(np.abs(rim) < 1, 4, np.where(rim < 0, 3, 1)).astype(np.uint8)
        return solve_conduction(
            PhaseMap(labels, NM_PER_CM / (2 * n)),  # a whole cell is 1 cm
            conductivity={"llzo": 1.0, "nmc": contrast},
            resistance={"contact": resistance},
            axis=0,
            knockout=False,
        ).effective_conductivity

    return solve


def bricks(size_um: float) -> Callable[[int], Bounded]:
    def solve(n: int) -> Bounded:
        period = n // 4
        line = (np.arange(n) + period // 2) % period == 0
        labels = np.where(line[:, None] | line, 2, 1).astype(np.uint8)
        return solve_conduction(
            PhaseMap(labels, size_um * 1e3 / period),
            conductivity={"llzo": 5e-4},
            resistance={"grain_boundary": 0.1},
            axis=0,
            knockout=False,
        ).effective_conductivity

    return solve


def polycrystal(ratio: float) -> Callable[[int], Bounded]:
    def solve(n: int) -> Bounded:
        first = np.kron([[1, 0], [0, 1]], np.ones((n // 2, n // 2)))[..., None, None] > 0
        tensors = np.where(first, np.diag([1.0, ratio]), np.diag([ratio, 1.0]))
        return conduct(tensors).effective_conductivity

    return solve


_MULTIPOLE = "multipole expansion of the square array (Perrins, McKenzie, McPhedran, Proc. R. Soc. A 369 (1979) 207)"
_FOUR = "four-phase checkerboard formula (Mortola and Steffe 1985; Craster and Obnosov 2001)"
_ARRAYS = {
    0.2: {1e7: 1.500306, 10: 1.391458, 0: 0.666531},
    0.4: {1e7: 2.350998, 50: 2.263266, 10: 1.980626, 2: 1.308002, 0: 0.425351},
    0.6: {1e7: 4.341824, 10: 3.037221, 0: 0.230318},
}

CASES = [
    *(
        Case(f"bricks of {d:g} um", 1 / (1 / 5e-4 + 0.1 / (d * 1e-4)), "1 / (1 / s_b + R / d)", bricks(d))
        for d in (0.1, 1, 5, 20)
    ),
    Case("checkerboard 1:2", 2**0.5, "sqrt(s1 s2) (Dykhne 1970)", blocks([[1, 2], [2, 1]], 0)),
    Case("checkerboard 1:10", 10**0.5, "sqrt(s1 s2) (Dykhne 1970)", blocks([[1, 10], [10, 1]], 0)),
    Case("four phases 1 2 5 3, columns", 2.5435599, _FOUR, blocks([[1, 2], [3, 5]], 1)),
    Case("four phases 1 2 5 3, rows", 2.1801942, _FOUR, blocks([[1, 2], [3, 5]], 0)),
    Case("four phases 1 4 2 8, columns", 2.9393877, _FOUR, blocks([[1, 4], [8, 2]], 1)),
    Case("four phases 1 4 2 8, rows", 2.7216553, _FOUR, blocks([[1, 4], [8, 2]], 0)),
    Case("polycrystal of two orientations, 1:10", 0.1**0.5, "sqrt(det s) (Dykhne 1970)", polycrystal(0.1)),
    *(
        Case(f"discs f {f:g}, contrast {k:g}", value, _MULTIPOLE, array_of_discs(f, k))
        for f, values in _ARRAYS.items()
        for k, value in values.items()
    ),
    Case("discs f 0.2, contrast 10, contact 0.1", 1.1443555, _MULTIPOLE, discs_with_contact(0.2, 10, 0.1)),
    Case("discs f 0.4, contrast 10, contact 0.1", 1.4379076, _MULTIPOLE, discs_with_contact(0.4, 10, 0.1)),
]


def main(largest: int = 256) -> None:
    rows = []
    print(f"{'case':<40}{'grid':>6}{'reference':>13}{'lower':>13}{'estimate':>13}{'upper':>13}{'error':>10}{'s':>7}")
    for case in CASES:
        for n in [g for g in (32, 64, 128, 256, 512) if g <= largest]:
            start = time.perf_counter()
            got = case.solve(n)
            seconds = time.perf_counter() - start
            error = got.estimate / case.reference - 1
            numbers = "".join(f"{v:13.6g}" for v in (case.reference, got.lower, got.estimate, got.upper))
            print(f"{case.name:<40}{n:>6}{numbers}{100 * error:>9.3f}%{seconds:>7.2f}", flush=True)
            rows.append(
                {"case": case.name, "grid": n, "reference": case.reference, "origin": case.origin}
                | got._asdict()
                | {"relative_error": error, "seconds": round(seconds, 3)}
            )
    write_results("transport_references", {"cases": rows})


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 256)
