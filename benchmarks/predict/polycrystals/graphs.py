"""Graphs of the volumes: one for each volume and axis, cut into cells once and kept beside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import jax.numpy as jnp
import numpy as np

from benchmarks.predict.polycrystals.cells import LATTICE, graph_cells
from benchmarks.predict.polycrystals.volumes import SolvedVolume, volume
from ssbi_core.graph.cells import ConductionCells
from ssbi_core.materials import Phase
from ssbi_core.predict import MaterialValues
from ssbi_core.predict.cells_file import read_cells, write_cells
from ssbi_core.predict.data import GraphData
from ssbi_core.simulate.polycrystal import BOUNDARY_WIDTH, PIXEL_SIZE_NM

_PIXEL_CM = PIXEL_SIZE_NM * 1e-7


def polycrystal_graphs(folder: Path, indices: Sequence[int]) -> GraphData:
    """Graphs of some volumes with their conductivities: rows 3 i to 3 i + 2 are the axes of the i-th."""
    cells, materials, conductivity = [], [], []
    for index in indices:
        each = volume(folder, index)
        cells += [_kept_cells(folder / f"{index:04d}_{axis}.cells", each, axis) for axis in range(3)]
        materials += [boundary_material(each.ratio)] * 3
        conductivity += each.conductivity.tolist()
    return GraphData.of_cells(cells, materials, conductivity)


def boundary_material(ratio: float) -> MaterialValues:
    """Properties of grains of 1 S/cm, and of boundaries that conduct `ratio` times as well.

    A boundary resists what a layer as wide and as conductive as the drawn one does, less the grain that a line without
    width leaves to the cells in its stead.
    """
    conductivity, resistance = np.zeros(len(Phase)), np.zeros(len(Phase))
    conductivity[Phase.LLZO] = 1.0
    resistance[Phase.GRAIN_BOUNDARY] = BOUNDARY_WIDTH * _PIXEL_CM * (1 / ratio - 1)
    return MaterialValues(jnp.asarray(conductivity, jnp.float32), jnp.asarray(resistance, jnp.float32))


def _kept_cells(path: Path, solved: SolvedVolume, axis: int) -> ConductionCells:
    if not path.is_file():
        write_cells(path, {LATTICE: graph_cells(solved.labels, axis)})
    return read_cells(path, LATTICE)
