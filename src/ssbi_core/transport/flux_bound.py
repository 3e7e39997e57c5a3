"""Lower bound of the effective conductivity in 3D (and 2D), from a finite-volume current.

Any current that leaves every voxel as it enters, and no insulator, dissipates at least as much as the true one
(Thomson's principle). Such a current comes from a cell-centred finite-volume solve with two-point fluxes; inside a
voxel it is interpolated linearly along each axis (Raviart-Thomas of lowest order), which keeps it divergence-free,
and its dissipation integrates in closed form: (a^2 + ab + b^2) / 3 per axis for fluxes a and b on opposite faces,
products of means for the off-diagonal terms of the resistivity tensor.
"""

from __future__ import annotations

import numpy as np

from ssbi_core.transport.discrete_problem import Block, DiscreteProblem, DiscreteSolution
from ssbi_core.transport.elements import SPRING
from ssbi_core.transport.linear_solve import SpdSolver
from ssbi_core.transport.nested_dissection import elimination_rank
from ssbi_core.transport.surfaces import Surfaces
from ssbi_core.transport.tensors import conducting, inverse, is_tensor


def flux_bound(
    conductivity: np.ndarray, axis: int, surfaces: Surfaces, resistance: np.ndarray, solver: SpdSolver
) -> tuple[float, DiscreteSolution]:
    """Lower bound for a percolating field (dimensionless), with the finite-volume solution behind it."""
    live = conducting(conductivity)
    shape = live.shape
    resistivity = inverse(conductivity)
    face_resistance = _face_resistances(shape, surfaces, resistance)
    links, conductances = _links(live, _normal_resistivity(resistivity, len(shape)), face_resistance, axis)
    fixed = np.concatenate([np.full(live.size, np.nan), [1.0, 0.0]])
    rank = np.concatenate([elimination_rank(shape), [live.size, live.size]])
    problem = DiscreteProblem([Block(links, SPRING[None])], fixed, rank, solver)
    solution = problem.solve([conductances[None]], may_float=not live.all(), refine=True)
    drops = (part[links[:, 0]] - part[links[:, 1]] for part in map(np.nan_to_num, solution.parts))
    flux = conductances * sum(drops)
    fluxes = _on_faces(flux, shape, axis)
    energy = _dissipation(fluxes, resistivity) + _face_dissipation(fluxes, face_resistance)
    current = (fluxes[axis].take(0, axis).sum() + fluxes[axis].take(-1, axis).sum()) / 2
    return shape[axis] ** 2 * current**2 / (live.size * energy), solution


def _normal_resistivity(resistivity: np.ndarray, ndim: int) -> list[np.ndarray]:
    if not is_tensor(resistivity):
        return [resistivity] * ndim
    return [resistivity[..., k, k] for k in range(ndim)]


def _face_resistances(shape: tuple[int, ...], surfaces: Surfaces, resistance: np.ndarray) -> list[np.ndarray]:
    """Resistance of all inner faces normal to each axis, zero where there is no surface."""
    result = []
    for axis in range(len(shape)):
        faces = np.zeros([n - (k == axis) for k, n in enumerate(shape)])
        on = surfaces.axis == axis
        faces[np.unravel_index(surfaces.first[on], shape)] = resistance[on]
        result.append(faces)
    return result


def _links(
    live: np.ndarray, normal: list[np.ndarray], faces: list[np.ndarray], axis: int
) -> tuple[np.ndarray, np.ndarray]:
    """Resistor network: cells joined through their faces, and to the two electrodes (numbers n and n + 1).

    Order: for every axis the inner faces, flat; then the first outer faces of `axis`, then the last ones.
    """
    cells = np.arange(live.size, dtype=np.int32).reshape(live.shape)
    ends, series, both = [], [], []
    for k, (rho, extra) in enumerate(zip(normal, faces, strict=True)):
        before, behind = _sides(cells, k)
        ends.append((before, behind))
        series.append(sum(_sides(rho, k)) / 2 + extra.ravel())
        both.append(np.logical_and(*_sides(live, k)))
    for electrode, side in ((0, 0), (1, -1)):
        cell = cells.take(side, axis).ravel()
        terminal = np.full_like(cell, live.size + electrode)
        ends.append((terminal, cell) if electrode == 0 else (cell, terminal))
        series.append(normal[axis].take(side, axis).ravel() / 2)
        both.append(live.take(side, axis).ravel())
    resistance = np.concatenate(series)
    conductance = np.divide(1.0, resistance, out=np.zeros_like(resistance), where=np.concatenate(both))
    return np.stack([np.concatenate(e) for e in zip(*ends, strict=True)], axis=1), conductance


def _sides(field: np.ndarray, axis: int) -> tuple[np.ndarray, np.ndarray]:
    moved = np.moveaxis(field, axis, 0)
    return tuple(np.moveaxis(part, 0, axis).ravel() for part in (moved[:-1], moved[1:]))  # type: ignore[return-value]


def _on_faces(flux: np.ndarray, shape: tuple[int, ...], axis: int) -> list[np.ndarray]:
    """Flux through all faces normal to each axis, outer ones included (zero on the sides)."""
    result, start = [], 0
    for k in range(len(shape)):
        inner = [n - (j == k) for j, n in enumerate(shape)]
        count = int(np.prod(inner))
        result.append(
            np.pad(flux[start : start + count].reshape(inner), [(int(j == k),) * 2 for j in range(len(shape))])
        )
        start += count
    outer = [n for j, n in enumerate(shape) if j != axis]
    first, last = np.split(flux[start:], 2)
    whole = np.moveaxis(result[axis], axis, 0)
    whole[0], whole[-1] = first.reshape(outer), last.reshape(outer)
    return result


def _dissipation(fluxes: list[np.ndarray], resistivity: np.ndarray) -> float:
    ndim = len(fluxes)
    normal = _normal_resistivity(resistivity, ndim)
    total, means = 0.0, []
    for k, flux in enumerate(fluxes):
        a, b = (part.reshape(normal[k].shape) for part in _sides(flux, k))
        total += float(np.sum(normal[k] * (a * a + a * b + b * b)) / 3)
        means.append((a + b) / 2)
    if is_tensor(resistivity):
        total += sum(
            2 * float(np.sum(resistivity[..., i, j] * means[i] * means[j])) for i in range(ndim) for j in range(i)
        )
    return total


def _face_dissipation(fluxes: list[np.ndarray], faces: list[np.ndarray]) -> float:
    inner = (np.moveaxis(np.moveaxis(flux, k, 0)[1:-1], 0, k) for k, flux in enumerate(fluxes))
    return sum(float(np.sum(r * f * f)) for r, f in zip(faces, inner, strict=True))
