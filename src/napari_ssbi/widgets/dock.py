"""The dock "Interface analysis": the list of steps, the panel of one of them, and the foot that runs it."""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import Qt, QTimer
from qtpy.QtGui import QKeySequence, QShortcut
from qtpy.QtWidgets import QFrame, QScrollArea, QStackedWidget, QVBoxLayout, QWidget
from typing_extensions import override

from napari_ssbi.analysis import Analysis, Status
from napari_ssbi.settings import environment, load_settings
from napari_ssbi.widgets.jobs import Jobs, Listener
from napari_ssbi.widgets.messages import tell, tell_error, tell_warning
from napari_ssbi.widgets.run_bar import RunBar
from napari_ssbi.widgets.step_list import StepList
from napari_ssbi.widgets.step_panel import Request, StepPanel
from napari_ssbi.widgets.steps import STEPS
from ssbi_core.errors import SsbiError

if TYPE_CHECKING:
    import napari.viewer

_WIDTH = 360
_PAUSE = 1  # ms; a pause of 0 is an event that Qt handles before any timer or key


class InterfaceAnalysis(QWidget):
    """From a file to conductivity, step by step."""

    def __init__(self, viewer: napari.viewer.Viewer) -> None:
        super().__init__()
        viewer = getattr(viewer, "__wrapped__", viewer)
        self.analysis = Analysis(viewer, {step.KEY: step.NEEDS for step in STEPS})
        settings, problem = load_settings()
        self.jobs = Jobs(environment(settings))
        self._job: int | None = None
        self._queue: list[int] = []
        self._only_stale = self._released = False
        self.panels: list[StepPanel] = [step(self.analysis, self.jobs) for step in STEPS]
        self.list = StepList([step.TITLE for step in STEPS])
        self.bar = RunBar()
        self._pages = QStackedWidget()
        self._lay_out()
        self._connect()
        self.choose(0)
        if problem:
            tell_warning(problem)
        # Qt ends the widget when its window closes; the process must not outlive it.
        self.destroyed.connect(self.jobs.close)
        weakref.finalize(viewer, self.jobs.close)

    def panel(self, key: str) -> StepPanel:
        """The panel of a step."""
        return next(panel for panel in self.panels if key == panel.KEY)

    def choose(self, row: int) -> None:
        """Show a step."""
        self._pages.setCurrentIndex(row)
        if self.list.currentRow() != row:
            self.list.setCurrentRow(row)
        self.bar.run_button.setText(self.panels[row].RUN)
        self.bar.all_button.setEnabled(row > 0)

    def choose_step(self, key: str) -> None:
        """Show a step by its key."""
        self.choose([panel.KEY for panel in self.panels].index(key))

    def run(self) -> None:
        """Run the step that is shown."""
        self._start([self._pages.currentIndex()])

    def run_to_here(self) -> None:
        """Run every step up to the one shown that has no fresh result."""
        self.run_to(self.panels[self._pages.currentIndex()].KEY)

    def run_to(self, key: str) -> None:
        """Run every step up to this one that has no fresh result, and this one; an optional one only if it ever ran."""
        last = [panel.KEY for panel in self.panels].index(key)
        before = () if self.panels[last].alone() else filter(self._is_on_the_way, range(last))
        self._start([*before, last], only_stale=True)

    def cancel(self) -> None:
        """Stop what runs."""
        self._queue.clear()
        if self._job is not None:
            self.bar.cancelling()
            self.jobs.cancel(self._job)

    def release(self) -> None:
        """End the process and let go of the viewer."""
        self._released = True
        self._queue.clear()
        self.jobs.close()
        if self._job is not None:
            self._job = None
            self.bar.ended()
        for panel in self.panels:
            panel.release()

    @override
    def closeEvent(self, event: Any) -> None:
        self.release()
        super().closeEvent(event)

    def _lay_out(self) -> None:
        self.setMinimumWidth(_WIDTH)
        for panel in self.panels:
            area = QScrollArea()
            area.setWidget(panel)
            area.setWidgetResizable(True)
            area.setFrameShape(QFrame.Shape.NoFrame)
            area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            self._pages.addWidget(area)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.list)
        column.addWidget(self._pages, 1)
        column.addWidget(self.bar)

    def _connect(self) -> None:
        self.list.chosen.connect(self.choose)
        self.bar.run.connect(self.run)
        self.bar.run_all.connect(self.run_to_here)
        self.bar.cancel.connect(self.cancel)
        self.analysis.changed.connect(self._refresh)
        for panel in self.panels:
            panel.edited.connect(self._show_status)
            panel.asks.connect(partial(self._run_own, panel))
            panel.stops.connect(self.cancel)
        for row in range(len(self.panels)):
            self._shortcut(f"Alt+{row + 1}", lambda row=row: self.choose(row))
        self._shortcut("Ctrl+Return", self.run)
        self._shortcut("Ctrl+Shift+Return", self.run_to_here)
        self._shortcut("Esc", self.cancel)

    def _shortcut(self, keys: str, act: Any) -> None:
        shortcut = QShortcut(QKeySequence(keys), self)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(act)

    def _start(self, rows: list[int], only_stale: bool = False) -> None:
        if not self._idle():
            return
        self._queue, self._only_stale = rows, only_stale
        self._next()

    def _is_on_the_way(self, row: int) -> bool:
        """Whether a step is run before a later one: an optional one only if it ever ran."""
        panel = self.panels[row]
        return not panel.ENDS and (not panel.OPTIONAL or self.analysis.result(panel.KEY) is not None)

    def _idle(self) -> bool:
        if self._job is not None or self._queue:
            tell("something runs: wait for it, or press Cancel")
            return False
        return True

    def status(self, key: str) -> Status:
        """What has become of a step, seen with what is typed in its form and in those of the steps before it."""
        own, result = self.analysis.status(key, self.panel(key).settings()), self.analysis.result(key)
        made_from = () if result is None else result.made_from
        if own is Status.DONE and any(self.status(need) is Status.STALE for need in made_from):
            return Status.STALE
        return own

    def _next(self) -> None:
        while self._queue and self._job is None:
            panel = self.panels[self._queue.pop(0)]
            if self._only_stale and self.status(panel.KEY) is Status.DONE:
                continue
            try:
                self._run_panel(panel)
            except SsbiError as error:
                self._failed(panel, error)

    def _run_panel(self, panel: StepPanel) -> None:
        missing = self.analysis.missing(panel.KEY)
        if missing:
            titles = " and ".join(self.panel(key).TITLE for key in missing)
            raise SsbiError(f"{panel.TITLE} before {titles}", f"the result of {titles}", f"run {titles} first")
        request = panel.request()
        if request is None:
            panel.run_here()
            return
        self._launch(panel, request)

    def _run_own(self, panel: StepPanel, request: Request) -> None:
        """What a panel asks for beside its step."""
        if self._idle():
            self._launch(panel, request)

    def _launch(self, panel: StepPanel, request: Request) -> None:
        versions = self.analysis.versions(panel.KEY)
        self.bar.started(panel.TITLE)
        self.analysis.started(panel.KEY)
        self._job = self.jobs.run(
            request.task,
            request.arguments,
            Listener(
                done=lambda value: self._done(panel, value, request, versions),
                failed=lambda error: self._failed(panel, error),
                cancelled=lambda: self._cancelled(panel),
                progress=self.bar.progress,
                partial=panel.show_partial,
            ),
        )

    def _done(self, panel: StepPanel, value: Any, request: Request, versions: dict[str, int]) -> None:
        self.bar.progress("Showing the result", 1.0)
        self._show(panel, panel.accept(value, request, versions))

    def _show(self, panel: StepPanel, pieces: Iterator[None]) -> None:
        """Show a result a piece at a time, so that the window can draw and listen in between."""
        if self._released:
            return
        try:
            next(pieces)
        except StopIteration:
            self._ended(panel)
            self._next()
        except SsbiError as error:
            self._failed(panel, error)
        else:
            QTimer.singleShot(_PAUSE, lambda: self._show(panel, pieces))

    def _failed(self, panel: StepPanel, error: Exception) -> None:
        if not panel.OPTIONAL:
            self._queue.clear()
        self._ended(panel, failed=True)
        panel.refused(error)
        self.choose_step(panel.KEY)
        tell_error(error)
        self._next()  # what does not need it

    def _cancelled(self, panel: StepPanel) -> None:
        self._queue.clear()
        self._ended(panel)
        tell(panel.stopped())

    def _ended(self, panel: StepPanel, *, failed: bool = False) -> None:
        if self._job is not None:
            self.bar.ended()
        self._job = None
        self.analysis.ended(panel.KEY, failed=failed)

    def _refresh(self, _step: str) -> None:
        for panel in self.panels:
            panel.refresh()
        self._show_status()

    def _show_status(self) -> None:
        for row, panel in enumerate(self.panels):
            self.list.show_status(row, self.status(panel.KEY), panel.summary())
