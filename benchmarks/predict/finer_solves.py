"""A second fidelity: the resistor network of each picture on cells far smaller than those the net sees.

Solved once, without learning. The net then learns what is left: its target is the truth less what the finer network
adds to its own. The finer network needs the picture and takes about half as long as finite elements do, nearly all of
it to cut the cells, so this is for the last percent, not for searches through thousands of graphs.
"""

from __future__ import annotations

import jax
import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.linalg import spsolve

from benchmarks.predict.kept_rows import Task, kept_rows
from benchmarks.predict.own_network import log_network
from ssbi_core.graph import build_graph
from ssbi_core.graph.cells import ConductionCells, conduction_cells
from ssbi_core.io import read_labels
from ssbi_core.materials import load_system
from ssbi_core.predict import MaterialValues, material_values
from ssbi_core.predict.conductance import log_contacts
from ssbi_core.predict.data import GraphData
from ssbi_core.predict.padded import Sizes, pad_cells, sizes_of
from ssbi_core.predict.records import StudyRecords

FINER = (16, 192)
"""Cells of a body, and of a layer, along the picture."""

_STEP = 4096  # of nodes, and of edges: few shapes to compile

_contacts = jax.jit(log_contacts)


def finer_log_sigma(records: StudyRecords, workers: int = 2) -> np.ndarray:
    """ln sigma (rows,) of the finer network of every row of a study, kept beside it."""
    return kept_rows(records, f"finer_{FINER[0]}x{FINER[1]}", "log_sigma", _of_row, workers)


def offsets(data: GraphData, finer: np.ndarray) -> np.ndarray:
    """What the finer network adds to the net's own, in ln sigma (rows,); `finer` is in the order of the data."""
    return (finer - log_network(data)).astype(np.float32)


def network_log_sigma(cells: ConductionCells, material: MaterialValues) -> float:
    """ln sigma in S/cm of a network of any size, which must join the two ends."""
    needed, number, edges = sizes_of(cells), len(cells), len(cells.first)
    nodes, contacts = (-(-size // _STEP) * _STEP for size in needed[:2])
    padded = pad_cells(cells, Sizes(nodes, contacts, needed.width))
    link = np.exp(np.asarray(_contacts(padded, material), float)[:edges])
    one, other = cells.first, cells.second
    rows, columns = np.concatenate([one, other, one, other]), np.concatenate([one, other, other, one])
    matrix = coo_array((np.concatenate([link, link, -link, -link]), (rows, columns)), (number + 2, number + 2)).tocsc()
    into = -matrix[:number, [number + 1]].toarray().ravel()
    potential = spsolve(matrix[:number, :number], into, permc_spec="MMD_AT_PLUS_A")
    return float(np.log(-(matrix[[number], :number] @ potential)[0]) + padded.shape)


def _of_row(task: Task) -> float:
    folder, row = task
    system = load_system(row["material_system"], reaction_layer=row["reaction_layer"])
    graph = build_graph(read_labels(folder / "labels" / f"{row['image']}.tif"), system=system, axis=row["axis"])
    return network_log_sigma(conduction_cells(graph, *FINER), material_values(system, row["temperature_K"]))
