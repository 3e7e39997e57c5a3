"""The calibration plot: how often intervals hold against how often they say they do, in all and class by class.

Drawn by `benchmarks.predict.coverage`, or from what it wrote: `python -m benchmarks.predict.coverage_figure`.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.predict.scoring import LEVELS
from benchmarks.results_file import RESULTS

_COLOURS = ("#2f6f9f", "#c2571a", "#4b8b3b", "#8a5a9e", "#b8860b")
_SPREAD = 0.13  # by which classes stand apart, over the distance of levels
_ALLOWED = 0.05


def draw(results: dict[str, Any]) -> None:
    """Chemistries left, temperatures right; written to results/predict.coverage.svg and .png."""
    figure = Figure(figsize=(7.6, 3.7), layout="constrained")
    panels = figure.subplots(1, 2, sharey=True)
    temperatures = {name: own for name, own in results["classes"].items() if name.replace(".", "").isdigit()}
    chemistries = {name: own for name, own in results["classes"].items() if name not in temperatures}
    _panel(panels[0], chemistries, results["all"], "chemistry of the reaction layer")
    _panel(panels[1], {f"{name} K": own for name, own in temperatures.items()}, results["all"], "temperature")
    panels[0].set_ylabel("share of truths inside, less the level / points", fontsize=9)
    for kind in ("svg", "png"):
        figure.savefig(RESULTS / f"predict.coverage.{kind}", dpi=160)


def _panel(axes: Axes, classes: dict[str, dict[str, float]], whole: dict[str, Any], title: str) -> None:
    levels = np.array(LEVELS)
    axes.axhspan(-100 * _ALLOWED, 100 * _ALLOWED, color="#eef1f4", zorder=0)
    axes.axhline(0, color="black", linewidth=0.8)
    for at, (colour, (name, own)) in enumerate(zip(_COLOURS, classes.items(), strict=False)):
        off = np.array([own[f"covered_{level:g}"] for level in LEVELS]) - levels
        places = np.arange(len(levels)) + _SPREAD * (at - (len(classes) - 1) / 2)
        axes.plot(places, 100 * off, "o", color=colour, markersize=4.5, label=f"{name} ({own['graphs']})")
    off = [100 * (whole[f"covered_{level:g}"]["estimate"] - level) for level in LEVELS]
    axes.plot(range(len(levels)), off, "_", color="black", markersize=34, markeredgewidth=1.4, label="all")
    axes.set_xticks(range(len(levels)), [f"{100 * level:g}" for level in LEVELS])
    axes.set_ylim(-13, 13)
    axes.set_title(title, fontsize=9, loc="left")
    axes.set_xlabel("level of the interval / %", fontsize=9)
    axes.tick_params(labelsize=8)
    axes.legend(fontsize=7, frameon=False, ncols=2, loc="upper center", markerscale=0.6)
    axes.spines[["top", "right"]].set_visible(False)


if __name__ == "__main__":
    draw(json.loads((RESULTS / "predict.coverage.json").read_text(encoding="utf-8")))
