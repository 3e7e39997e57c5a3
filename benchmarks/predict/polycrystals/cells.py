"""Cells of a polycrystal whose boundaries have a width.

A network of cells has boundaries without one: their voxels are handed to the grains beside them, and what they resist
is a property of the contact. Across the current that is exact. Along it, and where a face of the volume cuts them, it
would let current through boundaries as if they were grain. So contacts within a grain are narrowed to the grain's own
voxels; of a face of the volume only these touch the terminal directly; and each column of d boundary voxels before a
grain there is a piece of boundary, of the area that a whole one needs to resist as much.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.ndimage import find_objects

from ssbi_core.graph import build_graph, conduction_cells
from ssbi_core.graph.axis import array_axis
from ssbi_core.graph.cells import ConductionCells
from ssbi_core.graph.spread import FREE, spread
from ssbi_core.io import PhaseMap
from ssbi_core.materials import Phase
from ssbi_core.simulate.polycrystal import BOUNDARY_WIDTH, PIXEL_SIZE_NM

LATTICE = (4, 4)
"""Cells of a body along the cube: grains wider than 24 voxels are cut, most are one cell."""

_LEAST = 1e-3  # voxels of a contact, below which it is none


def graph_cells(labels: np.ndarray, axis: int) -> ConductionCells:
    """Cells for current along one axis, 0 rows, 1 columns, 2 slices, of a volume (edge, edge, edge) of phase codes."""
    graph = build_graph(PhaseMap(labels, PIXEL_SIZE_NM), axis=axis)
    regions = np.moveaxis(graph.regions, array_axis(axis, 3), 0)  # as `conduction_cells` turns the volume
    cells = _narrowed(conduction_cells(graph, *LATTICE), regions)
    for terminal, seen in enumerate((regions, regions[::-1])):
        cells = _behind_boundaries(cells, len(cells) + terminal, seen)
    return _without(cells, cells.contact <= _LEAST)


def _narrowed(cells: ConductionCells, regions: np.ndarray) -> ConductionCells:
    """Contacts between cells of one grain as wide as the grain is there without its share of the boundaries.

    The mean cross section of a region is its volume over its extent along the normal.
    """
    own, whole = _cross_sections(regions), _cross_sections(spread(np.where(regions < 0, FREE, regions))[0])
    inner = cells.second < len(cells)
    at = np.flatnonzero(inner)[cells.region[cells.first[inner]] == cells.region[cells.second[inner]]]
    apart = np.abs(cells.centre[cells.second[at]] - cells.centre[cells.first[at]])
    region, normal = cells.region[cells.first[at]], apart.argmax(axis=1)
    contact = cells.contact.copy()
    contact[at] *= own[region, normal] / whole[region, normal]
    return replace(cells, contact=contact)


def _cross_sections(regions: np.ndarray) -> np.ndarray:
    """Mean area (regions, 3) of each region across each array axis."""
    size = np.bincount(regions[regions >= 0])
    boxes = [[part.stop - part.start for part in box] for box in find_objects(regions + 1)]
    return size[:, None] / np.array(boxes)


def _behind_boundaries(cells: ConductionCells, terminal: int, regions: np.ndarray) -> ConductionCells:
    """Contacts to the terminal before the first of `regions`, parted into direct ones and pieces of boundary."""
    direct, through = _face(regions)
    at = np.flatnonzero(cells.second == terminal)
    region = cells.region[cells.first[at]]
    share = cells.contact[at] / np.bincount(region, cells.contact[at])[region]
    contact = cells.contact.copy()
    contact[at] = direct[region] * share
    columns = {name: _repeated(getattr(cells, name), at) for name in _REPEATED}
    boundary = np.full(len(at), Phase.GRAIN_BOUNDARY)
    return replace(
        cells,
        contact=np.concatenate([contact, BOUNDARY_WIDTH * through[region] * share]),
        kind=np.concatenate([cells.kind, boundary]),
        **columns,
    )


def _face(regions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Voxels of each region on the first face, and the sum over columns of boundary before it of 1 / their length."""
    inside = regions >= 0
    depth = np.argmax(inside, axis=0)
    own = np.take_along_axis(regions, depth[None], axis=0)[0]
    reached, number = inside.any(axis=0), regions.max() + 1
    direct, behind = reached & (depth == 0), reached & (depth > 0)
    return np.bincount(own[direct], minlength=number), np.bincount(own[behind], 1 / depth[behind], number)


_REPEATED = ("first", "second", "path", "spreading", "evenness", "direction")


def _repeated(column: np.ndarray, at: np.ndarray) -> np.ndarray:
    return np.concatenate([column, column[at]])


def _without(cells: ConductionCells, drop: np.ndarray) -> ConductionCells:
    columns = {name: getattr(cells, name)[~drop] for name in (*_REPEATED, "contact", "kind")}
    return replace(cells, **columns)
