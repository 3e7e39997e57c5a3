"""Run every benchmark and write the table of the README: `python -m benchmarks` (`--table` only rewrites the table)."""

from __future__ import annotations

import json
import runpy
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.results_file import RESULTS

README = Path(__file__).parents[1] / "README.md"
START, END = "<!-- measured -->", "<!-- /measured -->"

Row = tuple[str, str]


def _end_to_end(r: dict[str, Any]) -> list[Row]:
    low, high = r["median_relative_error_interval_90"]
    images = r["num_images"]
    iou = r["mean_iou_of_llzo_nmc_reaction_layer_pore"]
    error = r["median_relative_error_of_conductivity"]
    return [
        (
            f"phases, {images} held-out simulated images of 512 x 512: mean IoU of llzo, nmc, reaction layer, pore",
            f"{iou:.3f}",
        ),
        (
            "conductivity from predicted against from true phases, same images: median error (90 % interval)",
            f"{error:.1%} ({low:.1%} to {high:.1%})",
        ),
    ]


def _analyze_speed(r: dict[str, Any]) -> list[Row]:
    return [
        ("one 1024 x 1024 image through `ssbi analyze`, warm", f"{r['seconds']:.0f} s, {r['peak_memory_GiB']:.1f} GiB")
    ]


TABLES: dict[str, Callable[[dict[str, Any]], list[Row]]] = {
    "end_to_end": _end_to_end,
    "analyze_speed": _analyze_speed,
}


def main() -> None:
    """Run, then write the table between its markers."""
    if "--table" not in sys.argv:
        for name in TABLES:
            runpy.run_module(f"benchmarks.{name}", run_name="__main__")
    lines = ["| what | measured | command |", "|---|---|---|"]
    for name, rows in TABLES.items():
        path = RESULTS / f"{name}.json"
        if path.is_file():
            record = json.loads(path.read_text(encoding="utf-8"))
            lines += [f"| {what} | {value} | `python -m benchmarks.{name}` |" for what, value in rows(record)]
    before, _, rest = README.read_text(encoding="utf-8").partition(START)
    after = rest.partition(END)[2]
    README.write_text("\n".join([before + START, "", *lines, "", END]) + after, encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
