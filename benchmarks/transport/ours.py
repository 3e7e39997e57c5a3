"""Our solver under the clock, in this process and in fresh ones."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import Any, NamedTuple

import numpy as np

from ssbi_core.transport.multigrid import MultigridSolution, solve_on_pixels

REPEATS = 3


class Run(NamedTuple):
    """CPU seconds of the best of some warm runs, and what the last one found."""

    seconds: float
    solution: MultigridSolution


def warm(field: np.ndarray, accuracy: float) -> Run:
    """Solve once to compile, then time."""
    solve_on_pixels(field, tolerance=accuracy)
    seconds = []
    for _ in range(REPEATS):
        start = time.process_time()
        solution = solve_on_pixels(field, tolerance=accuracy)
        seconds.append(time.process_time() - start)
    return Run(min(seconds), solution)


def fresh_process(code: str) -> dict[str, Any]:
    """Run Python code that prints one JSON object, in a new interpreter; adds its CPU seconds and peak memory."""
    wrapped = (
        f"{code}\nimport json, time\nresult['cpu_seconds'] = time.process_time()\n"
        # Not getrusage: its peak is inherited from the process that started this one.
        "status = dict(line.split(':', 1) for line in open('/proc/self/status'))\n"
        "result['peak_GiB'] = int(status['VmHWM'].split()[0]) / 2**20\nprint(json.dumps(result))"
    )
    done = subprocess.run([sys.executable, "-c", wrapped], capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])
