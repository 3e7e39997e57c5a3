"""Run every benchmark and write the table of the README: `python -m benchmarks` (`--table` only rewrites the table)."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
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


def _predict_network(r: dict[str, Any]) -> list[Row]:
    low, high = r["mape_interval_95"]
    return [
        (
            f"resistor network of the graph alone against the solver, {r['images']} interfaces, nothing learned: "
            "mean error (95 % interval)",
            f"{r['mape']:.1%} ({low:.1%} to {high:.1%})",
        )
    ]


def _predict_shipped(r: dict[str, Any]) -> list[Row]:
    scores, rate = r["scores"], r["graphs_per_second"]
    return [
        (
            f"conductivity from the graph alone, shipped net, {r['images']} interfaces of a new study: "
            "mean error (95 % interval); median; R² of log10",
            f"{_interval(scores['ape'])}; {scores['median_ape']:.1%}; {scores['r2_log']:.4f}",
        ),
        (
            "the same: truths inside the 50, 80, 90, 95 % intervals",
            ", ".join(f"{scores[f'covered_{level:g}']['estimate']:.0%}" for level in (0.5, 0.8, 0.9, 0.95)),
        ),
        (
            "the same: graphs a second, mean; with 64 samples of the weights",
            "; ".join(f"{value:.0f}" for value in rate.values()),
        ),
    ]


def _predict_cross_validation(r: dict[str, Any]) -> list[Row]:
    ours, finer = r["methods"]["this net"], r["methods"]["two fidelities"]
    peers = [r["methods"][name] for name in ("ridge on coarse solves", "Gaussian process")]
    return [
        (
            f"160 interfaces to learn from, {ours['repeats']} divisions: mean error from the graph alone; "
            "with a finer network solved beside it",
            f"{_interval(ours['ape'])}; {_interval(finer['ape'])}",
        ),
        (
            "the same: ridge on coarse solves; Gaussian process",
            "; ".join(_interval(peer["ape"]) for peer in peers),
        ),
    ]


def _predict_coverage(r: dict[str, Any]) -> list[Row]:
    found = r["all"]
    return [
        (
            f"intervals on {found['graphs']} interfaces not learned from: truths inside the 80; 90 % interval",
            "; ".join(f"{found[f'covered_{level:g}']['estimate']:.1%}" for level in (0.8, 0.9)),
        )
    ]


def _predict_polycrystals(r: dict[str, Any]) -> list[Row]:
    number, most = max(r["by_training_graphs"].items(), key=lambda item: int(item[0]))
    errors = [_interval(most[name]["mape"]) for name in ("this net", "Gaussian process with network")]
    return [
        (
            f"polycrystals 64 x 64 x 64 of isotropic grains, {r['test_volumes']} volumes, {number} graphs to learn "
            "from: mean error of the net; of a Gaussian process on its network and three numbers; nothing learned",
            "; ".join([*errors, _interval(r["nothing_learned"]["mape"])]),
        )
    ]


def _predict_hidden_resistance(r: dict[str, Any]) -> list[Row]:
    scores = r["scores"]
    return [
        (
            f"resistances of boundaries and layer drawn from their priors and hidden, {r['graphs']} cases: "
            "truths inside the 80; 90 % interval",
            "; ".join(_interval(scores[f"covered_{level}"]) for level in ("0.8", "0.9")),
        )
    ]


def _interval(found: dict[str, float]) -> str:
    return f"{found['estimate']:.1%} ({found['lower']:.1%} to {found['upper']:.1%})"


def _predict_tuning(r: dict[str, Any]) -> list[Row]:
    others = r["other_divisions"]
    best, default = (sum(others[name]) / len(others[name]) for name in ("best", "default"))
    return [
        (
            f"predictor's settings found by {sum(r['trials'].values())} trials against those made by hand, "
            f"{r['study']['samples']} interfaces, divisions the search never saw: mean error of ln σ",
            f"{best:.2%} against {default:.2%}, whose spread is {others['default_spread']:.2%}",
        )
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
    "predict_network": _predict_network,
    "predict.shipped": _predict_shipped,
    "predict.cross_validation": _predict_cross_validation,
    "predict.coverage": _predict_coverage,
    "predict.polycrystals": _predict_polycrystals,
    "predict.hidden_resistance": _predict_hidden_resistance,
    "predict.tuning": _predict_tuning,
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
