"""A dock on a viewer without a window, and jobs that run when the test says so."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from napari.components import ViewerModel
from qtpy.QtWidgets import QApplication

from napari_ssbi.compute.prediction import LearnedMaterial, Predicted, shown
from napari_ssbi.compute.process_search import Improved, KnownProcess, LeverChange, Searched
from napari_ssbi.compute.server import Cancelled
from napari_ssbi.compute.tasks import TASKS, Corrected, Found
from ssbi_core.errors import SsbiError
from ssbi_core.io import PhaseMap
from ssbi_core.materials import Phase
from ssbi_core.predict import ConductivityPosterior, load_predictor
from ssbi_core.predict.conformal import Conformal
from ssbi_core.simulate import ProcessParameters, mark_contact

SIZE = 48
_PIECES = 12  # a result is shown in fewer turns of the event loop


def labels(size: int = SIZE) -> np.ndarray:
    """Two grains over a broken layer over NMC, with a pore."""
    picture = np.full((size, size), Phase.LLZO, np.uint8)
    picture[:, size // 2] = Phase.GRAIN_BOUNDARY
    picture[size // 2 :] = Phase.NMC
    picture[size // 2 - 3 : size // 2, : size // 3] = Phase.REACTION_LAYER
    picture[size // 6 : size // 4, size // 6 : size // 4] = Phase.PORE
    return mark_contact(picture)


def found_by_the_net(micrograph: Any) -> Found:
    """What stands for the net's answer where the net itself is not under test."""
    noise = np.random.default_rng(0).random(micrograph.shape).astype(np.float32)
    size = min(micrograph.shape)
    picture = np.full(micrograph.shape, Phase.LLZO, np.uint8)
    picture[:size, :size] = labels(size)
    phases = PhaseMap(picture, micrograph.pixel_size_nm, uncertainty=noise, name=micrograph.name)
    return Found(phases, np.array([[3, 4], [20, 30]]))


def learned_by_the_net(micrograph: Any, strokes: np.ndarray) -> Corrected:
    """The same with the strokes as painted, and the right half of the picture found to be pores."""
    phases, places = found_by_the_net(micrograph)
    picture = phases.labels.copy()
    picture[:, -4:] = Phase.PORE
    picture[strokes > 0] = strokes[strokes > 0]
    return Corrected(Found(replace(phases, labels=picture), places), "learned.safetensors", 0.25, 0.75)


def predicted_by_a_net(arguments: Any) -> Predicted:
    """What stands for the answer of the net that predicts; a layer of coating is unlike what it learned from."""
    if arguments["model"] is not None:
        load_predictor(arguments["model"])  # says so where there is none
    posterior = ConductivityPosterior(
        2e-6,
        {"noise": 1e-4, "weights": 2e-4, "segmentation": 4e-4, "material": 0.04},
        Conformal(np.linspace(0.1, 2, 20)),
        ("number of cells (9; trained on 3 to 7)",) if (arguments["phases"].labels == Phase.COATING).any() else (),
        arguments["setting"].temperature,
        arguments["graph"].axis,
        "ab" * 32,
        draws=np.linspace(-0.3, 0.3, 21),
        measurements=len(arguments["measured"]),
    )
    told = tuple((each.name, each.temperature, each.conductivity) for each in arguments["measured"])
    before, after = np.array([0.5, 0.3]), np.array([0.1, 0.3])
    learned = LearnedMaterial(("contact", "grain_boundary"), before, np.array([0.4, 0.0]), after, np.zeros(len(told)))
    return shown(posterior, learned if told else None, told)


def improved_by_a_search(reporter: Any, arguments: Any) -> Improved:
    """What stands for the answer of a search: two rounds, after each of which the reporter is shown what was tried."""
    every = Searched(
        np.array([0, 0, 0, 1, 2]),
        np.array([1.1e-6, 1.2e-6, 1.5e-6, 1.8e-6, 2.0e-6]),
        np.array([1.0e-6, np.nan, 1.4e-6, 1.9e-6, np.nan]),
        np.array([1.4e-6, 1.9e-6, 1.9e-6]),
    )
    for rounds in (1, 2, 3):
        tried = every.round < rounds
        parts = (getattr(every, name)[tried] for name in ("round", "predicted", "solved"))
        reporter.partial(Searched(*parts, every.best_by_round[:rounds]))
    start = {**ProcessParameters().model_dump(), **arguments["process"]}
    better = {**start, "surface_treatment": 1.0}
    phases = arguments["phases"]
    field = PhaseMap(labels(), 0.5, name="field 1")
    return Improved(
        ("Raise surface treatment from 0.7 to 1.", "The conductivity rises."),
        ("the process was inferred from the image",),
        0.9,
        (0.7, 1.1),
        tuple(LeverChange(name, start[name], better[name], 0.3, 0.0, start[name]) for name in start),
        KnownProcess(start, 1.0e-6, None, 4.0, 675.0),
        KnownProcess(better, 1.9e-6, None, 5.0, 675.0),
        (
            KnownProcess(better, 1.9e-6, (1.7e-6, 2.1e-6), 5.0, 675.0),
            KnownProcess(start, 1.1e-6, (0.9e-6, 1.3e-6), 4.0, 675.0),
        ),
        every,
        field,
        replace(field, labels=np.where(field.labels == Phase.PORE, Phase.LLZO, field.labels).astype(np.uint8)),
        None if phases is None else replace(phases, labels=phases.labels[::-1].copy()),
        arguments["setting"].temperature,
        np.arange(5, dtype=np.uint8),
    )


class _Reporter:
    """What a task reports to, as in the compute process."""

    def __init__(self, listener: Any) -> None:
        self._listener = listener

    def __call__(self, text: str, done: float) -> None:
        if self._listener.progress is not None:
            self._listener.progress(text, done)

    def partial(self, value: Any) -> None:
        if self._listener.partial is not None:
            self._listener.partial(value)


class PostponedJobs:
    """Jobs of the dock's kind: real tasks, run in this process when `deliver` is called."""

    def __init__(self, _environment: Any = None) -> None:
        self._waiting: dict[int, tuple[str, dict[str, Any], Any]] = {}
        self._last = 0

    def run(self, task: str, arguments: dict[str, Any], listener: Any) -> int:
        self._last += 1
        self._waiting[self._last] = (task, dict(arguments), listener)
        return self._last

    def cancel(self, job: int) -> None:
        if job in self._waiting:
            self._waiting.pop(job)[2].cancelled()

    @property
    def busy(self) -> bool:
        return bool(self._waiting)

    def close(self) -> None:
        self._waiting.clear()

    def deliver(self) -> bool:
        """Run the job that waits longest; whether there was one."""
        if not self._waiting:
            return False
        task, arguments, listener = self._waiting.pop(next(iter(self._waiting)))
        report = _Reporter(listener)
        try:
            if task == "find_phases":
                result = found_by_the_net(arguments["micrograph"])
            elif task == "learn_phases":
                result = learned_by_the_net(arguments["micrograph"], arguments["strokes"])
            elif task == "predict_conductivity":
                result = predicted_by_a_net(arguments)
            elif task == "optimize_process":
                result = improved_by_a_search(report, arguments)
            else:
                result = TASKS[task](report, **arguments)
        except SsbiError as error:
            listener.failed(error)
        except Cancelled:
            listener.cancelled()
        else:
            listener.done(result)
        for _ in range(_PIECES):
            QApplication.processEvents()
        return True

    def deliver_all(self) -> None:
        while self.deliver():
            pass


@pytest.fixture(scope="session")
def application(display: str):
    return QApplication.instance() or QApplication([])


@pytest.fixture
def make_dock(application, monkeypatch):
    """What makes a dock whose jobs wait for `dock.jobs.deliver`, on a viewer of its own or one that is given."""
    from napari_ssbi.widgets import dock as module

    monkeypatch.setattr(module, "Jobs", PostponedJobs)
    monkeypatch.setattr(module, "_PAUSE", 0)  # so that one turn of the event loop shows all pieces
    made = []

    def make(viewer: ViewerModel | None = None):
        made.append(module.InterfaceAnalysis(viewer or ViewerModel()))
        return made[-1]

    yield make
    for dock in made:
        dock.release()
        dock.deleteLater()


@pytest.fixture
def dock(make_dock):
    return make_dock()


@pytest.fixture
def said(monkeypatch):
    """What the user is told, newest last."""
    from napari_ssbi.widgets import messages

    heard: list[str] = []
    for name in ("show_error", "show_info", "show_warning"):
        monkeypatch.setattr(messages, name, heard.append)
    return heard
