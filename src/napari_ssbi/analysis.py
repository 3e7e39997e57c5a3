"""The state of one viewer's analysis: what was computed, with which settings, from which version of what.

Nothing is ever marked stale. Each result keeps the versions of the results it was made from, and is stale when one of
them is no longer the newest, or is stale itself. Editing labels makes a new version of the phases; typing a setting
makes the step's settings differ from those of its result.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from napari.components import ViewerModel
from psygnal import Signal

from napari_ssbi.layer_book import LayerBook


class Status(Enum):
    """What the list of steps says of one."""

    MISSING = "not done"
    RUNNING = "running"
    DONE = "done"
    STALE = "out of date"
    FAILED = "failed"


@dataclass(frozen=True, eq=False)
class Result:
    """What a step gave.

    Attributes
    ----------
    value : the record.
    settings : of the step, when it ran.
    made_from : step -> version of the results that went in.
    version : of this result; larger is newer.
    original : the record as the step gave it, before anybody edited it.
    """

    value: Any
    settings: Any
    made_from: Mapping[str, int] = field(default_factory=dict)
    version: int = 0
    original: Any = None


class Analysis:
    """Results of the steps on one viewer.

    Parameters
    ----------
    viewer : where its layers go.
    needs : step -> the steps whose results it takes, in the order of the work.
    """

    changed = Signal(str)
    """A step has a new result, lost it, or started or ended running."""

    def __init__(self, viewer: ViewerModel, needs: Mapping[str, tuple[str, ...]]) -> None:
        self.viewer, self.needs = viewer, dict(needs)
        self.layers = LayerBook(viewer)
        self.running: str | None = None
        self.failed: set[str] = set()
        self._results: dict[str, Result] = {}
        self._versions = itertools.count(1)

    def result(self, step: str) -> Result | None:
        """What a step gave last; None before."""
        return self._results.get(step)

    def value(self, step: str) -> Any:
        """The record of a step, None where there is none."""
        result = self._results.get(step)
        return None if result is None else result.value

    def versions(self, step: str) -> dict[str, int]:
        """Versions of what a step would be made from now."""
        return {need: self._results[need].version for need in self.needs[step] if need in self._results}

    def store(self, step: str, value: Any, settings: Any, made_from: Mapping[str, int] | None = None) -> Result:
        """Keep a result, made from the given versions or from those of now."""
        made_from = self.versions(step) if made_from is None else dict(made_from)
        result = self._results[step] = Result(value, settings, made_from, next(self._versions), value)
        self.failed.discard(step)
        self.changed.emit(step)
        return result

    def amend(self, step: str, value: Any) -> None:
        """Put an edited record in the place of a step's own: what follows is out of date, the step is not."""
        self._results[step] = replace(self._results[step], value=value, version=next(self._versions))
        self.changed.emit(step)

    def forget(self, *steps: str) -> None:
        """Drop results."""
        for step in steps:
            self.failed.discard(step)
            if self._results.pop(step, None) is not None:
                self.changed.emit(step)

    def started(self, step: str) -> None:
        """A step runs."""
        self.running = step
        self.failed.discard(step)
        self.changed.emit(step)

    def ended(self, step: str, *, failed: bool = False) -> None:
        """It does no more."""
        self.running = None
        if failed:
            self.failed.add(step)
        self.changed.emit(step)

    def missing(self, step: str) -> tuple[str, ...]:
        """Steps that have to be done before this one."""
        return tuple(need for need in self.needs[step] if need not in self._results)

    def is_stale(self, step: str, settings: Any = None) -> bool:
        """Whether a result is not what the step would give now; `settings` are those in its form."""
        result = self._results.get(step)
        if result is None:
            return False
        if settings is not None and settings != result.settings:
            return True
        return any(
            need not in self._results or self._results[need].version != version or self.is_stale(need)
            for need, version in result.made_from.items()
        )

    def status(self, step: str, settings: Any = None) -> Status:
        """What the list of steps shows."""
        if self.running == step:
            return Status.RUNNING
        if step in self.failed:
            return Status.FAILED
        if step not in self._results:
            return Status.MISSING
        return Status.STALE if self.is_stale(step, settings) else Status.DONE
