"""The frame a step of the analysis fits into: a panel in the dock, a task of the compute process, layers in the viewer.

A step is one file in `steps`: a subclass of `StepPanel` that says what it needs, builds its form, names the task and
shows the result. The list of steps, staleness, progress, Cancel and messages come with the frame.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, NamedTuple

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QLabel, QScrollArea, QVBoxLayout, QWidget

from napari_ssbi.analysis import Analysis
from napari_ssbi.widgets.jobs import Jobs


class Request(NamedTuple):
    """A task for the compute process and the settings it is recorded with."""

    task: str
    arguments: dict[str, Any]
    settings: Any


class StepPanel(QWidget):
    """One step of the analysis.

    Attributes
    ----------
    KEY, TITLE : of the step.
    NEEDS : keys of the steps whose results it takes.
    OPTIONAL : whether "Run to here" in a later step leaves it out until the user has run it.
    ENDS : whether nothing builds on it: "Run to here" in a later step always leaves it out.
    RUN : what its button says.
    HELP : one or two sentences above the form.
    """

    KEY: ClassVar[str]
    TITLE: ClassVar[str]
    NEEDS: ClassVar[tuple[str, ...]] = ()
    OPTIONAL: ClassVar[bool] = False
    ENDS: ClassVar[bool] = False
    RUN: ClassVar[str]
    HELP: ClassVar[str]

    edited = Signal()
    """The user changed a setting."""

    asks = Signal(object)
    """A `Request` of the panel's own, to be run and accepted like that of its button."""

    stops = Signal()
    """What runs is to be stopped, as Cancel does."""

    def __init__(self, analysis: Analysis, jobs: Jobs) -> None:
        super().__init__()
        self.analysis, self.jobs = analysis, jobs
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(6, 6, 6, 6)
        self.column.setSpacing(8)
        text = QLabel(self.HELP)
        text.setWordWrap(True)
        self.column.addWidget(text)
        self.build()
        self.column.addStretch(1)

    def build(self) -> None:
        """Add the widgets of the step to `column`."""

    def settings(self) -> Any:
        """What is in the form, to compare with what a result was made with; None while it is not valid."""
        return None

    def alone(self) -> bool:
        """Whether the step, as its form is, takes nothing from the steps before it."""
        return False

    def request(self) -> Request | None:
        """What to compute; None for a step that is done at once (`run_here`).

        Raises
        ------
        SsbiError
            If something chosen or typed is not valid.
        """
        return None

    def run_here(self) -> None:
        """Do a step that needs no computation, and store its result."""

    def accept(self, result: Any, request: Request, made_from: Mapping[str, int]) -> Iterator[None]:
        """Store and show a result; yields between pieces of work, where the window may draw. The default stores it."""
        self.analysis.store(self.KEY, result, request.settings, made_from)
        yield

    def refused(self, error: Exception) -> None:
        """Show beside the form why the step could not be done; the user is told in any case."""

    def summary(self) -> str:
        """The result in a few words, beside the step's name."""
        return ""

    def refresh(self) -> None:
        """Show what is known now; called when any step changed."""

    def show_partial(self, value: Any) -> None:
        """Show what is known so far of a result that takes long."""

    def stopped(self) -> str:
        """What has become of the step now that it was stopped, for the user."""
        return f"{self.TITLE} stopped; earlier results are as they were"

    def release(self) -> None:
        """Let go of the viewer."""


def scroll_to(widget: QWidget) -> None:
    """Have the area that a widget lies in show it."""
    above = widget.parentWidget()
    while above is not None and not isinstance(above, QScrollArea):
        above = above.parentWidget()
    if above is not None:
        above.ensureWidgetVisible(widget)
