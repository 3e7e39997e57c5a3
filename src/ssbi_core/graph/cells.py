"""Regions cut into compact cells: the microstructure as a network of conductors.

A grain may be one conductor; a layer along the whole interface or a cathode particle that fills half of the picture may
not, since its potential varies. Such regions are cut along a lattice laid over each of them, thin slivers joined to the
neighbour they share most border with, and every contact of two cells gets its size and the distances from the cells'
middles to it. Nothing of the material enters, so one set of cells serves every temperature and chemistry.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from skimage.measure import label

from ssbi_core.graph.axis import array_axis
from ssbi_core.graph.borders import Faces, face_centres, find_faces, sum_tiles, tile_number
from ssbi_core.graph.interface_graph import InterfaceGraph
from ssbi_core.graph.nodes import TERMINALS
from ssbi_core.graph.spread import BLOCKED, FREE, spread
from ssbi_core.materials import LAYERS, PHASES, Phase

ACROSS = 11
"""Cells of a body along the shortest side of the picture."""

LAYER_ACROSS = 48
"""Cells of a layer along it; layers resist most, and unevenly."""

_EDGE_COLUMNS = ("kind", "contact", "path", "spreading", "evenness", "direction")
_ACROSS_LAYER = 2.0  # cells of a layer are as much longer through it than along it: there the potential falls evenly
_TAKERS = (Phase.LLZO, Phase.NMC, Phase.DISLOCATION)
_SLIVER = 0.35  # of the area of a full cell; smaller pieces join a neighbour
_NEAREST = 0.15  # of a cell's equivalent diameter: no path to a contact is shorter


@dataclass(frozen=True, eq=False)
class ConductionCells:
    """Cells and the contacts between them; lengths in pixels.

    Attributes
    ----------
    phase : (n,) phase code of each cell.
    region : (n,) node of the graph it is a part of.
    size : (n,) pixels it covers, its share of boundary lines included.
    centre : (n, dimensions) its middle.
    first, second : (m,) cells of each contact, first < second; n and n + 1 are the terminals.
    kind : (m,) phase code of the line between them, 0 where they touch directly.
    contact : (m,) length (3D: area) of the contact.
    path : (m, 2) from the middle of each of the two cells to the contact; 0 for a terminal.
    spreading : (m, 2) the path that resists as much where current spreads from the contact over the whole cell; as long
        as `path` where the contact is as wide as the cell.
    evenness : (m, 2) harmonic over arithmetic mean of a layer's thickness behind the contact; 1 of bodies.
    direction : (m,) cosine of the contact's normal against the transport axis.
    shape : of the picture, the transport axis first.
    pixel_size_nm : edge of a pixel.
    """

    phase: np.ndarray
    region: np.ndarray
    size: np.ndarray
    centre: np.ndarray
    first: np.ndarray
    second: np.ndarray
    kind: np.ndarray
    contact: np.ndarray
    path: np.ndarray
    spreading: np.ndarray
    evenness: np.ndarray
    direction: np.ndarray
    shape: tuple[int, ...]
    pixel_size_nm: float

    def __len__(self) -> int:
        return len(self.phase)


def conduction_cells(graph: InterfaceGraph, across: int = ACROSS, layer_across: int = LAYER_ACROSS) -> ConductionCells:
    """Cut the regions of a graph into cells.

    Parameters
    ----------
    graph : with its image of regions, 2D or 3D.
    across : cells of a body along the shortest side of the picture; twice as many resolve twice as much.
    layer_across : of layers and coatings, along them.
    """
    codes = _codes(graph)
    regions = np.moveaxis(graph.regions, array_axis(graph.axis, graph.regions.ndim), 0)
    is_layer = np.isin(codes, tuple(LAYERS))
    edge = np.repeat(min(regions.shape) / np.where(is_layer, layer_across, across)[:, None], regions.ndim, axis=1)
    edge[is_layer, 0] *= _ACROSS_LAYER
    cells, owner = _cut(regions, edge)
    filled, steps = _filled(cells, np.isin(codes[owner], _TAKERS))
    size = np.bincount(filled[filled >= 0], minlength=len(owner)).astype(float)
    centre = _centres(filled, size)
    inner = _contacts(filled, steps, centre, owner, _Kinds.of(graph, codes))
    ends = [_terminal(filled, centre, number) for number in range(2)]
    columns = (np.concatenate(parts) for parts in zip(inner, *ends, strict=True))
    first, second, kind, contact, path, evenness, direction = columns
    body = np.append(size, [1.0, 1.0])[np.stack([first, second], axis=1)]
    cells = ConductionCells(
        codes[owner],
        owner,
        size,
        centre,
        first,
        second,
        kind,
        contact,
        path,
        _spreading(path, contact[:, None], body, regions.ndim),
        evenness,
        direction,
        regions.shape,
        graph.pixel_size_nm,
    )
    return without_idle(cells)


def without_idle(cells: ConductionCells) -> ConductionCells:
    """Only the cells that current can pass: no pores, and nothing that is cut off from a terminal by them."""
    number, pore = len(cells), cells.phase == Phase.PORE
    ends = np.stack([cells.first, cells.second])
    there = ~np.append(pore, [False, False])[ends].any(0)
    links = coo_array((np.ones(there.sum()), tuple(ends[:, there])), (number + 2, number + 2))
    group = connected_components(links, directed=False)[1]
    passes = ~pore & (group[:number] == group[number]) & (group[number] == group[number + 1])
    new = np.append(np.cumsum(passes) - 1, passes.sum() + np.arange(2))
    kept = there & np.append(passes, [True, True])[ends].all(0)
    edges = {name: getattr(cells, name)[kept] for name in _EDGE_COLUMNS}
    nodes = {name: getattr(cells, name)[passes] for name in ("phase", "region", "size", "centre")}
    first, second = new[ends[:, kept]]
    return replace(cells, **nodes, **edges, first=first, second=second)


def _filled(cells: np.ndarray, takes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cells with the line pixels handed to them, and how many steps they took there.

    As in the solver, solids take the lines beside them: a contact drawn along a pore would else not reach its
    electrolyte where that is a pixel thin. What no solid reaches, such as a line in a pore, goes to whatever is near.
    """
    if not takes.all():
        solid = np.append(takes, True)[cells]
        filled, steps = spread(np.where(cells < 0, FREE, np.where(solid, cells, BLOCKED)))
        cells, first = np.where(cells >= 0, cells, filled), steps
        filled, steps = spread(np.where(cells >= 0, cells, FREE))
        return filled, np.maximum(first, steps)
    return spread(np.where(cells >= 0, cells, FREE))


def _codes(graph: InterfaceGraph) -> np.ndarray:
    known = {phase.key: int(phase) for phase in PHASES}
    return np.array([known[key] for key in graph.nodes["phase"] if key not in TERMINALS], np.uint8)


def _cut(regions: np.ndarray, edge: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cells (-1 outside regions), and the region of each."""
    if not len(edge):
        return np.full(regions.shape, -1), np.zeros(0, np.int64)
    pieces = np.asarray(label(_lattice(regions, edge) + 1, background=0, connectivity=1)) - 1
    owner = _first(pieces, regions)
    joined = _without_slivers(pieces, owner, _SLIVER * _full_size(pieces, owner, edge))
    cells = np.where(pieces >= 0, joined[pieces], -1)
    return cells, _first(cells, regions)


def _full_size(pieces: np.ndarray, owner: np.ndarray, edge: np.ndarray) -> np.ndarray:
    """Pixels of an ordinary piece of the region of each: a box, or where that is thinner, as a layer, a slice of it."""
    size = np.bincount(pieces[pieces >= 0], minlength=len(owner))
    mean = np.bincount(owner, size, len(edge)) / np.maximum(np.bincount(owner, minlength=len(edge)), 1)
    return np.minimum(edge.prod(1), mean)[owner]


def _first(cells: np.ndarray, regions: np.ndarray) -> np.ndarray:
    owner = np.zeros(cells.max(initial=-1) + 1, np.int64)
    inside = cells >= 0
    owner[cells[inside]] = regions[inside]
    return owner


def _lattice(regions: np.ndarray, edge: np.ndarray) -> np.ndarray:
    """A number per region and lattice box, -1 outside; the boxes of a region are equal parts of its bounding box."""
    inside = regions >= 0
    own, place = regions[inside], np.argwhere(inside)
    number = own.astype(np.int64)
    for axis in range(regions.ndim):
        low = np.full(len(edge), regions.shape[axis])
        high = np.zeros(len(edge), np.int64)
        np.minimum.at(low, own, place[:, axis])
        np.maximum.at(high, own, place[:, axis])
        extent = high - low + 1
        boxes = np.maximum(np.rint(extent / edge[:, axis]), 1).astype(np.int64)
        box = (place[:, axis] - low[own]) * boxes[own] // extent[own]
        number = number * (boxes.max() + 1) + box
    result = np.full(regions.shape, -1, np.int64)
    result[inside] = np.unique(number, return_inverse=True)[1]
    return result


def _without_slivers(pieces: np.ndarray, owner: np.ndarray, least: np.ndarray) -> np.ndarray:
    """Number of the cell each piece ends in: what is too small joins the piece of its region it shares most with."""
    joined = np.arange(len(owner))
    for _ in range(3):
        cells = np.where(pieces >= 0, joined[pieces], -1)
        size = np.bincount(cells[cells >= 0], minlength=len(owner))
        partner = _partner(cells, owner)
        sliver = np.flatnonzero((size > 0) & (size < least) & (partner >= 0))
        if not sliver.size:
            break
        links = coo_array((np.ones(sliver.size), (sliver, partner[sliver])), (len(owner), len(owner)))
        group = connected_components(links, directed=False)[1]
        joined = np.unique(group, return_index=True)[1][group][joined]
    return np.unique(joined, return_inverse=True)[1]


def _partner(cells: np.ndarray, owner: np.ndarray) -> np.ndarray:
    """The cell of the same region that each shares most border with, -1 where it is alone."""
    faces = find_faces(cells)
    one, other = cells.ravel()[faces.before], cells.ravel()[faces.after]
    same = (one >= 0) & (other >= 0)
    same[same] = owner[one[same]] == owner[other[same]]
    ends = np.concatenate([one[same], other[same]]), np.concatenate([other[same], one[same]])
    shared = coo_array((np.ones(len(ends[0])), ends), (len(owner), len(owner))).tocsr()
    shared.sum_duplicates()
    partner = np.full(len(owner), -1)
    order = np.lexsort((shared.data, np.repeat(np.arange(len(owner)), np.diff(shared.indptr))))
    rows = np.repeat(np.arange(len(owner)), np.diff(shared.indptr))[order]
    partner[rows] = shared.indices[order]  # the last write is the largest
    return partner


def _centres(filled: np.ndarray, size: np.ndarray) -> np.ndarray:
    inside = filled >= 0
    place, own = np.argwhere(inside), filled[inside]
    sums = [np.bincount(own, place[:, axis], len(size)) for axis in range(filled.ndim)]
    return np.stack(sums, axis=1) / np.maximum(size, 1)[:, None]


class _Kinds:
    """What lies between two regions, by the graph's table of edges."""

    def __init__(self, key: np.ndarray, code: np.ndarray, codes: np.ndarray) -> None:
        self._key, self._code, self._codes = key, code, codes
        self.is_layer = np.isin(codes, tuple(LAYERS))

    @classmethod
    def of(cls, graph: InterfaceGraph, codes: np.ndarray) -> _Kinds:
        boundary = graph.edges["boundary"].to_numpy(object)
        inner = graph.edges["touching"].to_numpy(bool) & (boundary != "terminal")
        pair = graph.edges[["sender", "receiver"]].to_numpy(np.int64)[inner]
        known = {"direct": 0, **{phase.key: int(phase) for phase in PHASES}}
        key = pair[:, 0] * len(codes) + pair[:, 1]
        order = np.argsort(key)
        return cls(key[order], np.array([known[kind] for kind in boundary[inner]], np.int64)[order], codes)

    def between(self, one: np.ndarray, other: np.ndarray, drawn: np.ndarray) -> np.ndarray:
        """Phase code of the line between regions, per face; only a face with a drawn line has one, as a rule."""
        key = np.minimum(one, other).astype(np.int64) * len(self._codes) + np.maximum(one, other)
        at = np.minimum(np.searchsorted(self._key, key), max(len(self._key) - 1, 0))
        known = (self._key[at] == key) if len(self._key) else np.zeros(key.shape, bool)
        kind = np.where(known, self._code[at] if len(self._key) else 0, 0)
        phases = self._codes[np.stack([one, other])]
        electrolyte = np.isin(phases, (Phase.LLZO, Phase.DISLOCATION)).any(0)
        # as in the solver: wherever electrolyte meets electrode is a contact, whatever is drawn there
        kind = np.where(electrolyte & (phases == Phase.NMC).any(0), Phase.CONTACT, kind)
        undrawn = np.isin(kind, (Phase.CONTACT, Phase.DISLOCATION))
        return np.where((one == other) | ~(drawn | undrawn), 0, kind)


def _contacts(
    filled: np.ndarray, steps: np.ndarray, centre: np.ndarray, owner: np.ndarray, kinds: _Kinds
) -> tuple[np.ndarray, ...]:
    """Columns of `ConductionCells` from `first` to `direction`, of the contacts between cells, but for `spreading`."""
    faces = find_faces(filled)
    pair = filled.ravel()[np.stack([faces.before, faces.after])]
    met = (pair >= 0).all(0)
    faces, pair = Faces(faces.before[met], faces.after[met], faces.direction[met]), pair[:, met]
    drawn = steps.ravel()[faces.before] + steps.ravel()[faces.after] > 0
    kind = kinds.between(owner[pair[0]], owner[pair[1]], drawn)
    low, high = pair.min(0).astype(np.int64), pair.max(0)
    rows, row = np.unique((low * (len(owner) + 1) + high) * len(Phase) + kind, return_inverse=True)
    first, second = np.divmod(rows // len(Phase), len(owner) + 1)
    contact, _ = sum_tiles(row, len(rows), tile_number(faces, filled.shape), faces.direction, drawn)
    middle, normal = _middle_and_normal(faces, np.where(pair[0] <= pair[1], 1.0, -1.0), row, len(rows), filled.shape)
    path = np.stack([_path(middle - centre[first], normal), _path(centre[second] - middle, normal)], axis=1)
    least = _NEAREST * _diameter(filled, len(owner))
    path = np.maximum(path, np.stack([least[first], least[second]], axis=1))
    across = kinds.is_layer[owner[np.stack([first, second], axis=1)]] & (owner[first] != owner[second])[:, None]
    evenness = np.where(across, _evenness(np.append(owner, -1)[filled], faces, pair, row, normal), 1.0)
    return first, second, rows % len(Phase), contact, path, evenness, np.abs(normal[:, 0])


def _middle_and_normal(
    faces: Faces, sign: np.ndarray, row: np.ndarray, number: int, shape: tuple[int, ...]
) -> tuple[np.ndarray, np.ndarray]:
    """Mean place of the faces of each row, and the unit vector from its first cell to its second."""
    centres, count = face_centres(faces, shape), np.bincount(row, minlength=number)
    middle = np.stack([np.bincount(row, column, number) for column in centres.T], axis=1) / count[:, None]
    towards = [np.bincount(row, sign * (faces.direction == axis), number) for axis in range(len(shape))]
    normal = np.stack(towards, axis=1).astype(float)  # without any face, bincount counts whole ones
    length = np.linalg.norm(normal, axis=1, keepdims=True)
    return middle, np.divide(normal, length, out=np.zeros_like(normal), where=length > 0)


def _evenness(regions: np.ndarray, faces: Faces, pair: np.ndarray, row: np.ndarray, normal: np.ndarray) -> np.ndarray:
    """(rows, 2) harmonic over arithmetic mean of the way through the first and second region behind the faces of a row.

    Layers resist more than what they lie between, so that the current takes the shortest way through them everywhere,
    and prefers where they are thin: at the end of a lens most of all.
    """
    before, after = _runs(regions, faces)
    swapped = pair[0] > pair[1]
    weight = np.maximum(np.abs(normal[row, faces.direction]), 1e-3)
    total = np.bincount(row, weight, len(normal))
    ways = np.where(swapped, after, before), np.where(swapped, before, after)
    means = [(np.bincount(row, weight / way, len(normal)), np.bincount(row, weight * way, len(normal))) for way in ways]
    return np.stack([total**2 / (inverse * plain) for inverse, plain in means], axis=1)


def _runs(regions: np.ndarray, faces: Faces) -> tuple[np.ndarray, np.ndarray]:
    """Pixels of the same region in a straight line behind each face, and ahead of it."""
    behind, ahead = np.ones(len(faces.before)), np.ones(len(faces.before))
    for axis in range(regions.ndim):
        own = faces.direction == axis
        behind[own] = _run(regions, axis).ravel()[faces.before[own]]
        ahead[own] = np.flip(_run(np.flip(regions, axis), axis), axis).ravel()[faces.after[own]]
    return behind, ahead


def _run(regions: np.ndarray, axis: int) -> np.ndarray:
    """How many pixels of the same region end in each pixel, itself included."""
    moved = np.moveaxis(regions, axis, 0)
    place = np.arange(len(moved)).reshape(-1, *[1] * (moved.ndim - 1))
    start = np.zeros(moved.shape, np.int64)
    start[1:] = np.where(moved[1:] != moved[:-1], place[1:], 0)
    return np.moveaxis(place - np.maximum.accumulate(start, axis=0) + 1, 0, axis)


def _path(offset: np.ndarray, normal: np.ndarray) -> np.ndarray:
    return np.einsum("md,md->m", offset, normal)


def _diameter(filled: np.ndarray, number: int) -> np.ndarray:
    """Of the square (cube) as large as each cell."""
    return np.bincount(filled[filled >= 0], minlength=number) ** (1 / filled.ndim)


def _spreading(path: np.ndarray, contact: np.ndarray, size: np.ndarray, ndim: int) -> np.ndarray:
    """Length of a conductor as wide as the contact that resists as a cell does in which current spreads.

    The conductor widens from the contact on until it is as wide as the cell: in 2D at the rate pi, that of a half
    plane about a strip; in 3D such that a small disc has the resistance of a half space about it, 1 / (4 radius).
    """
    body = np.maximum(size / np.maximum(2 * path, 1e-9), contact)
    if ndim == 2:
        rate, start, full = np.pi, contact, body
        wide = np.minimum(start + rate * path, full)
        widening = np.log(wide / start) / rate
    else:
        rate, start, full = 4 / np.sqrt(np.pi), np.sqrt(contact), np.sqrt(body)
        wide = np.minimum(start + rate * path, full)
        widening = (1 / start - 1 / wide) / rate
    straight = np.maximum(path - (wide - start) / rate, 0) / body
    return np.where(path > 0, contact * (widening + straight), 0.0)


def _terminal(filled: np.ndarray, centre: np.ndarray, number: int) -> tuple[np.ndarray, ...]:
    """Columns of `ConductionCells` of the contacts to a face of the transport axis."""
    face = filled[-1 if number else 0].ravel()
    size = np.bincount(face[face >= 0], minlength=len(centre)).astype(float)
    cell = np.flatnonzero(size)
    away = filled.shape[0] - 0.5 - centre[cell, 0] if number else centre[cell, 0] + 0.5
    none = np.zeros(cell.size)
    terminal = np.full(cell.size, len(centre) + number)
    return (
        cell,
        terminal,
        none.astype(np.int64),
        size[cell],
        np.stack([away, none], axis=1),
        np.ones((cell.size, 2)),
        none + 1,
    )
