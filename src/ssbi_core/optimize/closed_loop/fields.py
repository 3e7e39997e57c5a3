"""Realised microstructures of a process, and their conductivity: by finite elements, and by the net.

Field of view r of any process is made with the same random numbers, so that two processes differ by what they do to a
microstructure and not by where one happened to look. Everything is kept as it is found, in a file where one is given:
a search that was interrupted asks again and gets the same answers at once, so it ends as if it had not been.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple

import jax
import numpy as np

from ssbi_core.errors import InputError
from ssbi_core.graph import build_graph
from ssbi_core.io import PhaseMap
from ssbi_core.io.atomic import atomic_path
from ssbi_core.materials import MaterialSystem, Phase
from ssbi_core.optimize.closed_loop.levers import Levers
from ssbi_core.predict import load_predictor
from ssbi_core.predict.conductance import material_values
from ssbi_core.predict.data import GraphData
from ssbi_core.predict.prediction import conductive_cells
from ssbi_core.simulate.microstructure import simulate_microstructure
from ssbi_core.simulate.process import ProcessParameters
from ssbi_core.simulate.scenes import generator
from ssbi_core.simulate.study import realize
from ssbi_core.transport import TransportConfig, solve_conduction

Method = Literal["fem", "net"]

_SEEN = 64  # realised fields that are kept: what the net has predicted is often solved next
_LOOKS = 64  # places looked at until one shows the interface
_NOTHING = 1e-14  # S/cm, of a field through which nothing conducts


class Answer(NamedTuple):
    """Conductivity of one field of view.

    Attributes
    ----------
    log_conductivity : natural logarithm of S/cm.
    sd : its standard deviation, as the net says; of finite elements half the distance of the bounds.
    """

    log_conductivity: float
    sd: float


class View(NamedTuple):
    """A field of view: labels, and the axis across the interface, which a thick layer may have pushed out of sight."""

    phases: PhaseMap
    axis: int


@dataclass(eq=False)
class Fields:
    """Realises, asks and remembers.

    Attributes
    ----------
    levers : kinetics of the user's material.
    system, temperature : of the conductivity.
    shape, pixel_size_nm : of a field of view.
    seed : of all fields.
    kept : JSON file to remember in; in memory only by default.
    settings : of the search, that the file is of.

    Raises
    ------
    InputError
        If the file is of another search, or damaged.
    """

    levers: Levers
    system: MaterialSystem
    temperature: float
    shape: tuple[int, int]
    pixel_size_nm: float
    seed: int
    kept: Path | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    _known: dict[str, list[float]] = field(default_factory=dict)
    _seen: dict[str, View] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.kept is not None and self.kept.is_file():
            self._known = _answers(self.kept, self.settings)

    def view(self, process: ProcessParameters, view: int) -> View:
        """Field of view number `view` of a process; raises InputError where its interface is never in sight."""
        name = _name("fem", process, view)
        if name not in self._seen:
            while len(self._seen) >= _SEEN:
                self._seen.pop(next(iter(self._seen)))
            self._seen[name] = self._realised(process, view)
        return self._seen[name]

    def _realised(self, process: ProcessParameters, view: int) -> View:
        """Where one looks is drawn until the interface is in sight: one between coarse grains may wander out of it."""
        realise, grow = jax.random.split(jax.random.fold_in(jax.random.key(self.seed), view))
        statistics, accidents = self.levers.statistics(process), generator(realise)
        for _ in range(_LOOKS):
            config = realize(accidents, statistics, self.shape, self.pixel_size_nm)
            labels = simulate_microstructure(grow, config).labels
            if _shows_interface(labels):
                angle = math.radians(config.interface_angle_deg)
                axis = 1 if abs(math.cos(angle)) > abs(math.sin(angle)) else 0
                return View(PhaseMap(labels, self.pixel_size_nm, name=f"field {view}"), axis)
            grow = jax.random.split(grow)[0]
        raise InputError(
            f"{_LOOKS} fields of view of {min(self.shape) * self.pixel_size_nm:.0f} nm without an interface, "
            f"between grains of {statistics.grain_size_nm:.0f} nm",
            "fields that show electrolyte and electrode",
            "choose a larger field of view, or bound temperature and time lower",
        )

    def solved(self, process: ProcessParameters, view: int) -> Answer:
        """By finite elements; raises SolverError where they do not converge."""
        name = _name("fem", process, view)
        if name not in self._known:
            self._known[name] = list(conductivity(*self.view(process, view), self.system, self.temperature))
        return Answer(*self._known[name])

    def predicted(self, asked: Sequence[tuple[ProcessParameters, int]]) -> list[Answer]:
        """By the net, all in one batch; a field that does not conduct has the lowest conductivity."""
        names = [_name("net", process, view) for process, view in asked]
        todo = [(name, *each) for name, each in zip(names, asked, strict=True) if name not in self._known]
        model, found = load_predictor(), {}
        for name, process, view in todo:
            phases, axis = self.view(process, view)
            graph = build_graph(phases, axis=axis, system=self.system, temperature=self.temperature)
            try:
                found[name] = conductive_cells(graph, model, self.system, self.temperature)
            except InputError:  # no path from face to face
                self._known[name] = [math.log(_NOTHING), 0.0]
        if found:
            material = material_values(self.system, self.temperature)
            data = GraphData.of_cells(list(found.values()), [material] * len(found))
            draws = model.draw(data, np.arange(len(found)))
            answers = zip(draws.mean.tolist(), draws.sd.tolist(), strict=True)
            self._known.update({name: list(answer) for name, answer in zip(found, answers, strict=True)})
        return [Answer(*self._known[name]) for name in names]

    def keep(self) -> None:
        """Write what is known."""
        if self.kept is not None:
            with atomic_path(self.kept) as temporary:
                content = {"settings": self.settings, "answers": self._known}
                temporary.write_text(json.dumps(content), encoding="utf-8")

    @property
    def counts(self) -> dict[Method, int]:
        """Fields asked so far, by method."""
        return {method: sum(name.startswith(method) for name in self._known) for method in ("fem", "net")}


def conductivity(phases: PhaseMap, axis: int | None, system: MaterialSystem, temperature: float) -> Answer:
    """Of labels, by finite elements between their bounds; across the interface where no axis is given."""
    config = TransportConfig(temperature=temperature, axis=axis, knockout=False, bottlenecks=False)  # type: ignore[arg-type]
    found = solve_conduction(phases, system=system, config=config).effective_conductivity
    if not found.estimate > 0:
        return Answer(math.log(_NOTHING), 0.0)
    low = max(float(found.lower), _NOTHING)
    return Answer(math.log(float(found.estimate)), (math.log(float(found.upper)) - math.log(low)) / 2)


def _shows_interface(labels: np.ndarray) -> bool:
    """Whether there are two solids at least; what has reacted, or coats, is at the interface by itself."""
    solids = {Phase.LLZO, Phase.NMC, Phase.REACTION_LAYER, Phase.COATING}.intersection(np.unique(labels).tolist())
    return len(solids) > 1 or not solids <= {Phase.LLZO, Phase.NMC}


def _answers(path: Path, settings: Mapping[str, Any]) -> dict[str, list[float]]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        known, of = content["answers"], content["settings"]
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{path} ({error})", "the answers of an interrupted search", "delete it to begin anew"
        ) from error
    wanted = json.loads(json.dumps(settings))
    other = sorted(name for name in wanted.keys() | of.keys() if wanted.get(name) != of.get(name))
    if other:
        raise InputError(
            f"{path} of a search with other {', '.join(other)}",
            "the settings it was begun with",
            "go on with these, or choose another output",
        )
    return known


def _name(method: Method, process: ProcessParameters, view: int) -> str:
    values = ",".join(repr(value) for value in process.model_dump().values())
    return f"{method}:{view}:{values}"
