"""Cells of a polycrystal whose boundaries have a width and whose grains have directions.

Both are put into lengths and areas, which is all that the resistor network and the net know. What a grain resists on
the way from the middle of a cell to that of the next lengthens that way. Where a face of the volume cuts a boundary,
the voxels of it lie between the terminal and the grain behind them: only the grains' own voxels touch the terminal
directly, and each column of d boundary voxels is a piece of boundary, of the area that a whole one needs to resist as
much.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from benchmarks.predict.polycrystals.volumes import SolvedVolume
from ssbi_core.graph import build_graph, conduction_cells
from ssbi_core.graph.axis import array_axis
from ssbi_core.graph.cells import ConductionCells
from ssbi_core.io import PhaseMap
from ssbi_core.materials import Phase
from ssbi_core.simulate.polycrystal import BOUNDARY_WIDTH, PIXEL_SIZE_NM

LATTICE = (4, 4)
"""Cells of a body along the cube: grains wider than 24 voxels are cut, most are one cell."""

_LEAST = 1e-3  # voxels of a contact, below which it is none


def graph_cells(solved: SolvedVolume, axis: int) -> ConductionCells:
    """Cells for current along one axis: 0 rows, 1 columns, 2 slices."""
    graph = build_graph(PhaseMap(solved.labels, PIXEL_SIZE_NM), axis=axis)
    along = array_axis(axis, 3)
    order = [along, *(other for other in range(3) if other != along)]  # as `conduction_cells` turns the volume
    cells = _directed(conduction_cells(graph, *LATTICE), solved.tensors[:, order][:, :, order])
    regions = np.moveaxis(graph.regions, along, 0)
    for terminal, seen in enumerate((regions, regions[::-1])):
        cells = _behind_boundaries(cells, len(cells) + terminal, seen)
    return cells


def _directed(cells: ConductionCells, tensors: np.ndarray) -> ConductionCells:
    """Ways as long as one through a grain of full conductivity would have to be to resist as much."""
    ends = np.stack([cells.first, cells.second], axis=1)
    own, inner = np.minimum(ends, len(cells) - 1), ends < len(cells)
    apart = cells.centre[own[:, 1]] - cells.centre[own[:, 0]]
    way = np.where(inner.all(axis=1, keepdims=True), apart, np.eye(3)[0])
    way = way / np.linalg.norm(way, axis=1, keepdims=True)
    conducts = np.einsum("ma,msab,mb->ms", way, tensors[cells.region[own]], way)
    conducts = np.where(inner, conducts, 1.0)
    return replace(cells, path=cells.path / conducts, spreading=cells.spreading / conducts)


def _behind_boundaries(cells: ConductionCells, terminal: int, regions: np.ndarray) -> ConductionCells:
    """Contacts to the terminal before the first of `regions`, parted into direct ones and pieces of boundary."""
    direct, through = _face(regions)
    at = np.flatnonzero(cells.second == terminal)
    region = cells.region[cells.first[at]]
    share = cells.contact[at] / np.bincount(region, cells.contact[at])[region]
    contact = cells.contact.copy()
    contact[at] = np.maximum(direct[region] * share, _LEAST)
    added = BOUNDARY_WIDTH * through[region] * share
    at, added = at[added > _LEAST], added[added > _LEAST]
    return replace(
        cells,
        contact=np.concatenate([contact, added]),
        kind=np.concatenate([cells.kind, np.full(len(at), Phase.GRAIN_BOUNDARY)]),
        **{name: _repeated(getattr(cells, name), at) for name in ("first", "second", "path", "spreading")},
        **{name: _repeated(getattr(cells, name), at) for name in ("evenness", "direction")},
    )


def _face(regions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Voxels of each region on the first face, and the sum over columns of boundary before it of 1 / their length."""
    inside = regions >= 0
    depth = np.argmax(inside, axis=0)
    own = np.take_along_axis(regions, depth[None], axis=0)[0]
    reached, number = inside.any(axis=0), regions.max() + 1
    direct, behind = reached & (depth == 0), reached & (depth > 0)
    return np.bincount(own[direct], minlength=number), np.bincount(own[behind], 1 / depth[behind], number)


def _repeated(column: np.ndarray, at: np.ndarray) -> np.ndarray:
    return np.concatenate([column, column[at]])
