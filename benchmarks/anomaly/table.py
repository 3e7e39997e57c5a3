"""Rows of the README's table on anomalies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks.results_file import Row


def _planted(r: dict[str, Any]) -> list[Row]:
    families, peers = r["auroc_by_family"], r["auroc_of_peers"]
    low, high = r["auroc_interval_90"]
    worst = min(families, key=lambda family: families[family])
    seed = "" if r["auroc_seed_score"] is None else f"; the mission's seed score {r['auroc_seed_score']:.2f}"
    return [
        (
            f"anomalies of 8 families planted in {r['planted_images']} interfaces, {r['normal_images']} normal "
            "ones: AUROC (90 % interval); the four families no feature was made for; the hardest family",
            f"{r['auroc']:.3f} ({low:.3f} to {high:.3f}); {r['auroc_unseen']:.3f}; {families[worst]:.3f} "
            f"({worst.replace('_', ' ')})",
        ),
        (
            "the same: Isolation Forest; Mahalanobis; Gaussian process spread",
            f"{peers['isolation_forest']:.3f}; {peers['mahalanobis']:.3f}; {peers['gp_spread']:.3f}{seed}",
        ),
        ("the same: normal images flagged at a set 5 %", f"{r['false_alarm_rate']:.1%}"),
        ("the same: planted place among the first three regions", f"{r['localised_in_three']:.1%}"),
        (
            "phase that the material file lacks: detected; its elements right",
            f"{r['unknown_detected']:.0%}; {r['unknown_elements_right']:.0%}",
        ),
    ]


def _overlooked(r: dict[str, Any]) -> list[Row]:
    with_layer, without = r["median_error_with_layer_decades"], r["median_error_without_layer_decades"]
    return [
        (
            f"{r['images']} images in which the reaction layer costs most: named first from the image alone; "
            "median error of its knock-out gain",
            f"{r['named_first']:.0%}; {r['median_error_of_gain']:.0%}",
        ),
        (
            "the same: conductivity off by, model with the layer; model that ignores it",
            f"{with_layer:.2f}; {without:.2f} decades",
        ),
    ]


ANOMALY_TABLES: dict[str, Callable[[dict[str, Any]], list[Row]]] = {
    "anomaly": _planted,
    "anomaly.overlooked": _overlooked,
}
"""Results file -> its rows."""
