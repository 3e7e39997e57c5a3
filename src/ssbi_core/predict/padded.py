"""Cells of fixed shape: what a jitted function sees of `ConductionCells`.

Sizes are rounded up to a bucket so that few shapes are compiled. Everything is dimensionless but the conductances
themselves: lengths are in pixels, and the pixel enters only where a line's resistance meets a body's conductivity.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ssbi_core.graph.cells import ConductionCells
from ssbi_core.predict.kirchhoff import Band, band_of

_BUCKET = (64, 128, 12)  # nodes, edges, band: steps in which sizes grow
_CM_PER_NM = 1e-7


class Sizes(NamedTuple):
    """Static sizes of padded cells: nodes without terminals, contacts, and width of the band."""

    nodes: int
    edges: int
    width: int


class PaddedCells(NamedTuple):
    """Cells and contacts of one graph, or of a batch with one more axis in front; a pytree of arrays.

    Attributes
    ----------
    phase : (nodes,) int32 phase code, 0 in the padding.
    share : (nodes,) float32 share of the picture, 0 in the padding.
    first, second : (edges,) int32; `nodes` and `nodes` + 1 are the terminals, and the padding joins them.
    kind : (edges,) int32 phase code of the line between, 0 where cells touch directly.
    contact : (edges,) float32 size of the contact in pixels, 0 in the padding.
    path : (edges, 2) float32 from the middle of each cell to the contact, in pixels.
    geometry : (edges, 2, 4) float32 as seen from each of the two cells, 0 for terminals: natural logarithms of the
        contact's width and of the path over the edge of the square (cube) as large as the cell, of spreading over
        path, and of the evenness.
    fineness : (edges,) float32 pixel over width of the contact, 1 for a single pixel: what the grid does not resolve.
    direction : (edges,) float32 cosine of the contact's normal against the transport axis.
    band : place of the edges in the solver's band.
    pixel_cm : () float32 edge of a pixel.
    shape : () float32 natural logarithm of length over cross section, in pixels.
    volume : () float32 pixels of the picture.
    """

    phase: np.ndarray
    share: np.ndarray
    first: np.ndarray
    second: np.ndarray
    kind: np.ndarray
    contact: np.ndarray
    path: np.ndarray
    geometry: np.ndarray
    fineness: np.ndarray
    direction: np.ndarray
    band: Band
    pixel_cm: np.ndarray
    shape: np.ndarray
    volume: np.ndarray


def sizes_of(cells: ConductionCells) -> Sizes:
    """Smallest bucket that holds these cells."""
    _, width = band_of(cells.first, cells.second, len(cells))
    needed = (len(cells), len(cells.first), width)
    return Sizes(*(max(-(-size // step), 1) * step for size, step in zip(needed, _BUCKET, strict=True)))


def largest(sizes: Sequence[Sizes]) -> Sizes:
    """Smallest sizes that hold all of these."""
    return Sizes(*(max(column) for column in zip(*sizes, strict=True)))


def pad_cells(cells: ConductionCells, sizes: Sizes) -> PaddedCells:
    """Pad the cells of one graph; `sizes` must hold it."""
    number, spare = len(cells), sizes.nodes - len(cells)
    band, _ = band_of(cells.first, cells.second, number)
    volume = float(np.prod(cells.shape))

    def nodes(column: np.ndarray, kind: type) -> np.ndarray:
        return np.pad(column, (0, spare)).astype(kind)

    def edges(column: np.ndarray, kind: type, fill: int = 0) -> np.ndarray:
        missing = [(0, sizes.edges - len(column)), *[(0, 0)] * (column.ndim - 1)]
        return np.pad(column, missing, constant_values=fill).astype(kind)

    return PaddedCells(
        nodes(cells.phase, np.int32),
        nodes(cells.size / volume, np.float32),
        edges(cells.first, np.int32, sizes.nodes),
        edges(np.where(cells.second >= number, cells.second + spare, cells.second), np.int32, sizes.nodes + 1),
        edges(cells.kind, np.int32),
        edges(cells.contact, np.float32),
        edges(cells.path, np.float32),
        edges(_geometry(cells), np.float32),
        edges(_width(cells) ** -1.0, np.float32),
        edges(cells.direction, np.float32),
        Band(*(edges(column, column.dtype.type) for column in band)),
        np.asarray(cells.pixel_size_nm * _CM_PER_NM, np.float32),
        np.asarray(np.log(cells.shape[0]) - np.log(np.prod(cells.shape[1:])), np.float32),
        np.asarray(volume, np.float32),
    )


def _width(cells: ConductionCells) -> np.ndarray:
    return cells.contact ** (1 / (len(cells.shape) - 1))


def _geometry(cells: ConductionCells) -> np.ndarray:
    ends = np.stack([cells.first, cells.second], axis=1)
    extent = np.append(cells.size, [1.0, 1.0])[ends] ** (1 / len(cells.shape))
    inside = cells.path > 0
    path = np.where(inside, cells.path, 1.0)
    logs = [np.log(_width(cells)[:, None] / extent), np.log(path / extent)]
    logs += [np.log(np.where(inside, cells.spreading, 1.0) / path), np.log(cells.evenness)]
    return np.where(inside[..., None], np.stack(logs, axis=2), 0.0)


def stack(graphs: Sequence[PaddedCells]) -> PaddedCells:
    """One batch of graphs padded alike."""
    bands = Band(*(np.stack(column) for column in zip(*(graph.band for graph in graphs), strict=True)))
    columns = {
        name: np.stack([getattr(graph, name) for graph in graphs]) for name in PaddedCells._fields if name != "band"
    }
    return PaddedCells(band=bands, **columns)


def pad_batch(cells: Sequence[ConductionCells], sizes: Sizes | None = None) -> tuple[PaddedCells, Sizes]:
    """Pad graphs to one size, the smallest that fits by default, and stack them."""
    sizes = sizes or largest([sizes_of(each) for each in cells])
    return stack([pad_cells(each, sizes) for each in cells]), sizes
