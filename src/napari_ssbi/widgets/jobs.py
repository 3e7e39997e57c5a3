"""Answers of the compute process, brought to the window's thread."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from qtpy.QtCore import QObject, Qt, Signal

from napari_ssbi.compute.client import Answer, ComputeClient


@dataclass(eq=False)
class Listener:
    """What to call, in the window's thread, with the answers of one job."""

    done: Callable[[Any], None]
    failed: Callable[[Exception], None]
    cancelled: Callable[[], None]
    progress: Callable[[str, float], None] | None = None
    partial: Callable[[Any], None] | None = None


class Jobs(QObject):
    """Runs tasks of `napari_ssbi.compute.tasks` without holding up the window."""

    _arrived: Any = Signal(object)

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self._listeners: dict[int, Listener] = {}
        self._arrived.connect(self._dispatch, Qt.ConnectionType.QueuedConnection)
        self._client = ComputeClient(self._arrived.emit, environment)

    def run(self, task: str, arguments: Mapping[str, Any], listener: Listener) -> int:
        """Start a task; its answers go to the listener."""
        job = self._client.submit(task, **arguments)
        self._listeners[job] = listener
        return job

    def cancel(self, job: int) -> None:
        """Ask a job to stop; `cancelled` is called when it has."""
        self._client.cancel(job)

    @property
    def busy(self) -> bool:
        """Whether a job has not been answered yet."""
        return bool(self._listeners)

    def close(self) -> None:
        """End the process; nobody is called any more."""
        self._listeners.clear()
        self._client.close()

    def _dispatch(self, answer: Answer) -> None:
        listener = self._listeners.get(answer.job)
        if listener is None:
            return
        if answer.kind == "progress":
            if listener.progress is not None:
                listener.progress(*answer.value)
            return
        if answer.kind == "partial":
            if listener.partial is not None:
                listener.partial(answer.value)
            return
        del self._listeners[answer.job]
        if answer.kind == "cancelled":
            listener.cancelled()
        else:
            (listener.done if answer.kind == "result" else listener.failed)(answer.value)


class TimeLeft:
    """Estimates from the share done how long the rest takes."""

    def __init__(self) -> None:
        self._start = time.monotonic()

    def in_words(self, done: float) -> str:
        """Such as "12 s left"; nothing while there is too little to go by."""
        spent = time.monotonic() - self._start
        if done < 0.1 or spent < 1.0:
            return ""
        left = spent * (1 - done) / done
        return f"{left:.0f} s left" if left < 90 else f"{left / 60:.0f} min left"
