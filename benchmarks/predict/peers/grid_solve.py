"""Finite volumes on a rectangular grid: Kirchhoff's law in every block, five points each, solved directly."""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.linalg import spsolve

from benchmarks.predict.peers.coarse_links import CoarseLinks


def grid_conductance(links: CoarseLinks) -> float:
    """Conductance between the electrodes, both along the first axis; in the unit of the links.

    Parameters
    ----------
    links : all above 0.
    """
    shape = (links.along.shape[0] - 1, links.along.shape[1])
    block = np.arange(shape[0] * shape[1]).reshape(shape)
    first = np.concatenate([block[:-1].ravel(), block[:, :-1].ravel()])
    second = np.concatenate([block[1:].ravel(), block[:, 1:].ravel()])
    link = np.concatenate([links.along[1:-1].ravel(), links.across.ravel()])
    diagonal = np.bincount(first, link, block.size) + np.bincount(second, link, block.size)
    diagonal[block[0]] += links.along[0]
    diagonal[block[-1]] += links.along[-1]
    rows, columns = np.concatenate([first, second, block.ravel()]), np.concatenate([second, first, block.ravel()])
    matrix = coo_array((np.concatenate([-link, -link, diagonal]), (rows, columns))).tocsc()
    inlet = np.zeros(block.size)
    inlet[block[-1]] = links.along[-1]
    potential = spsolve(matrix, inlet, permc_spec="MMD_AT_PLUS_A")
    return float(links.along[0] @ potential[block[0]])
