"""Two potentials on one grid: ions and electrons, each conducting by itself, joined where charge is transferred.

Each carrier has the bilinear elements of `primal`. They are joined per area, at faces between a pixel whose ions and a
pixel whose electrons take part, or per volume, by the mass matrix of the pixel: the energy gains the integral of
(phi_ion - phi_el)^2 / R over the faces and of a (phi_ion - phi_el)^2 over the volume. Ions enter at one outer face of
the axis, electrons leave at the other; each carrier is stopped at the face of the other one.

All is symmetric positive definite, so the linear problem is one of `discrete_problem` with more blocks, and as both
potentials are admissible the conductance is never too low. In pixels far larger than the depth that charge transfer
reaches, potentials may overshoot by some per cent.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from ssbi_core.transport.discrete_problem import Block, DiscreteProblem, DiscreteSolution
from ssbi_core.transport.elements import corner_offsets, jump, mean_gradient
from ssbi_core.transport.linear_solve import SpdSolver
from ssbi_core.transport.nested_dissection import elimination_rank
from ssbi_core.transport.node_splitting import split_nodes
from ssbi_core.transport.surfaces import Surfaces
from ssbi_core.transport.tensors import conducting, is_tensor, pixel_basis, pixel_coefficients, strength


@dataclass(frozen=True, eq=False)
class TransferFaces:
    """Faces at which ions turn into electrons.

    ion, electron : (faces,) flat index of the pixel on the ions' and on the electrons' side, neighbours in the grid.
    axis : (faces,) array axis the face is normal to.
    resistance : (faces,) ohm cm2.
    """

    ion: np.ndarray
    electron: np.ndarray
    axis: np.ndarray
    resistance: np.ndarray

    @classmethod
    def none(cls) -> TransferFaces:
        """No such face."""
        empty = np.zeros(0, dtype=np.int64)
        return cls(empty, empty, empty, np.zeros(0))


@dataclass(frozen=True, eq=False)
class CoupledSolution:
    """Both potentials for unit voltage, on a grid of unit pixels.

    ionic, electronic : (pixels, 2^d) corner potentials; NaN in pixels that do not take part.
    power : dissipated by "ionic" and "electronic" conduction and by "charge_transfer".
    joined : whether anything joins the two contacts.
    """

    ionic: np.ndarray
    electronic: np.ndarray
    power: dict[str, float]
    joined: bool
    solution: DiscreteSolution


class CoupledProblem:
    """Ions and electrons in one structure, dimensionless (unit pixels).

    Parameters
    ----------
    ionic, electronic : (grid) or (grid, d, d) conductivity of each carrier, checked.
    transfer : (grid) conductance between them per volume.
    axis : array axis of transport.
    surfaces : faces that resist the ions, both pixels of which conduct ions.
    contacts : faces that transfer charge.
    solver : linear solver.
    ions_first : whether ions enter at the first face of the axis, and electrons leave at the last; or the reverse.
    """

    def __init__(
        self,
        ionic: np.ndarray,
        electronic: np.ndarray,
        transfer: np.ndarray,
        axis: int,
        surfaces: Surfaces,
        contacts: TransferFaces,
        solver: SpdSolver,
        *,
        ions_first: bool = True,
    ) -> None:
        shape = self.shape = transfer.shape
        ndim = len(shape)
        self.ionic, self.electronic, self.axis = ionic, electronic, axis
        ions, electrons = split_nodes(strength(ionic), surfaces), split_nodes(strength(electronic), Surfaces.none())
        ion, electron = ions.corners, electrons.corners + ions.parent.size
        node = np.concatenate([ions.parent, electrons.parent])
        level = np.unravel_index(node, np.add(shape, 1))[axis]
        enter, leave = (0, shape[axis]) if ions_first else (shape[axis], 0)
        is_ion = np.arange(node.size) < ions.parent.size
        fixed = np.full(node.size, np.nan)
        fixed[is_ion & (level == enter)] = 1.0
        fixed[~is_ion & (level == leave)] = 0.0
        rank = elimination_rank(tuple(int(n) + 1 for n in shape))[node]
        self._corners = ion, electron
        blocks = [
            Block(ion, pixel_basis(ionic)),
            Block(electron, pixel_basis(electronic)),
            Block(_across(ion, ion, surfaces.first, surfaces.second, surfaces.axis), jump(ndim)[None]),
            Block(_across(ion, electron, contacts.ion, contacts.electron, contacts.axis), jump(ndim)[None]),
            # The mass matrix of a pixel is that of a face in one dimension more.
            Block(np.concatenate([ion, electron], axis=1), jump(ndim + 1)[None]),
        ]
        self._coefficients = [
            pixel_coefficients(ionic),
            pixel_coefficients(electronic),
            1 / surfaces.resistance[None],
            1 / contacts.resistance[None],
            transfer.reshape(1, -1),
        ]
        self._problem = DiscreteProblem(blocks, fixed, rank, solver, once=True)

    def solve(self) -> CoupledSolution:
        """Solve for unit voltage between the two contacts."""
        joined = self._joined()
        solution = self._problem.solve(self._coefficients, may_float=True)
        power = [float(np.sum(e)) for e in solution.energies]
        named = {"ionic": power[0] + power[2], "electronic": power[1], "charge_transfer": power[3] + power[4]}
        takes_part = [conducting(field).reshape(-1, 1) for field in (self.ionic, self.electronic)]
        ionic, electronic = (
            np.where(live, solution.values[at], np.nan) for live, at in zip(takes_part, self._corners, strict=True)
        )
        return CoupledSolution(ionic, electronic, named, joined, solution)

    def current(self, carrier: np.ndarray, corners: np.ndarray) -> np.ndarray:
        """Current of a carrier through each plane of pixels of the axis, (n,), towards the last face.

        Parameters
        ----------
        carrier : its conductivity, `ionic` or `electronic`.
        corners : its corner potentials.
        """
        gradient = np.nan_to_num(corners @ mean_gradient(len(self.shape)).T)
        if is_tensor(carrier):
            flow = -np.einsum("pi,pi->p", carrier.reshape(-1, *carrier.shape[-2:])[:, self.axis], gradient)
        else:
            flow = -carrier.ravel() * gradient[:, self.axis]
        other = tuple(k for k in range(len(self.shape)) if k != self.axis)
        return flow.reshape(self.shape).sum(axis=other)

    def _joined(self) -> bool:
        """Whether elements that conduct join the two contacts."""
        fixed, links = self._problem.fixed, []
        for block, c in zip(self._problem.blocks, self._coefficients, strict=True):
            members = block.connectivity[np.any(c != 0, axis=0)]
            links += [np.stack([members[:, 0], corner]) for corner in members.T[1:]]
        first, second = np.concatenate(links, axis=1)
        graph = sp.coo_matrix((np.ones(first.size, np.int8), (first, second)), shape=(fixed.size,) * 2)
        cluster = connected_components(graph, directed=False)[1]
        return bool(np.intersect1d(cluster[fixed == 1], cluster[fixed == 0]).size)


def _across(near: np.ndarray, far: np.ndarray, first: np.ndarray, second: np.ndarray, axis: np.ndarray) -> np.ndarray:
    """Unknowns of faces, (faces, 2^d): those of the first pixel (of `near`), then those of the second (of `far`)."""
    ndim = near.shape[1].bit_length() - 1
    offsets = corner_offsets(ndim)
    result = np.empty((first.size, 2**ndim), dtype=near.dtype)
    for k in range(ndim):
        for ahead in (True, False):
            on = (axis == k) & ((second > first) == ahead)
            own = near[first[on]][:, offsets[:, k] == (1 if ahead else 0)]
            other = far[second[on]][:, offsets[:, k] == (0 if ahead else 1)]
            result[on] = np.concatenate([own, other], axis=1)
    return result
