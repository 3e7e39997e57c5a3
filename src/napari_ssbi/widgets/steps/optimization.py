"""Step Optimization: process parameters that conduct better, searched by annealing and verified by finite elements."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from qtpy.QtWidgets import QLabel
from typing_extensions import override

from napari_ssbi.compute.process_search import Improved, KnownProcess, Searched
from napari_ssbi.compute.tasks import Setting
from napari_ssbi.inputs import Source
from napari_ssbi.widgets.front_chart import FrontChart
from napari_ssbi.widgets.lever_changes import LeverChanges
from napari_ssbi.widgets.messages import error_sentences
from napari_ssbi.widgets.note_box import NoteBox
from napari_ssbi.widgets.pause_bar import PauseBar
from napari_ssbi.widgets.process_form import ProcessForm
from napari_ssbi.widgets.process_overlays import ProcessOverlays
from napari_ssbi.widgets.process_result import ProcessResult, percent
from napari_ssbi.widgets.save_row import SaveRow
from napari_ssbi.widgets.search_chart import SearchChart
from napari_ssbi.widgets.step_panel import Request, StepPanel
from napari_ssbi.widgets.steps.data import Chosen
from napari_ssbi.widgets.steps.transport import Given, given_properties
from napari_ssbi.widgets.tabs import Tabs
from ssbi_core.errors import InputError, SsbiError
from ssbi_core.optimize import ClosedLoopConfig

_MADE_FROM = ("data", "phases")
_LEVERS_TAB, _SEARCH_TAB, _RESULT_TAB = 0, 1, 2
_PAUSED = "Optimization paused; Resume goes on from where it was"


class OptimizationSettings(NamedTuple):
    """How a better process was searched for.

    Attributes
    ----------
    start : what is known of the process now.
    config : levers, limits, length of the search.
    setting : material and temperature.
    given : properties in place of the material file's.
    source : the image; None for the material system alone.
    made_from : versions of the steps it took.
    """

    start: dict[str, float]
    config: ClosedLoopConfig
    setting: Setting
    given: Given
    source: Source | None
    made_from: dict[str, int]


class OptimizationPanel(StepPanel):
    """Runs the closed loop."""

    KEY, TITLE, RUN = "optimization", "Optimization", "Search for a better process"
    ENDS = True
    HELP = "Which process parameters would make this interface conduct better, by how much, and how sure that is."

    @override
    def build(self) -> None:
        self.problem = NoteBox("This could not be done")
        self.bar = PauseBar()
        self.form = ProcessForm()
        self.search = SearchChart()
        self.result = ProcessResult()
        self.overlays = ProcessOverlays(self.analysis)
        self.save = SaveRow(self.jobs)
        self.front = FrontChart()
        self.chosen = LeverChanges()
        self.none = QLabel("Conductivity against cost and heat, once a search has ended.")
        self.none.setWordWrap(True)
        search = (self.search, self.form.length)
        result = (self.result, self.overlays, self.save)
        front = (self.none, self.front, self.chosen)
        self.tabs = Tabs({"Levers": (self.form,), "Search": search, "Result": result, "Costs": front})
        for widget in (self.problem, self.bar, self.tabs):
            self.column.addWidget(widget)
        self._live: Searched | None = None
        self._was_running = False
        self._seen: int | None = None
        self._connect()
        self._set_theme()
        self.refresh()

    @override
    def settings(self) -> OptimizationSettings | None:
        try:
            return self._settings()
        except SsbiError:
            return None

    @override
    def alone(self) -> bool:
        return self.form.origin.currentData() is not None

    @override
    def request(self) -> Request:
        settings = self._settings()
        kept = self.bar.kept(settings)
        arguments = {
            "phases": None if settings.source is None else self.analysis.value("phases"),
            "setting": settings.setting,
            "process": settings.start,
            "config": settings.config,
            **settings.given._asdict(),
            "kept": kept,
        }
        self._live = self._live if kept.exists() else None
        request = Request("optimize_process", arguments, settings)
        self.problem.show_sentences([])
        self.bar.started(request)
        return request

    @override
    def accept(self, result: Improved, request: Request, made_from: Mapping[str, int]) -> Iterator[None]:
        settings: OptimizationSettings = request.settings
        yield from self.overlays.put(result, settings.setting.material(), settings.source)
        self.bar.finished()
        self.analysis.store(self.KEY, result, settings, settings.made_from)
        self.tabs.setCurrentIndex(_RESULT_TAB)

    @override
    def show_partial(self, value: Searched) -> None:
        self._live = value
        self.search.show_search(value)

    @override
    def refused(self, error: Exception) -> None:
        self.bar.failed()
        self.problem.show_sentences(error_sentences(error))
        if self.form.table.wrong():
            self.tabs.setCurrentIndex(_LEVERS_TAB)
            self.form.table.show_wrong()
        self.refresh()

    @override
    def stopped(self) -> str:
        paused = self.bar.stopped()
        self.refresh()
        return _PAUSED if paused else super().stopped()

    @override
    def summary(self) -> str:
        found: Improved | None = self.analysis.value(self.KEY)
        if found is None:
            return "paused" if self.bar.holds and self.analysis.running != self.KEY else ""
        return percent(found.gain) if found.gain_interval[0] > 0 else "no gain verified"

    @override
    def refresh(self) -> None:
        running, result = self.analysis.running == self.KEY, self.analysis.result(self.KEY)
        self.bar.refresh(running=running, busy=self.analysis.running is not None)
        self.overlays.refresh()
        if running and not self._was_running:
            self.tabs.setCurrentIndex(_SEARCH_TAB)
        self._was_running = running
        found: Improved | None = None if result is None else result.value
        live = running or self.bar.holds
        self.search.show_search(self._live if live else found.searched if found is not None else None)
        if found is None and not live and self.analysis.result("phases") is not None:
            self.form.offer_image()
        version = 0 if result is None else result.version
        if version == self._seen:  # every stroke of the brush asks
            return
        self._seen = version
        self.result.show_result(found)
        self.save.show_result(None if found is None else found.result)
        self.front.show_front(found)
        self.none.setVisible(found is None)

    @override
    def release(self) -> None:
        self.bar.release()
        self.analysis.viewer.events.theme.disconnect(self._set_theme)

    def _settings(self) -> OptimizationSettings:
        typed = self.form.typed()
        chosen: Chosen | None = self.analysis.value("data")
        if typed.system is not None:
            temperature = Setting().temperature if chosen is None else chosen.setting.temperature
            setting = Setting(typed.system, None, temperature)
            return OptimizationSettings(typed.start, typed.config, setting, Given({}, {}), None, {})
        results = {step: self.analysis.result(step) for step in _MADE_FROM}
        if chosen is None or any(result is None for result in results.values()):
            raise InputError(
                "no phases of an image",
                "the phases to begin with, or a material system alone",
                "run Phases first, or choose a material system under Begin with",
            )
        versions = {step: result.version for step, result in results.items() if result is not None}
        given = given_properties(self.analysis)
        return OptimizationSettings(typed.start, typed.config, chosen.setting, given, chosen.source, versions)

    def _connect(self) -> None:
        self.form.edited.connect(self._edit)
        self.bar.pause.connect(self.stops)
        self.bar.resume.connect(self._resume)
        self.front.chosen.connect(self._show_chosen)
        self.analysis.viewer.events.theme.connect(self._set_theme)

    def _edit(self) -> None:
        self.problem.show_sentences([])
        self.edited.emit()

    def _resume(self, request: Request) -> None:
        self.problem.show_sentences([])
        self.bar.started(request)
        self.asks.emit(request)

    def _show_chosen(self, process: KnownProcess | None) -> None:
        found: Improved | None = self.analysis.value(self.KEY)
        if found is None or process is None:
            self.chosen.hide()
        else:
            self.chosen.show_process(found.start, process)

    def _set_theme(self, _event: object = None) -> None:
        for chart in (self.search, self.front):
            chart.set_theme(self.analysis.viewer.theme)
