"""What if a property were another one: a structure prepared once, then answered for many properties.

Where bodies and faces lie, the mesh, the sparsity pattern and its symbolic factorisation depend on the labels, and on
the properties only by which phases insulate, which are so weak beside another that the tips of lines are torn (see
`primal`), and which interfaces resist at all. As long as these stay as they are, a question costs a refill of numbers,
a factorisation and a back substitution. The answers are those of `solve_conduction` without bounds: the potential
problem, whose conductivity is an upper bound up to its tears.

Answers are solved on one core: whoever drags a slider has a window to draw on the others, and a factorisation in two
threads waits for the slower one (on a busy machine of 2 cores it took twice as long as in one).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ssbi_core.errors import InputError
from ssbi_core.io.phase_map import PhaseMap
from ssbi_core.materials import LAYERS, PHASES, MaterialSystem, Phase
from ssbi_core.transport.conduct import ConductionProblem
from ssbi_core.transport.conductivity_field import SOLIDS, ConductionField, FieldGeometry, nearest_solid
from ssbi_core.transport.config import TransportConfig
from ssbi_core.transport.discrete_problem import check
from ssbi_core.transport.knockout import BODIES, REMOVABLE, filled, opens_border
from ssbi_core.transport.linear_solve import one_core
from ssbi_core.transport.node_splitting import WEAK
from ssbi_core.transport.percolation import percolates
from ssbi_core.transport.properties import Properties, phase_properties
from ssbi_core.transport.structure import Structure

_SOME = 1e-6  # of a pixel's own resistance; a face with less is as good as none
_KEPT = 3  # prepared problems; each holds a factorisation

Kind = tuple[frozenset[Phase], ...]


@dataclass(frozen=True)
class WhatIfAnswer:
    """What a structure would conduct.

    Attributes
    ----------
    effective_conductivity : S/cm, of the potential problem: an upper bound, as in `solve_conduction` without bounds
        (but for the torn ends of lines, see `primal`); 0 where nothing percolates.
    area_specific_resistance : ohm cm2 of the whole field of view; infinite where nothing percolates.
    resistance_share : phase key -> share of the dissipated power; sums to 1, empty where nothing percolates.
    percolates : whether a conducting path joins the two faces.
    """

    effective_conductivity: float
    area_specific_resistance: float
    resistance_share: Mapping[str, float]
    percolates: bool


class WhatIf:
    """A phase map to ask questions of; a context manager, as it keeps factorisations.

    Parameters
    ----------
    phases, system : as in `solve_conduction`.
    config : temperature, axis, properties and solver of the structure as it is.

    Raises
    ------
    InputError, CalibrationError, MaterialError
        As `solve_conduction`.
    """

    def __init__(
        self, phases: PhaseMap, system: str | MaterialSystem = "llzo_nmc", config: TransportConfig | None = None
    ) -> None:
        self.config = config or TransportConfig.model_validate({})
        given = self.config
        self.structure = Structure.of(
            phases, system, given.axis, given.conductivity, given.resistance, given.max_unlabelled
        )
        self._present = frozenset(map(Phase, np.unique(self.structure.labels)))
        self._prepared: dict[Kind, _Prepared] = {}
        self._geometries: dict[tuple[frozenset[Phase], frozenset[Phase]], FieldGeometry] = {}

    def __enter__(self) -> WhatIf:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Free the factorisations."""
        for prepared in self._prepared.values():
            prepared.problem.solver.close()
        self._prepared.clear()

    def answer(
        self,
        *,
        temperature: float | None = None,
        conductivity: Mapping[str, float] | None = None,
        resistance: Mapping[str, float] | None = None,
        without: Collection[str] = (),
    ) -> WhatIfAnswer:
        """Conductivity and its breakdown with other properties.

        Parameters
        ----------
        temperature : K; that of the config by default.
        conductivity, resistance : phase key -> S/cm, ohm cm2, in the place of what the config says of these phases.
        without : keys of phases that are replaced by the solid they displaced; where LLZO and NMC then meet, there is a
            contact, as for `knockout_gain_with_contact`.

        Raises
        ------
        InputError
            If a property makes no sense, or a phase cannot be taken away.
        SolverError
            If the solve is not accurate.
        """
        conductivity, resistance = dict(conductivity or {}), dict(resistance or {})
        changed = conductivity.keys() | resistance.keys()
        known = [{k: v for k, v in own.items() if k not in changed} for own in self._own]
        kelvin = self.config.temperature if temperature is None else temperature
        bodies, surfaces = phase_properties(
            self.structure.system, kelvin, known[0] | conductivity, known[1] | resistance
        )
        surfaces = {phase: value for phase, value in surfaces.items() if self.structure.shows(phase)}
        removed = frozenset(_removable(without))
        lines, gone = frozenset(surfaces).difference(LAYERS), removed.intersection(BODIES)
        if not opens_border(self._geometry(lines), self._geometry(lines, gone)):
            gone = frozenset()  # its pixels are filled in the structure as it is
        return self._prepare((bodies, surfaces), self._geometry(lines, gone), gone).answer(
            (bodies, surfaces), removed - gone
        )

    @property
    def _own(self) -> tuple[Mapping[str, float], Mapping[str, float]]:
        return self.config.conductivity, self.config.resistance

    def _geometry(self, lines: frozenset[Phase], removed: frozenset[Phase] = frozenset()) -> FieldGeometry:
        key = lines, removed
        if key not in self._geometries:
            labels = self.structure.labels
            whole = self._geometry(lines).without(removed, self._solid) if removed else FieldGeometry.of(labels, lines)
            self._geometries[key] = whole
        return self._geometries[key]

    @cached_property
    def _solid(self) -> np.ndarray | None:
        return nearest_solid(self.structure.labels)

    def _prepare(self, properties: Properties, geometry: FieldGeometry, removed: frozenset[Phase]) -> _Prepared:
        kind = (removed, *self._kind(*properties))
        prepared = self._prepared.pop(kind, None)
        if prepared is None:
            while len(self._prepared) >= _KEPT:  # the one asked for longest ago
                self._prepared.pop(next(iter(self._prepared))).problem.solver.close()
            prepared = _Prepared(self.structure, self.config, properties, geometry, self._solid)
        self._prepared[kind] = prepared
        return prepared

    def _kind(self, bodies: Mapping[Phase, float], surfaces: Mapping[Phase, float]) -> Kind:
        """What of the properties the preparation depends on."""
        here = {phase: value for phase, value in bodies.items() if phase in self._present or phase in SOLIDS}
        unit = _SOME * self.structure.voxel_size / max(*here.values(), 1e-300)
        weak = (frozenset({a, b}) for a in here for b in here if 0 < here[a] <= WEAK * here[b])
        return (
            frozenset(phase for phase, value in here.items() if value == 0),
            frozenset(surfaces),
            frozenset(phase for phase, value in surfaces.items() if value > unit),
            *sorted(weak, key=sorted),
        )


class _Prepared:
    """A structure with all that does not change from one question to the next."""

    def __init__(
        self,
        structure: Structure,
        config: TransportConfig,
        properties: Properties,
        geometry: FieldGeometry,
        solid: np.ndarray | None,
    ) -> None:
        self._structure, self._config, self._geometry, self._solid = structure, config, geometry, solid
        field = geometry.field(structure.voxel_size, *properties)
        self.problem = ConductionProblem(
            field.conductivity,
            field.voxel_size,
            structure.array_axis,
            surfaces=field.surfaces,
            method=config.solver,
            mesh=config.mesh,
            uniform_in=[field.body] if solid is None else [field.body, solid],
        )

    def answer(self, properties: Properties, without: Collection[Phase]) -> WhatIfAnswer:
        field = self._geometry.field(self._structure.voxel_size, *properties)
        conductivity, resistance = field.conductivity, field.surfaces.resistance
        for phase in without:
            conductivity = filled(phase, field.body, conductivity, self._solid, properties[0])
            resistance = np.where(field.surfaces.phase == phase, 0.0, resistance)
        problem = self.problem.with_properties(conductivity, resistance)
        if not percolates(problem.live, problem.axis):
            return WhatIfAnswer(0.0, np.inf, {}, False)
        scaled = problem.faces.resistance * problem.reference / problem.voxel_size
        with one_core():
            potential = problem.primal.on_cells(problem.field / problem.reference, scaled)
        check(potential.solution, tolerance=self._config.tolerance, what="potential")
        sigma = potential.effective_conductivity * problem.reference
        share = self._share(potential.solution.energies, field)
        return WhatIfAnswer(sigma, self._structure.length / sigma, share, True)

    def _share(self, energies: list[np.ndarray], field: ConductionField) -> dict[str, float]:
        """Share of the dissipated power by phase key, counted on cells."""
        mesh, pieces = self.problem.mesh, self.problem.primal.pieces
        of_cells = energies[0] if mesh is None else mesh.in_order(energies[:-1])
        of_phase = field.surfaces.phase[self.problem.kept]
        bulk = np.bincount(self._body_of_cells, of_cells, minlength=len(Phase))
        faces = np.bincount(of_phase[pieces.face], energies[-1], minlength=len(Phase))
        power = (bulk + faces) / (bulk.sum() + faces.sum())
        return {phase.key: float(power[phase]) for phase in PHASES if phase in self._seen}

    @cached_property
    def _body_of_cells(self) -> np.ndarray:
        body, mesh = self._geometry.body.ravel(), self.problem.mesh
        return body if mesh is None else body[mesh.tree.pixel]

    @cached_property
    def _seen(self) -> frozenset[int]:
        return frozenset(np.union1d(self._geometry.body, self._geometry.between).tolist())


def _removable(keys: Collection[str]) -> list[Phase]:
    phases = [Phase.parse(key) for key in keys]
    for phase in phases:
        if phase not in REMOVABLE:
            known = ", ".join(p.key for p in REMOVABLE)
            raise InputError(f"the structure without {phase.key}", f"one of {known}", "leave it in")
    return phases
