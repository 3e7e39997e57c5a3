"""Time and memory of one warm `ssbi analyze` of a 1024 x 1024 image. Run with `python -m benchmarks.analyze_speed`."""

from __future__ import annotations

import resource
import tempfile
import time
from pathlib import Path

from benchmarks.results_file import write_results
from ssbi_core.pipeline import analyze_study
from ssbi_core.simulate import simulate_study

SEED = 31


def main() -> None:
    """Analyse the first image to warm up, then time the second, report and files included."""
    with tempfile.TemporaryDirectory() as folder:
        study = Path(folder) / "study"
        simulate_study(2, SEED, study, shape=(1024, 1024))
        warm_up, timed = sorted((study / "images").iterdir())
        analyze_study([warm_up], Path(folder) / "warm-up")
        stages: list[tuple[str, float]] = []
        start = time.perf_counter()
        analyze_study(
            [timed],
            Path(folder) / "timed",
            progress=lambda stage, _: stages.append((stage.split(": ")[-1], time.perf_counter() - start)),
        )
        total = time.perf_counter() - start
    started = dict(reversed(stages))
    peak_gib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    results = {"size_px": 1024, "seconds": total, "stage_started_at_s": started, "peak_memory_GiB": peak_gib}
    print(results)
    write_results("analyze_speed", results)


if __name__ == "__main__":
    main()
