"""pyamg on a picture in an interpreter of its own, without this package: `python pyamg_peer.py FILE.npy` prints JSON.

Imports nothing but NumPy, SciPy and pyamg. The tolerance is the loosest power of ten that gives the energy of
`grains(512)` to 1e-6.
"""

from __future__ import annotations

import json
import sys

import numpy as np
import pyamg
import scipy.sparse as sp

_TOLERANCE = 1e-5


def main() -> None:
    """Assemble, solve, print the energy."""
    matrix, right, start = assemble(np.load(sys.argv[1]))
    levels = pyamg.ruge_stuben_solver(matrix)
    x = levels.solve(right, tol=_TOLERANCE, accel="cg")
    print(json.dumps({"energy": float(start - 2 * right @ x + x @ (matrix @ x))}))


def assemble(field: np.ndarray) -> tuple[sp.csr_matrix, np.ndarray, float]:
    """Bilinear elements between a first row of nodes at 1 and a last one at 0, by diagonals: the fastest way SciPy has.

    Returns
    -------
    matrix, right : system of the free nodes.
    start : the energy is start - 2 right . x + x . matrix x.
    """
    padded = np.pad(field, 1)
    up_left, up_right, left, right = padded[:-1, :-1], padded[:-1, 1:], padded[1:, :-1], padded[1:, 1:]
    width = field.shape[1] + 1
    couplings = {1: (up_right + right) / 6, width - 1: left / 3, width: (left + right) / 6, width + 1: right / 3}
    upper = sp.diags([-values.ravel()[:-step] for step, values in couplings.items()], list(couplings))
    centre = (up_left + up_right + left + right).ravel() * 2 / 3
    whole = sp.csr_matrix(upper + upper.T + sp.diags(centre))
    free = whole[width:-width]
    inlet = -np.asarray(free[:, :width].sum(axis=1)).ravel()
    return free[:, width:-width].tocsr(), inlet, float(whole[:width, :width].sum())


if __name__ == "__main__":
    main()
