"""What makes one instance of a BBOB function: its optimum, rotations and offset, drawn as the suite documents.

The suite fixes its instances by a generator of its own (Park and Miller's with a shuffle), so that instance 3 of
function 15 is the same for everyone. Source: Hansen, Finck, Ros and Auger, Real-parameter black-box optimization
benchmarking 2009: noiseless functions definitions, INRIA RR-6829.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

_SCHWEFEL = 4.2096874633  # twice the distance of the optimum of function 20 from 0, per coordinate
_LUNACEK = 2.5  # mu_0 of function 24
_SEEDS = {4: 3, 18: 17}  # these two are drawn as the function before
_OTHER_ORDER = (10, 11, 12, 14, 15, 16, 17, 18)  # their R is drawn as the Q of the others
_SHRUNK = {8: 0.75}


class Instance(NamedTuple):
    """One instance.

    Attributes
    ----------
    x_opt : (D,) where the least value is.
    f_opt : the least value.
    q, r : (D, D) rotations; R is applied first.
    peaks, scales, heights : (n, D), (n, D), (n,) of the Gallagher functions, in rotated coordinates; else empty.
    """

    x_opt: np.ndarray
    f_opt: float
    q: np.ndarray
    r: np.ndarray
    peaks: np.ndarray
    scales: np.ndarray
    heights: np.ndarray


def draw_instance(function: int, instance: int, dimension: int) -> Instance:
    """Draw an instance of function 1 to 24 in two or more dimensions."""
    seed = _SEEDS.get(function, function) + 10000 * instance
    q, r = rotation(seed + 1_000_000, dimension), rotation(seed, dimension)
    q, r = (r, q) if function in _OTHER_ORDER else (q, r)
    x_opt = _optimum(function, seed, dimension)
    peaks = scales = heights = np.zeros((0,))
    if function in (21, 22):
        x_opt, peaks, scales, heights = _gallagher(function, seed, dimension, r)
    if function in (9, 19):
        x_opt = r.T @ np.full(dimension, 0.5) / max(1.0, np.sqrt(dimension) / 8)
    return Instance(x_opt, _offset(seed), q, r, peaks, scales, heights)


def uniform(number: int, seed: int) -> np.ndarray:
    """Numbers in (0, 1) of the suite's generator."""
    current = max(abs(int(seed)), 1)
    table = np.zeros(32, int)
    for at in range(39, -1, -1):
        current = _park_miller(current)
        if at < 32:
            table[at] = current
    drawn, values = int(table[0]), np.empty(number)
    for at in range(number):
        current = _park_miller(current)
        slot = drawn // 67108865
        drawn, table[slot] = int(table[slot]), current
        values[at] = drawn / 2.147483647e9
    return np.where(values == 0, 1e-99, values)


def normal(number: int, seed: int) -> np.ndarray:
    """Standard normal numbers, by Box and Muller from `uniform`."""
    drawn = uniform(2 * number, seed)
    values = np.sqrt(-2 * np.log(drawn[:number])) * np.cos(2 * np.pi * drawn[number:])
    return np.where(values == 0, 1e-99, values)


def rotation(seed: int, dimension: int) -> np.ndarray:
    """A rotation: normal numbers, their columns made orthonormal one after the other."""
    basis = normal(dimension * dimension, seed).reshape(dimension, dimension).T
    for i in range(dimension):
        for j in range(i):
            basis[:, i] -= basis[:, i] @ basis[:, j] * basis[:, j]
        basis[:, i] /= np.linalg.norm(basis[:, i])
    return basis


def _park_miller(current: int) -> int:
    return 16807 * current % 2147483647


def _offset(seed: int) -> float:
    value = round(100 * 100 * normal(1, seed)[0] / normal(1, seed + 1)[0]) / 100
    return float(np.clip(value, -1000, 1000))


def _optimum(function: int, seed: int, dimension: int) -> np.ndarray:
    if function == 12:
        seed += 1_000_000
    drawn = uniform(dimension, seed)
    x_opt = 8 * np.floor(1e4 * drawn) / 1e4 - 4
    x_opt = np.where(x_opt == 0, -1e-5, x_opt) * _SHRUNK.get(function, 1.0)
    if function == 4:
        x_opt[::2] = np.abs(x_opt[::2])
    if function == 5:
        return np.where(x_opt < 0, -5.0, 5.0)
    if function == 20:
        return np.where(drawn < 0.5, -0.5, 0.5) * _SCHWEFEL
    if function == 24:
        return np.sign(normal(dimension, seed)) * _LUNACEK / 2
    return x_opt


def _gallagher(function: int, seed: int, dimension: int, r: np.ndarray) -> tuple[np.ndarray, ...]:
    number, width, first = (101, 10.0, np.sqrt(1000.0)) if function == 21 else (21, 9.8, 1000.0)
    order = np.argsort(uniform(number - 1, seed), kind="stable")
    conditions = np.concatenate([[first], 1000.0 ** (order / (number - 2))])
    heights = np.concatenate([[10.0], 1.1 + 8.0 * np.arange(number - 1) / (number - 2)])
    orders = [np.argsort(uniform(dimension, seed + 1000 * at), kind="stable") for at in range(number)]
    scales = conditions[:, None] ** (np.array(orders) / (dimension - 1) - 0.5)
    places = width * uniform(dimension * number, seed).reshape(number, dimension) - width / 2
    places[0] *= 0.8
    return places[0], places @ r.T, scales, heights
