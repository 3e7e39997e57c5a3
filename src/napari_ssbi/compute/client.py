"""The window's end of the compute process: starts it, sends jobs, hands their answers on, ends it.

Nothing here knows of Qt. Answers arrive on a thread of this file; whoever listens takes them to the window's thread.
"""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Literal, NamedTuple

from napari_ssbi.compute.wire import receive, send
from ssbi_core.errors import SsbiError

GRACE = 1.0
"""Seconds a task may take to stop when asked; then its process is ended."""

# NumPy's products here are thin: threads for them cost more than they bring, half of a what-if answer. And glibc, left
# to itself, gives every thread a heap of its own, which keeps what the thread has used once.
_THRIFTY = {"OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}

Kind = Literal["progress", "partial", "result", "failed", "cancelled"]
_GOES_ON = ("progress", "partial")


class Answer(NamedTuple):
    """What arrived for a job: (text, share done), what is known so far, the result, an SsbiError, or None."""

    job: int
    kind: Kind
    value: Any


class ComputeError(SsbiError):
    """The compute process ended, or met an error nobody foresaw."""


@dataclass(eq=False)
class _Process:
    popen: subprocess.Popen[bytes]
    log: BinaryIO
    ended_on_request: bool = False
    sending: threading.Lock = field(default_factory=threading.Lock)

    def end(self) -> None:
        if self.popen.poll() is None:
            self.popen.kill()
        self.popen.wait()

    def last_words(self) -> str:
        self.log.seek(0)
        lines = [line for line in self.log.read().decode(errors="replace").splitlines() if line.strip()]
        return lines[-1][:300] if lines else "without a word"


class ComputeClient:
    """One compute process, started when first needed and again after it was ended.

    Parameters
    ----------
    listen : called with every `Answer`, on another thread.
    environment : added to the environment of the process.
    """

    def __init__(self, listen: Callable[[Answer], None], environment: Mapping[str, str] | None = None) -> None:
        self._listen, self._environment = listen, dict(environment or {})
        self._numbers = itertools.count(1)
        self._lock = threading.RLock()
        self._process: _Process | None = None
        self._open: set[int] = set()
        self._timers: dict[int, threading.Timer] = {}
        self._readers: list[threading.Thread] = []

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process is not None and self._process.popen.poll() is None

    def submit(self, task: str, **arguments: Any) -> int:
        """Queue a task of `tasks.TASKS`; its answers bear the number returned.

        The arguments are written by a thread of their own, so that large ones do not hold up the caller.
        """
        with self._lock:
            job = next(self._numbers)
            self._open.add(job)
            process = self._running()
        request = {"do": "run", "job": job, "task": task, "arguments": arguments}
        threading.Thread(target=self._send, args=(process, request), daemon=True).start()
        return job

    def cancel(self, job: int) -> None:
        """Ask a job to stop; what has not stopped after `GRACE` is ended with its process."""
        with self._lock:
            if job not in self._open or job in self._timers or self._process is None:
                return
            process = self._process
            timer = self._timers[job] = threading.Timer(GRACE, self._end_if_open, (job, process))
            timer.daemon = True
            timer.start()
        threading.Thread(target=self._send, args=(process, {"do": "cancel", "job": job}), daemon=True).start()

    def close(self) -> None:
        """End the process and everything that waits for it; no further answers."""
        with self._lock:
            self._listen = _ignore
            timers, process, self._process = list(self._timers.values()), self._process, None
            self._open.clear()
            self._timers.clear()
        for timer in timers:
            timer.cancel()
        if process is not None:
            process.end()
        for reader in self._readers:  # also of processes that ended before
            if reader is not threading.current_thread():
                reader.join(timeout=2)

    def _running(self) -> _Process:
        if self._process is None or self._process.popen.poll() is not None:
            log = tempfile.TemporaryFile()  # noqa: SIM115  (as long as the process)
            popen = subprocess.Popen(
                [sys.executable, "-m", "napari_ssbi.compute.server"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env={**_THRIFTY, **os.environ, **self._environment},
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
            self._process = _Process(popen, log)
            reader = threading.Thread(target=self._read, args=(self._process,), daemon=True, name="ssbi-compute")
            self._readers = [old for old in self._readers if old.is_alive()] + [reader]
            reader.start()
        return self._process

    def _send(self, process: _Process, message: dict[str, Any]) -> None:
        try:
            with process.sending:
                assert process.popen.stdin is not None
                send(process.popen.stdin, message)  # type: ignore[arg-type]
        except (OSError, ValueError):
            pass  # the process is gone; its reader says so
        except TypeError as error:  # half a message may be written: the process cannot be used any more
            self._answer(Answer(message["job"], "failed", _unexpected(str(error))))
            process.end()

    def _read(self, process: _Process) -> None:
        assert process.popen.stdout is not None
        try:
            while True:
                self._answer(_answer(receive(process.popen.stdout)))  # type: ignore[arg-type]
        except (EOFError, OSError, ValueError):
            self._process_ended(process)

    def _process_ended(self, process: _Process) -> None:
        process.end()
        with self._lock:
            if self._process is process:
                self._process = None
            left, asked = sorted(self._open), set(self._timers)
        for job in left:
            if process.ended_on_request or job in asked:
                self._answer(Answer(job, "cancelled", None))
            else:
                words = f"the computation ended (exit code {process.popen.returncode}): {process.last_words()}"
                error = ComputeError(words, "a process that runs to its end", "crop or bin the image, or try again")
                self._answer(Answer(job, "failed", error))
        process.log.close()

    def _answer(self, answer: Answer) -> None:
        with self._lock:
            if answer.job not in self._open:
                return
            if answer.kind not in _GOES_ON:
                self._open.discard(answer.job)
                timer = self._timers.pop(answer.job, None)
                if timer is not None:
                    timer.cancel()
            listen = self._listen
        listen(answer)

    def _end_if_open(self, job: int, process: _Process) -> None:
        with self._lock:
            still = job in self._open
        if still:
            process.ended_on_request = True
            process.end()


def _answer(message: dict[str, Any]) -> Answer:
    job = message["job"]
    if "progress" in message:
        return Answer(job, "progress", tuple(message["progress"]))
    if "partial" in message:
        return Answer(job, "partial", message["partial"])
    if "error" in message:
        return Answer(job, "failed", SsbiError(*message["error"]))
    if "unexpected" in message:
        return Answer(job, "failed", _unexpected(message["unexpected"]))
    if "cancelled" in message:
        return Answer(job, "cancelled", None)
    return Answer(job, "result", message["result"])


def _unexpected(words: str) -> ComputeError:
    return ComputeError(f"an error nobody foresaw ({words})", "a computation without one", "report it with this text")


def _ignore(_answer: Answer) -> None:
    """Nobody listens any more."""
