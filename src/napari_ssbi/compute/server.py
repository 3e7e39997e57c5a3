"""The compute process: takes one task after the other from its standard input, answers on its standard output.

A second thread reads, so that a request to stop is seen while a task runs: the task's next report of progress then ends
it. When the window is gone the pipe ends, and so does this process, whatever it is doing.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
import time
import traceback
from typing import Any, BinaryIO

from napari_ssbi.compute.wire import receive, send
from ssbi_core.errors import SsbiError

_EVERY = 0.2  # seconds between reports of progress: each costs the window a redraw
_POLITE = 10  # the window comes first where both want the processor


class Cancelled(Exception):
    """The user asked the running task to stop."""


class Server:
    """Runs the tasks that arrive on one stream and answers on another."""

    def __init__(self, source: BinaryIO, sink: BinaryIO) -> None:
        self._source, self._sink = source, sink
        self._requests: queue.Queue[dict[str, Any]] = queue.Queue()
        self._cancelled: set[int] = set()
        self._sending = threading.Lock()  # tasks may report from threads of their own

    def serve(self) -> None:
        """Take requests until the other side is gone."""
        threading.Thread(target=self._listen, daemon=True).start()
        while True:
            self._run(self._requests.get())

    def _listen(self) -> None:
        try:
            while True:
                message = receive(self._source)
                if message["do"] == "cancel":
                    self._cancelled.add(message["job"])
                else:
                    self._requests.put(message)
        except (EOFError, OSError):
            os._exit(0)

    def _run(self, request: dict[str, Any]) -> None:
        from napari_ssbi.compute.tasks import TASKS

        job = request["job"]
        reporter = _Reporter(self, job)
        try:
            reporter("starting", 0.0)
            result = TASKS[request["task"]](reporter, **request["arguments"])
            reporter.check()
            answer = {"result": result}
        except Cancelled:
            answer = {"cancelled": True}
        except SsbiError as error:
            answer = {"error": [error.came_in, error.needed, error.to_do]}
        except MemoryError:
            answer = {"error": ["a computation too large for the memory", "more memory", "crop or bin the image"]}
        except Exception as error:
            traceback.print_exc()
            answer = {"unexpected": f"{type(error).__name__}: {error}"}
        self._cancelled.discard(job)
        self.answer({"job": job, **answer})

    def answer(self, message: dict[str, Any]) -> None:
        """Send to the window."""
        with self._sending:
            send(self._sink, message)

    def is_cancelled(self, job: int) -> bool:
        """Whether the user asked this job to stop."""
        return job in self._cancelled


class _Reporter:
    """What a task calls with what it is doing and the share done; ends the task when asked to."""

    def __init__(self, server: Server, job: int) -> None:
        self._server, self._job, self._last, self._text = server, job, 0.0, ""

    def __call__(self, text: str, done: float) -> None:
        self.check()
        now = time.monotonic()
        if text != self._text or now - self._last >= _EVERY:
            self._last, self._text = now, text
            self._server.answer({"job": self._job, "progress": [text, float(done)]})

    def partial(self, value: Any) -> None:
        """Send what is known so far of a result that takes long."""
        self.check()
        self._server.answer({"job": self._job, "partial": value})

    def check(self) -> None:
        """Stop here if the user asked for it."""
        if self._server.is_cancelled(self._job):
            raise Cancelled


def main() -> None:
    """Serve on the standard streams; what libraries print goes to the standard error, apart from the answers."""
    if hasattr(os, "nice"):
        os.nice(_POLITE)
    sink = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    Server(sys.stdin.buffer, sink).serve()


if __name__ == "__main__":
    main()
