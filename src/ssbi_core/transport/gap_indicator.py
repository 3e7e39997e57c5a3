"""Where the gap between the two bounds comes from, cell by cell.

For a potential u of unit voltage and a current q without divergence the gap of the two bounds is the integral of
sigma |grad u + q / sigma|^2, once q is scaled to the current that the lower bound allows; a resistive face adds
(jump - R q)^2 / R. Every term is the misfit of Ohm's law in one place, and the sum is exact: no estimate could be
sharper.
Source: W. Prager, J. L. Synge, Approximations in elasticity based on the concept of function space,
Q. Appl. Math. 5 (1947) 241.
"""

from __future__ import annotations

import numpy as np

from ssbi_core.transport.dual import DualSolution
from ssbi_core.transport.elements import jump, rotated_products
from ssbi_core.transport.graded_mesh import GradedMesh
from ssbi_core.transport.primal import CellPotential, PrimalProblem, face_corners
from ssbi_core.transport.tensors import pixel_basis, pixel_coefficients, rotated_resistivity


def gap_per_cell(
    primal: PrimalProblem,
    potential: CellPotential,
    dual: DualSolution,
    conductivity: np.ndarray,
    resistance: np.ndarray,
) -> np.ndarray:
    """Share of each cell in upper - lower, (cells,), dimensionless as the bounds; half of a face's to either side.

    Never negative but beside torn nodes, which count what closing them costs, less what the jump there saved.

    Parameters
    ----------
    primal : the problem behind `potential`, on a mesh.
    conductivity, resistance : what both problems were solved for, as in `PrimalProblem.solve`.
    """
    mesh, pieces = primal.mesh, primal.pieces
    assert mesh is not None
    sign = 1.0 if primal.axis == 0 else -1.0
    u = _differences(potential.at_corners)
    current = 1 / dual.solution.energy
    stream = _differences(mesh.at_corners(dual.solution.values, dual.corners)) * current
    misfit = _energy(conductivity, u, mesh) + _energy(rotated_resistivity(conductivity), stream, mesh)
    misfit += 2 * sign * np.einsum("na,na->n", u @ rotated_products(), stream)
    u, ends = (face_corners(np.nan_to_num(v), pieces) for v in (potential.at_corners, stream))
    through = sign * np.where(pieces.axis == 0, 1.0, -1.0) * (ends[:, 1] - ends[:, 0])
    across = pieces.conductance(resistance) * np.einsum("na,na->n", u @ jump(2), u)
    across += through**2 * resistance[pieces.face] / pieces.length
    across -= through * (u[:, 0] + u[:, 1] - u[:, 2] - u[:, 3])
    for cells, share in ((pieces.first, across / 2), (pieces.second, across / 2)):
        misfit += np.bincount(cells, share, minlength=len(mesh))
    of_tears = (potential.tears - 2 * _across_tears(primal.torn, potential.at_corners, stream * sign)) / 2
    for corner in primal.torn:
        misfit += np.bincount(corner // 4, of_tears, minlength=len(mesh))
    return misfit * potential.scale


def _differences(at_corners: np.ndarray) -> np.ndarray:
    """Corner values less that of the first; 0 where nothing is known of the potential, which carries no current."""
    return np.nan_to_num(at_corners - at_corners[:, :1])


def _across_tears(torn: np.ndarray, potential: np.ndarray, stream: np.ndarray) -> np.ndarray:
    """Current across the edge at each tear times the mean jump over it: the potential's energy misses so much.

    The two cells of a tear share an edge that starts at the torn node; at its other end there is no jump.
    """
    cell, first = torn[0] // 4, torn[0] % 4
    across = first ^ torn[1] % 4  # bit of the axis normal to the edge
    other = first ^ 3 ^ across
    along = np.where(other > first, 1.0, -1.0) * np.where(across == 2, 1.0, -1.0)
    through = along * (stream[cell, other] - stream[cell, first])
    jump = np.subtract(*potential.ravel()[torn])
    return np.nan_to_num(through * jump / 2)


def _energy(field: np.ndarray, at_corners: np.ndarray, mesh: GradedMesh) -> np.ndarray:
    """Energy of every cell in a field of pixels, from values (cells, 4)."""
    products = np.stack([np.einsum("na,na->n", at_corners @ basis, at_corners) for basis in pixel_basis(field)])
    return np.sum(mesh.of_cells(pixel_coefficients(field)) * products, axis=0)
