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
the bound (see `tear_energy`). With `rigorous` the shared node stays shared.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ssbi_core.transport.discrete_problem import Block, DiscreteProblem, DiscreteSolution
from ssbi_core.transport.elements import corner_offsets, jump, pixel_corners
from ssbi_core.transport.graded_mesh import GradedMesh
from ssbi_core.transport.linear_solve import SpdSolver
from ssbi_core.transport.nested_dissection import elimination_rank
from ssbi_core.transport.pixel_fields import dissipation
from ssbi_core.transport.surfaces import Surfaces
from ssbi_core.transport.tensors import conducting, pixel_basis, pixel_coefficients, strength

_WEAK = 0.01  # ratio of conductivities
_TIP_DEPTH = 5.0  # factors of e from a pixel down to where a tip ends: 1 / 150 of a pixel


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
    ) -> None:
        self.mesh = mesh
        self.shape, self.axis, self.surfaces = strength.shape, axis, surfaces
        shape = self.shape
        self.corners, parent = split_corners((strength > 0).astype(float) if rigorous else strength, surfaces)
        self._ndim = len(shape)
        level = np.unravel_index(parent, np.add(shape, 1))[axis]
        self.fixed = np.where(level == 0, 1.0, np.where(level == shape[axis], 0.0, np.nan))
        self._rank = elimination_rank(tuple(int(n) + 1 for n in shape))[parent]
        self._solver = solver
        self._problem: tuple[bool, DiscreteProblem] | None = None

    @cached_property
    def _torn(self) -> tuple[np.ndarray, np.ndarray]:
        """Pairs of pixel corners, flat into (pixels, 2^d), that share a node across a plain face but no value."""
        shape, offsets, pairs = self.shape, corner_offsets(self._ndim), []
        pixel = np.arange(np.prod(shape)).reshape(shape)
        for axis in range(self._ndim):
            before, behind = (np.moveaxis(pixel, axis, 0)[part].ravel() for part in (np.s_[:-1], np.s_[1:]))
            resistive = np.zeros(pixel.size, dtype=bool)
            resistive[self.surfaces.first[self.surfaces.axis == axis]] = True
            plain = ~resistive[before]
            ends = [np.flatnonzero(offsets[:, axis] == side) for side in (1, 0)]
            for near, far in zip(*ends, strict=True):
                torn = plain & (self.corners[before, near] != self.corners[behind, far])
                pairs.append(np.stack([before[torn] * len(offsets) + near, behind[torn] * len(offsets) + far], axis=1))
        first, second = np.concatenate(pairs).T
        return first, second

    def tear_energy(self, at_corners: np.ndarray, conductivity: np.ndarray) -> float:
        """What closing the tears of a torn potential adds, down to a small part of a pixel.

        At a tip, potentials V apart meet in a weak material w: the potential turns from one to the other around the
        tip, which dissipates (2 / pi) w V^2 for every factor e in distance; V^2 is at most twice the sum of the squares
        of w's own mismatches with the two sides. A line drawn in pixels is no line below a small part of a pixel, and
        there the count ends; an ideal line would leak on, down to distances of no meaning.
        """
        first, second = self._torn
        values, size = at_corners.ravel(), at_corners.shape[1]
        of_pixel = strength(conductivity).ravel()
        weaker = np.minimum(of_pixel[first // size], of_pixel[second // size])
        mismatch = np.nan_to_num(values[first] - values[second])
        return float(4 / np.pi * _TIP_DEPTH * np.sum(weaker * mismatch**2))

    def solve(self, conductivity: np.ndarray, resistance: np.ndarray) -> PrimalSolution:
        """Solve for a checked conductivity field and the resistance of every face, both dimensionless."""
        of_pixels = self.pixel_coefficients(conductivity)
        of_cells = [of_pixels] if self.mesh is None else self.mesh.coefficients(of_pixels)
        problem = self.discrete(conductivity)
        solution = problem.solve([*of_cells, 1 / resistance[None]], may_float=not conducting(conductivity).all())
        energies, faces = solution.energies[:-1], solution.energies[-1]
        if self.mesh is None:
            at_corners, pixels = solution.values[self.corners], energies[0]
        else:
            at_corners = self.mesh.on_pixels(solution.values, self.corners)
            pixels = dissipation(at_corners, pixel_basis(conductivity), of_pixels)
        scale = self.shape[self.axis] ** 2 / np.prod(self.shape)
        tears = self.tear_energy(at_corners, conductivity)
        return PrimalSolution(at_corners, pixels, faces, float(scale), solution, tears)

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
            faces = Block(self._face_corners(), jump(self._ndim)[None])
            self._problem = (tensor, DiscreteProblem([*bodies, faces], self.fixed, self._rank, self._solver))
        return self._problem[1]

    def _face_corners(self) -> np.ndarray:
        offsets = corner_offsets(self._ndim)
        result = np.empty((len(self.surfaces), 2**self._ndim), dtype=np.int32)
        for axis in range(self._ndim):
            on = self.surfaces.axis == axis
            before = self.corners[self.surfaces.first[on]][:, offsets[:, axis] == 1]
            behind = self.corners[self.surfaces.second[on]][:, offsets[:, axis] == 0]
            result[on] = np.concatenate([before, behind], axis=1)
        return result


def split_corners(strength: np.ndarray, surfaces: Surfaces) -> tuple[np.ndarray, np.ndarray]:
    """Unknown at every pixel corner, with nodes doubled across resistive faces.

    Returns
    -------
    corners : (pixels, 2^d) int32 unknown of each corner.
    parent : (unknowns,) grid node each unknown sits on.
    """
    shape = strength.shape
    corners = pixel_corners(shape)
    nodes = int(np.prod(np.add(shape, 1)))
    if len(surfaces) == 0:
        return corners, np.arange(nodes)
    touched, component = _components(strength, surfaces)
    index = np.full(nodes, -1, dtype=np.int64)
    index[touched] = np.arange(touched.size)
    at = index[corners]
    pixel, corner = np.nonzero(at >= 0)
    slots = component.shape[1]
    codes = at[pixel, corner] * slots + component[at[pixel, corner], slots - 1 - corner]
    unique, inverse = np.unique(codes, return_inverse=True)
    owner = unique // slots
    extra = np.concatenate([[False], owner[1:] == owner[:-1]])  # the first component keeps the node's own unknown
    unknown = np.where(extra, nodes + np.cumsum(extra) - 1, touched[owner])
    corners[pixel, corner] = unknown[inverse]
    return corners, np.concatenate([np.arange(nodes), touched[owner[extra]]])


def _components(strength: np.ndarray, surfaces: Surfaces) -> tuple[np.ndarray, np.ndarray]:
    """Nodes on resistive faces, and which of the 2^d pixels around each belong together (smallest slot as name)."""
    shape, ndim = strength.shape, strength.ndim
    closed = [_closed_faces(strength, surfaces, axis) for axis in range(ndim)]
    touched = np.flatnonzero(_nodes_on_faces(shape, surfaces))
    position = np.stack(np.unravel_index(touched, np.add(shape, 1)), axis=1)
    slots = corner_offsets(ndim)
    component = np.tile(np.arange(len(slots)), (touched.size, 1))
    links = [(a, a + 2 ** (ndim - 1 - k), k) for k in range(ndim) for a in np.flatnonzero(slots[:, k] == 0)]
    open_ = [~closed[k][tuple((position + np.where(np.arange(ndim) == k, 0, slots[a])).T)] for a, _, k in links]
    for _ in range(len(slots) - 1):  # the longest path through a hypercube's corners
        for (a, b, _k), joined in zip(links, open_, strict=True):
            low = np.minimum(component[:, a], component[:, b])
            component[:, a] = np.where(joined, low, component[:, a])
            component[:, b] = np.where(joined, low, component[:, b])
    return touched, component


def _closed_faces(strength: np.ndarray, surfaces: Surfaces, axis: int) -> np.ndarray:
    """Faces normal to `axis` that do not join pixels: outer, resistive, or between a good and a bad conductor.

    Indexed by node level along `axis` and by pixel + 1 along the others.
    """
    shape = strength.shape
    closed = np.ones([n + (1 if k == axis else 2) for k, n in enumerate(shape)], dtype=bool)
    inner = tuple(slice(1, n) if k == axis else slice(1, n + 1) for k, n in enumerate(shape))
    moved = np.moveaxis(strength, axis, 0)
    weak = np.minimum(moved[:-1], moved[1:]) <= _WEAK * np.maximum(moved[:-1], moved[1:])
    closed[inner] = np.moveaxis(weak, 0, axis)
    pixel = np.stack(np.unravel_index(surfaces.first[surfaces.axis == axis], shape))
    closed[tuple(pixel + 1)] = True
    return closed


def _nodes_on_faces(shape: tuple[int, ...], surfaces: Surfaces) -> np.ndarray:
    marked = np.zeros(np.add(shape, 1), dtype=bool)
    for axis in range(len(shape)):
        pixel = np.stack(np.unravel_index(surfaces.first[surfaces.axis == axis], shape), axis=1)
        for corner in corner_offsets(len(shape)):
            if corner[axis] == 1:
                marked[tuple((pixel + corner).T)] = True
    return marked
