"""Measure every row on one core, write results/transport.json and its figure: `python -m benchmarks.transport`.

TauFactor runs where SSBI_TAUFACTOR_PYTHON names an interpreter that has it (`uv venv`, `uv pip install taufactor`).
`--quick` leaves out what takes minutes (3D, SuperLU).
"""

from __future__ import annotations

import os
import sys
import time
from typing import Any

ONE_CORE = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def main() -> None:
    """Pin the process to one core before anything starts a thread, then measure."""
    if any(os.environ.get(name) != value for name, value in ONE_CORE.items()):
        os.environ.update(ONE_CORE)
        os.execv(sys.executable, [sys.executable, "-m", "benchmarks.transport", *sys.argv[1:]])
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    from benchmarks.results_file import write_results
    from benchmarks.transport import rows
    from benchmarks.transport.figure import draw

    results: dict[str, Any] = {}
    for measure in rows.QUICK if "--quick" in sys.argv else rows.ALL:
        start = time.perf_counter()
        results[measure.__name__] = measure()
        print(f"{measure.__name__} ({time.perf_counter() - start:.0f} s): {results[measure.__name__]}", flush=True)
        if "--quick" not in sys.argv:
            write_results("transport", results)
            draw(results)


if __name__ == "__main__":
    main()
