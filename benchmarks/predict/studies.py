"""The solved studies that predictors are measured on, made once and kept.

Each is what `ssbi simulate -n N --seed S --no-images --solve -o FOLDER` makes, some with `--drawn-materials 1`; the
folder is in the user's cache, or where SSBI_BENCHMARK_STUDIES says. An interrupted study goes on where it stopped.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from platformdirs import user_cache_path

from ssbi_core.predict.records import StudyRecords, load_records
from ssbi_core.predict.solve_study import solve_study
from ssbi_core.simulate import simulate_study

PROTOCOL_SEED, PROTOCOL_IMAGES = 11, 200
"""The protocol of 200 images are the first of this study; the rest of it serves what needs more."""

ALL_IMAGES = 600

TUNING_SEED, TUNING_IMAGES = 12, 240
"""What settings are chosen on; never measured on."""


def study(seed: int, images: int, workers: int = 2, drawn: int = 0) -> StudyRecords:
    """The first images of a study, made and solved where they are not yet; `drawn` states more with drawn materials."""
    folder = benchmark_folder() / f"study_{seed}"
    simulate_study(images, seed, folder, images=False, progress=_print)
    solve_study(folder, drawn=drawn, seed=seed, workers=workers, progress=_print)
    records = load_records(folder).trustworthy()
    records = records if drawn else records.of_file()
    first = records.table["image"].str[-5:].astype(int) < images
    return StudyRecords(folder, records.table[first].reset_index(drop=True))


def benchmark_folder() -> Path:
    chosen = os.environ.get("SSBI_BENCHMARK_STUDIES")
    return Path(chosen) if chosen else user_cache_path("napari-ssbi") / "benchmarks"


def _print(message: str, done: float) -> None:
    print(f"\r{message} {done:.0%}", end="", file=sys.stderr)
