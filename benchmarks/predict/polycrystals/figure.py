"""The learning curve as a picture: error on the test volumes against the number of graphs learned from."""

from __future__ import annotations

from typing import Any

from matplotlib.figure import Figure

from benchmarks.results_file import RESULTS

_COLOURS = ("#2f6f9f", "#c2571a", "#7b8794")
_PUBLISHED = 1.4
"""% at 4,000 graphs, Dai et al. (arXiv 2209.05583); of grains that conduct anisotropically, see `volumes`."""


def draw(results: dict[str, Any]) -> None:
    """Mean errors with their 95 % intervals, written to results/predict.polycrystals.svg and .png."""
    figure = Figure(figsize=(4.8, 3.4), layout="constrained")
    axes = figure.add_subplot()
    curve = results["by_training_graphs"]
    graphs = [int(number) for number in curve]
    for colour, name in zip(_COLOURS, next(iter(curve.values())), strict=True):
        found = [each[name]["mape"] for each in curve.values()]
        mean = [100 * each["estimate"] for each in found]
        reach = [[100 * abs(each[end] - each["estimate"]) for each in found] for end in ("lower", "upper")]
        axes.errorbar(graphs, mean, reach, color=colour, marker="o", markersize=4, capsize=2, linewidth=1.2, label=name)
    axes.axhline(_PUBLISHED, color="black", linewidth=0.8, linestyle=":", label="published for PGNN, 4,000 graphs")
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xticks(graphs, [str(number) for number in graphs])
    axes.minorticks_off()
    ticks = (0.5, 0.7, 1, 1.4, 2, 3, 5, 10, 20)
    low, high = axes.get_ylim()
    axes.set_yticks([tick for tick in ticks if low <= tick <= high])
    axes.yaxis.set_major_formatter("{x:g}")
    axes.set_xlabel("graphs learned from, three per volume", fontsize=9)
    axes.set_ylabel("mean error of conductivity / %", fontsize=9)
    axes.tick_params(labelsize=8)
    axes.legend(fontsize=8, frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    for kind in ("svg", "png"):
        figure.savefig(RESULTS / f"predict.polycrystals.{kind}", dpi=160)
