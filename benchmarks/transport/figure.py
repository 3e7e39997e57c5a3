"""The benchmark as one picture: how many times longer the others take."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt

from benchmarks.results_file import RESULTS

_INK, _BAR = "#1f2933", "#2f6f9f"


def draw(results: dict[str, Any]) -> None:
    """Bars of time ratios, one per peer and structure, written to results/transport.svg and .png.

    All are at an error below 1e-6 but TauFactor, which stays at its own.
    """
    bars = [(label, factor) for label, factor in _factors(results) if factor]
    if not bars:
        return
    figure, axes = plt.subplots(figsize=(7.2, 0.36 * len(bars) + 1.1), layout="constrained")
    labels, factors = zip(*reversed(bars), strict=True)
    axes.barh(range(len(bars)), factors, color=_BAR, height=0.62)
    axes.set_yticks(range(len(bars)), labels, color=_INK, fontsize=9)
    for at, factor in enumerate(factors):
        label = f"{factor:.1f} x" if factor < 10 else f"{factor:.0f} x"
        axes.text(factor * 1.06, at, label, va="center", color=_INK, fontsize=9)
    axes.set_xscale("log")
    axes.set_xlim(1, max(factors) * 2)
    axes.xaxis.set_major_formatter("{x:g}")
    axes.set_xlabel("CPU time over that of ssbi, one core", color=_INK, fontsize=9)
    axes.tick_params(axis="y", length=0)
    axes.tick_params(axis="x", colors=_INK, labelsize=8)
    axes.spines[["top", "right", "left"]].set_visible(False)
    for kind in ("svg", "png"):
        figure.savefig(RESULTS / f"transport.{kind}", dpi=160)
    plt.close(figure)


def _factors(results: dict[str, Any]) -> list[tuple[str, float | None]]:
    def of(*path: str) -> float | None:
        value: Any = results
        for key in path:
            value = value.get(key, {}) if isinstance(value, dict) else {}
        return value.get("slower_by") if isinstance(value, dict) else None

    return [
        ("grains 1024², pyamg (Ruge-Stueben)", of("grain_image_1024", "pyamg")),
        ("grains 1024², MKL PARDISO", of("grain_image_1024", "pardiso")),
        ("grains 1024², SuperLU", of("grain_image_1024_superlu", "superlu")),
        ("near percolation 1024², contrast 1e4, pyamg", of("percolation", "contrast_10000", "pyamg")),
        ("near percolation 1024², contrast 1e6, pyamg", of("percolation", "contrast_1e+06", "pyamg")),
        ("grains 64³, pyamg", of("voxels", "64^3", "pyamg")),
        ("grains 128³, pyamg", of("voxels", "128^3", "pyamg")),
        ("grains 256², jax-fem", of("jax_fem_256", "forward")),
        ("grains 256², jax-fem with gradient", of("jax_fem_256", "value_and_gradient")),
        ("binary 256², TauFactor", of("taufactor", "256^2", "taufactor")),
        ("binary 128³, TauFactor", of("taufactor", "128^3", "taufactor")),
    ]
