"""Where settings are judged: in this process, or in several that work for it.

Workers get settings and give back an error; they never see the search itself. They end with the process that started
them, whatever becomes of it: all of them read from a pipe whose other end it alone holds.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import lru_cache
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

from ssbi_core.errors import InputError
from ssbi_core.optimize.tuning.division import Division
from ssbi_core.optimize.tuning.subject import Objective, Parameters, Subject


class Judged(NamedTuple):
    """Error of some settings, and the seconds it took."""

    error: float
    seconds: float


Submit = Callable[[Parameters, Division], "Future[Judged]"]


@contextmanager
def judges(subject: Subject, study: Path, objective: Objective, number: int) -> Iterator[Submit]:
    """Yield what judges settings on a division of a study in memory; with one worker, at once and in this process.

    Raises
    ------
    InputError
        If the system ended a worker, for want of memory.
    """
    if number == 1:
        yield lambda parameters, division: _now(objective, parameters, division)
        return
    reader, writer = Pipe(duplex=False)
    pool = ProcessPoolExecutor(number, get_context("spawn"), _begin, (reader,))
    try:
        yield lambda parameters, division: pool.submit(
            _in_worker, subject, study, objective.digest, dict(parameters), division
        )
    except BrokenProcessPool as error:
        to_do = "run the same command with fewer --workers; finished trials are kept"
        raise InputError(f"{number} workers, one of which the system ended", "memory for each", to_do) from error
    finally:
        writer.close()
        pool.shutdown(cancel_futures=True)
        reader.close()


def _now(objective: Objective, parameters: Parameters, division: Division) -> Future[Judged]:
    future: Future[Judged] = Future()
    try:
        future.set_result(_judge(objective, parameters, division))
    except Exception as error:  # as from a worker: whoever asks for the result gets it
        future.set_exception(error)
    return future


def _judge(objective: Objective, parameters: Parameters, division: Division) -> Judged:
    start = time.perf_counter()
    return Judged(objective.error(parameters, division), time.perf_counter() - start)


def _begin(reader: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all of a terminal's processes; the first decides
    threading.Thread(target=_end_with, args=(reader,), daemon=True).start()


def _end_with(reader: Connection) -> None:
    try:
        reader.recv_bytes()
    except (EOFError, OSError):
        os._exit(0)


def _in_worker(subject: Subject, study: Path, digest: str, parameters: Parameters, division: Division) -> Judged:
    objective = _loaded(subject, study)
    if objective.digest != digest:
        raise InputError(f"{study} that changed meanwhile", "the study as it was", "tune on a study that is complete")
    return _judge(objective, parameters, division)


@lru_cache(maxsize=1)
def _loaded(subject: Subject, study: Path) -> Objective:
    return subject.load(study)
