"""The potential problem: its energy bounds the effective conductivity from above.

One bilinear (trilinear) element per pixel with nodes at the pixel corners, 1 and 0 on the two outer faces of the
axis. Any admissible potential dissipates at least as much as the true one (Dirichlet's principle), so the discrete
minimum is an upper bound. Across a resistive face the potential jumps: the nodes there are doubled, one set per
side, and the face dissipates (jump)^2 / R. Which pixels around a node share one value is decided locally, by the
faces that meet in it.

Where a resistive line ends at a pore or at a material of a hundredth of the conductivity or less, one shared node would
short the two sides of the line (a point contact, whose error fades only with the logarithm of the pixel size). The
weak pixel gets a value of its own at that node: a far better estimate, but a bound only but for that one pixel.
At pores that is exact. Elsewhere the trial potential is torn at that node, and what closing the tear costs is added to
the bound (see `tear_energies`). With `rigorous` the shared node stays shared.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ssbi_core.transport.discrete_problem import Block, DiscreteProblem, DiscreteSolution
from ssbi_core.transport.elements import corner_offsets, jump
from ssbi_core.transport.graded_mesh import TIP, GradedMesh
from ssbi_core.transport.linear_solve import SpdSolver
from ssbi_core.transport.nested_dissection import elimination_rank
from ssbi_core.transport.node_splitting import split_nodes
from ssbi_core.transport.pixel_fields import dissipation
from ssbi_core.transport.surfaces import FacePieces, Surfaces
from ssbi_core.transport.tensors import conducting, pixel_basis, pixel_coefficients, strength


@dataclass(frozen=True, eq=False)
class PrimalSolution:
    """Discrete potential with its energies, all for unit voltage on a grid of unit pixels.

    corner_potential : (pixels, 2^d); NaN where no electrode is in touch.
    pixel_energy, face_energy : dissipation per pixel and per resistive face.
    scale : turns energy into effective conductivity.
    tears : energy that closing the tears at tips of resistive lines would add.
    """

    corner_potential: np.ndarray
    pixel_energy: np.ndarray
    face_energy: np.ndarray
    scale: float
    solution: DiscreteSolution
    tears: float = 0.0

    @property
    def effective_conductivity(self) -> float:
        """Of this potential, in the unit of the conductivity passed in; an upper bound where nothing is torn."""
        return self.solution.energy * self.scale

    @property
    def upper(self) -> float:
        """Upper bound, with the tears closed."""
        return (self.solution.energy + self.tears) * self.scale


@dataclass(frozen=True, eq=False)
class CellPotential:
    """Discrete potential on the cells of a mesh, units as in `PrimalSolution`.

    at_corners : (cells, 2^d); NaN where no electrode is in touch.
    tears : energy that closing each of the tears would add.
    """

    at_corners: np.ndarray
    tears: np.ndarray
    scale: float
    solution: DiscreteSolution

    @property
    def effective_conductivity(self) -> float:
        """As in `PrimalSolution`."""
        return self.solution.energy * self.scale

    @property
    def upper(self) -> float:
        """As in `PrimalSolution`."""
        return (self.solution.energy + float(self.tears.sum())) * self.scale


class PrimalProblem:
    """Potential problem on a grid; `solve` may be called for many conductivities of the same structure.

    Parameters
    ----------
    strength : (grid) scalar measure of the conductivity, to tell good conductors from bad ones.
    axis : array axis of transport.
    surfaces : resistive faces.
    solver : linear solver, whose kept factorisation all solves share.
    mesh : cells to solve on, on which every conductivity to be solved for is uniform; None for one cell per pixel.
    rigorous : give values of their own to insulating pixels only.
    pinches : as in `split_nodes`; for one conductivity only, as what insulates must go on to.
    """

    def __init__(
        self,
        strength: np.ndarray,
        axis: int,
        surfaces: Surfaces,
        solver: SpdSolver,
        *,
        mesh: GradedMesh | None = None,
        rigorous: bool = False,
        pinches: bool = False,
    ) -> None:
        self.mesh = mesh
        self.shape, self.axis, self.surfaces = strength.shape, axis, surfaces
        shape = self.shape
        self._ndim = len(shape)
        split = split_nodes((strength > 0).astype(float) if rigorous else strength, surfaces, mesh, pinches=pinches)
        self.corners, self.torn = split.corners, split.torn
        if mesh is None:
            level = np.unravel_index(split.parent, np.add(shape, 1))[axis]
            rank = elimination_rank(tuple(int(n) + 1 for n in shape))
        else:
            level, rank = mesh.position[split.parent, axis], mesh.rank
        self.fixed = np.where(level == 0, 1.0, np.where(level == shape[axis], 0.0, np.nan))
        self._rank = rank[split.parent]
        self._solver = solver
        self._problem: tuple[bool, DiscreteProblem] | None = None

    def tear_energies(self, at_corners: np.ndarray, conductivity: np.ndarray) -> np.ndarray:
        """What closing each tear of a torn potential adds, down to a small part of a pixel.

        At a tip, potentials V apart meet in a weak material w: the potential turns from one to the other around the
        tip, which dissipates (2 / pi) w V^2 for every factor e in distance; V^2 is at most twice the sum of the squares
        of w's own mismatches with the two sides. A line drawn in pixels is no line below a small part of a pixel
        (`TIP`), and there the count ends; an ideal line would leak on, down to distances of no meaning. Cells that
        small are left out of the weak material instead (`GradedMesh.hollow`).
        """
        cells = self.torn // at_corners.shape[1]
        of_cell, edge = strength(conductivity).ravel(), np.ones(1)
        if self.mesh is not None:
            of_cell = self.mesh.of_cells(of_cell[None])[0]
            edge = self.mesh.tree.edge[cells].max(axis=0) / self.mesh.tree.unit
        mismatch = np.nan_to_num(np.subtract(*at_corners.ravel()[self.torn]))
        return 4 / np.pi * np.log(edge * TIP).clip(0) * of_cell[cells].min(axis=0) * mismatch**2

    def on_cells(self, conductivity: np.ndarray, resistance: np.ndarray) -> CellPotential:
        """Potential at the corners of cells, for what `solve` takes."""
        of_pixels = self.pixel_coefficients(conductivity)
        of_cells = [of_pixels] if self.mesh is None else self.mesh.coefficients(of_pixels)
        conductance = self.pieces.conductance(resistance)
        problem = self.discrete(conductivity)
        may_float = not conducting(conductivity).all() or (self.mesh is not None and bool(self.mesh.hollow.any()))
        solution = problem.solve([*of_cells, conductance[None]], may_float=may_float)
        values = solution.values
        at_corners = values[self.corners] if self.mesh is None else self.mesh.at_corners(values, self.corners)
        scale = self.shape[self.axis] ** 2 / np.prod(self.shape)
        return CellPotential(at_corners, self.tear_energies(at_corners, conductivity), float(scale), solution)

    def solve(self, conductivity: np.ndarray, resistance: np.ndarray) -> PrimalSolution:
        """Solve for a checked conductivity field and the resistance of every face, both dimensionless."""
        on_cells = self.on_cells(conductivity, resistance)
        solution, at_corners = on_cells.solution, on_cells.at_corners
        faces = np.bincount(self.pieces.face, solution.energies[-1], minlength=len(self.surfaces))
        if self.mesh is None:
            pixels = solution.energies[0]
        else:
            at_corners = self.mesh.on_pixels(at_corners)
            pixels = dissipation(at_corners, pixel_basis(conductivity), self.pixel_coefficients(conductivity))
        return PrimalSolution(at_corners, pixels, faces, on_cells.scale, solution, float(on_cells.tears.sum()))

    def beside(self, solver: SpdSolver) -> PrimalProblem:
        """The same problem with another solver, for another thread; what is known of the structure is shared."""
        other = copy(self)
        other._solver = solver
        if self._problem is not None:
            other._problem = (self._problem[0], self._problem[1].beside(solver))
        return other

    def pixel_block(self, conductivity: np.ndarray) -> Block:
        """Pixel elements for this kind of conductivity (scalar or tensor)."""
        return Block(self.corners, pixel_basis(conductivity))

    def pixel_coefficients(self, conductivity: np.ndarray) -> np.ndarray:
        """What the basis matrices of `pixel_block` are multiplied by, (b, pixels)."""
        return pixel_coefficients(conductivity)

    def discrete(self, conductivity: np.ndarray) -> DiscreteProblem:
        """The discrete problem, kept as long as conductivities stay of one kind."""
        tensor = conductivity.ndim > self._ndim
        if self._problem is None or self._problem[0] != tensor:
            body = self.pixel_block(conductivity)
            bodies = [body] if self.mesh is None else self.mesh.blocks(self.corners, body.basis)
            faces = Block(face_corners(self.corners, self.pieces), jump(self._ndim)[None])
            self._problem = (tensor, DiscreteProblem([*bodies, faces], self.fixed, self._rank, self._solver))
        return self._problem[1]

    @cached_property
    def pieces(self) -> FacePieces:
        """The resistive faces, as cut by the cells."""
        return FacePieces.whole(self.surfaces) if self.mesh is None else self.mesh.pieces


def face_corners(corners: np.ndarray, pieces: FacePieces) -> np.ndarray:
    """What `corners` (cells, 2^d) say along each piece of a face, (pieces, 2^d): before it, then behind it."""
    ndim = corners.shape[1].bit_length() - 1
    offsets = corner_offsets(ndim)
    result = np.empty((len(pieces), 2**ndim), dtype=corners.dtype)
    for axis in range(ndim):
        on = pieces.axis == axis
        before = corners[pieces.first[on]][:, offsets[:, axis] == 1]
        behind = corners[pieces.second[on]][:, offsets[:, axis] == 0]
        result[on] = np.concatenate([before, behind], axis=1)
    return result
