"""Run every benchmark and write the table of the README: `python -m benchmarks` (`--table` only rewrites the table)."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.anomaly.table import ANOMALY_TABLES
from benchmarks.optimize.table import OPTIMIZE_TABLES
from benchmarks.predict.table import PREDICT_TABLES
from benchmarks.results_file import RESULTS, Row

README = Path(__file__).parents[1] / "README.md"
START, END = "<!-- measured -->", "<!-- /measured -->"


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


def _segment_holdout(r: dict[str, Any]) -> list[Row]:
    without, hard = r["study_without_eds"]["mean_iou"], r["scenes_difficulty_1.0"]["mean_iou"]
    return [
        (
            "the same mean IoU, other held-out images: HAADF alone; random scenes at full difficulty",
            f"{without:.3f}; {hard:.3f}",
        )
    ]


def _transport_references(r: dict[str, Any]) -> list[Row]:
    finest = {row["case"]: row for row in r["cases"]}.values()
    slack = 1e-9  # a reference known exactly may touch its bound
    inside = sum(row["lower"] * (1 - slack) <= row["reference"] <= row["upper"] * (1 + slack) for row in finest)
    grid = max(row["grid"] for row in finest)
    worst = max(abs(row["relative_error"]) for row in finest)
    return [
        (
            "exact and published reference conductivities: inside [lower, upper]; largest error of the estimate",
            f"{inside} of {len(finest)}; {worst:.2%} at {grid} x {grid}",
        )
    ]


def _graph_speed(r: dict[str, Any]) -> list[Row]:
    clean = r["clean"]
    return [(f"graph of a 2048 x 2048 label image, {clean['nodes']} nodes", f"{min(clean['wall_s']):.1f} s")]


def _transport(r: dict[str, Any]) -> list[Row]:
    grains, layers = r["grain_image_1024"], r["voxels"]["128^3"]
    blobs = [row["pyamg"]["slower_by"] for row in r["percolation"].values()]
    fem, tau = r["jax_fem_256"], r["taufactor"]
    rows = [
        (
            "CPU time against ours, grains 1024 x 1024, error below 1e-6: pyamg; PARDISO; SuperLU",
            f"{grains['pyamg']['slower_by']:.1f} x; {grains['pardiso']['slower_by']:.1f} x; "
            f"{r['grain_image_1024_superlu']['superlu']['slower_by']:.0f} x",
        ),
        ("near percolation 1024 x 1024, contrast 1e4; 1e6: pyamg", f"{blobs[0]:.0f} x; {blobs[1]:.0f} x"),
        ("grains 128 x 128 x 128: pyamg", f"{layers['pyamg']['slower_by']:.0f} x"),
        (
            "jax-fem, 256 x 256: forward; value and gradient",
            f"{fem['forward']['slower_by']:.0f} x; {fem['value_and_gradient']['slower_by']:.0f} x",
        ),
        ("64 pictures of 128 x 128, each", f"{r['batch_128']['milliseconds_each']:.0f} ms"),
    ]
    if "skipped" not in tau:
        factors = [f"{row['taufactor']['slower_by']:.0f} x" for row in tau.values()]
        rows.append(("TauFactor, 256 x 256; 128 x 128 x 128, as far as it converges in a minute", "; ".join(factors)))
    return rows


def _transport_bounds(r: dict[str, Any]) -> list[Row]:
    return [
        ("bounds of random structures on three meshes: consistent", f"{r['consistent']} of {r['structures']}"),
        (
            "gap between the bounds, 512 x 512, median: simulated images; grains drawn in pixels, with 2 % asked for",
            f"{r['median_gap_512_simulated_images']:.1%}; {r['median_gap_512_grain_images']:.1%}, "
            f"{max(i.get('tightened_gap', 0) for i in r['grain_images']):.1%}",
        ),
    ]


def _plugin(r: dict[str, Any]) -> list[Row]:
    blocked = [step["blocked"] for step in r["steps_1024"].values()]
    return [
        (
            "plugin: window blocked at most, any step at 1024 x 1024 without a graphics card (one redraw there)",
            f"{max(blocked):.2f} s ({r['redraw_of_all_layers_1024']:.2f} s)",
        ),
        ("plugin: what-if answer at 512 x 512, median", f"{median(r['what_if_seconds_512']):.2f} s"),
        ("plugin: Cancel, the slowest step at 1024 x 1024", f"{max(r['cancel_seconds_1024'].values()):.1f} s"),
        ("plugin: memory from the 5th to the 20th analysis", f"{r['memory_growth_after_fifth']:+.1%}"),
        ("plugin: dock open, first time in a process", f"{r['seconds_to_dock']:.2f} s"),
    ]


TABLES: dict[str, Callable[[dict[str, Any]], list[Row]]] = {
    "end_to_end": _end_to_end,
    "segment_holdout": _segment_holdout,
    "transport_references": _transport_references,
    "transport_bounds": _transport_bounds,
    "transport": _transport,
    "analyze_speed": _analyze_speed,
    "graph_speed": _graph_speed,
    **PREDICT_TABLES,
    **ANOMALY_TABLES,
    **OPTIMIZE_TABLES,
    "plugin": _plugin,
}


def main() -> None:
    """Run, then write the table between its markers."""
    if "--table" not in sys.argv:
        for name in TABLES:
            subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=True)
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
