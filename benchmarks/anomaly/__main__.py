"""What is found of what was planted, and how often normal images are flagged.

    python -m benchmarks.anomaly [--recipes N] [--reference N] [--normal N] [--planted N] [--size PX] [--workers N]
                                 [--no-net]

Every recipe is a study with a reference population of its own; `--reference`, `--normal` and `--planted` (per family)
count images of each recipe. Images of reference, test and every family have seeds of their own.
"""

from __future__ import annotations

import argparse
import multiprocessing
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from benchmarks.anomaly.measures import auroc, auroc_interval, found_within, hit_rank, summary
from benchmarks.anomaly.peers import peer_scores
from benchmarks.anomaly.planting import DESIGN, FAMILIES, UNKNOWN, UNSEEN
from benchmarks.anomaly.specimens import RECIPES, portrait, specimen
from benchmarks.results_file import write_results
from ssbi_core.anomaly import AnomalyReport, Population, Portrait, score_anomalies
from ssbi_core.anomaly.population import row_of
from ssbi_core.compilation import keep_compiled_programs

SEED = 70_000


class Task(NamedTuple):
    """One image to make."""

    recipe: int
    seed: int
    index: int
    size: int
    family: str | None
    net: bool


class Made(NamedTuple):
    """One image as it is scored, the planted place, and the elements of what was planted there."""

    task: Task
    portrait: Portrait
    where: np.ndarray | None
    elements: frozenset[str]


def main() -> None:
    """Make all images, score every recipe, write ``results/anomaly.json``."""
    options = _options()
    normal, odd = [], []
    for recipe in range(options.recipes):
        reference, tested = _recipe(options, recipe)
        rows = _scored(reference, tested)
        normal += [row for row in rows if row["family"] is None]
        odd += [row for row in rows if row["family"] is not None]
        print(f"recipe {recipe}: {_said(normal, odd)}", flush=True)
    write_results("anomaly", _results(options, normal, odd))


def make(task: Task) -> Made:
    """One image, analysed."""
    found = specimen(task.recipe, task.seed, task.index, task.size, task.family, net=task.net)
    where = None if found.planted is None else found.planted.where
    unknown = None if found.planted is None else found.planted.unknown
    elements = frozenset() if unknown is None else frozenset(UNKNOWN[unknown[0]][0])
    return Made(task, portrait(found), where, elements)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.anomaly", description=__doc__)
    for name, default, help_ in (
        ("--recipes", len(RECIPES), "studies"),
        ("--reference", 200, "normal images that others are compared with, of each recipe"),
        ("--normal", 100, "normal images that are scored, of each recipe"),
        ("--planted", 15, "images of each family, of each recipe"),
        ("--size", 256, "pixels along the side of an image"),
        ("--workers", 1, "processes"),
    ):
        parser.add_argument(name, type=int, default=default, metavar="N", help=f"{help_} (default: %(default)s)")
    parser.add_argument("--no-net", action="store_true", help="without predictions: no residual, spread or seed score")
    return parser.parse_args()


def _recipe(options: argparse.Namespace, recipe: int) -> tuple[list[Made], list[Made]]:
    def tasks(group: int, number: int, family: str | None) -> list[Task]:
        seed = SEED + 100 * recipe + group
        return [Task(recipe, seed, index, options.size, family, not options.no_net) for index in range(number)]

    reference = tasks(0, options.reference, None)
    tested = tasks(1, options.normal, None)
    for group, family in enumerate(FAMILIES, 2):
        tested += tasks(group, options.planted, family)
    made = _made([*reference, *tested], options.workers)
    return made[: len(reference)], made[len(reference) :]


def _made(tasks: Sequence[Task], workers: int) -> list[Made]:
    if workers == 1:
        keep_compiled_programs()
        return [make(task) for task in tasks]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=keep_compiled_programs) as pool:
        return list(pool.map(make, tasks, chunksize=4))


def _scored(reference: Sequence[Made], tested: Sequence[Made]) -> list[dict[str, Any]]:
    """One row per tested image: our score and those of the peers."""
    population = Population.of([made.portrait for made in reference], "normal images of the recipe")
    report = score_anomalies([made.portrait for made in tested], reference=population)
    table = pd.DataFrame([row_of(made.portrait) for made in tested])
    peers = peer_scores(population.rows, table)
    return [_row(made, report, {name: float(s[i]) for name, s in peers.items()}) for i, made in enumerate(tested)]


def _row(made: Made, report: AnomalyReport, peers: dict[str, float]) -> dict[str, Any]:
    image = report[made.portrait.name]
    row: dict[str, Any] = {
        "recipe": made.task.recipe,
        "index": made.task.index,
        "family": made.task.family,
        "p_value": image.p_value,
        "flagged": image.flagged,
        "score": image.score,
        "seed_score": image.seed_score,
        "channels": dict(image.channels),
        "peers": peers,
        "reasons": [region.reason for region in image.regions[:3]],
    }
    if made.where is not None:
        row["hit_rank"] = hit_rank(image.regions, made.where)
    if made.elements:
        patches = [patch for patch in image.unmodelled if _inside(patch.bbox_px, made.where)]
        row["elements"] = sorted(made.elements)
        row["elements_found"] = sorted(patches[0].elements) if patches else None
        row["unknown_detected"] = bool(patches) and image.flagged
        row["elements_right"] = bool(patches) and set(patches[0].elements) == made.elements
    return row


def _inside(box: tuple[int, int, int, int], where: np.ndarray | None) -> bool:
    return where is not None and bool(where[box[0] : box[2], box[1] : box[3]].any())


def _results(options: argparse.Namespace, normal: list[dict], odd: list[dict]) -> dict[str, Any]:
    by_family = {family: [row for row in odd if row["family"] == family] for family in FAMILIES}
    unseen = [row for row in odd if row["family"] in UNSEEN]
    unknown = by_family["unknown_phase"]
    peers = ("isolation_forest", "mahalanobis", "gp_spread")
    own = _column(normal, "score")
    seed = None if options.no_net else auroc(_column(normal, "seed_score"), _column(odd, "seed_score"))
    places = {family: found_within([row["hit_rank"] for row in rows]) for family, rows in by_family.items()}
    return {
        "settings": vars(options),
        "seed": SEED,
        "families_of_the_design": list(DESIGN),
        "normal_images": len(normal),
        "planted_images": len(odd),
        "auroc": auroc(own, _column(odd, "score")),
        "auroc_interval_90": auroc_interval(own, _column(odd, "score")),
        "auroc_unseen": auroc(own, _column(unseen, "score")),
        "auroc_by_family": {f: auroc(own, _column(rows, "score")) for f, rows in by_family.items()},
        "auroc_seed_score": seed,
        "auroc_of_peers": {p: auroc(_peer(normal, p), _peer(odd, p)) for p in peers},
        "auroc_of_peers_unseen": {p: auroc(_peer(normal, p), _peer(unseen, p)) for p in peers},
        "false_alarm_rate_set": 0.05,
        "false_alarm_rate": float(np.mean([row["flagged"] for row in normal])),
        "flagged_by_family": {f: float(np.mean([row["flagged"] for row in rows])) for f, rows in by_family.items()},
        "localised_in_three": found_within([row["hit_rank"] for row in odd]),
        "localised_in_three_by_family": places,
        "unknown_detected": summary([row.get("unknown_detected") for row in unknown]),
        "unknown_elements_right": summary([row.get("elements_right") for row in unknown]),
        "missed": [
            {name: row[name] for name in ("recipe", "index", "family", "p_value", "reasons")}
            for row in odd
            if not row["flagged"]
        ],
    }


def _column(rows: Sequence[dict], name: str) -> np.ndarray:
    return np.array([np.nan if row[name] is None else row[name] for row in rows], float)


def _peer(rows: Sequence[dict], name: str) -> np.ndarray:
    return np.array([row["peers"][name] for row in rows])


def _said(normal: list[dict], odd: list[dict]) -> str:
    rate = np.mean([row["flagged"] for row in normal])
    area = auroc(_column(normal, "score"), _column(odd, "score"))
    return f"AUROC {area:.3f}, false alarms {rate:.1%}, in top three {found_within([r['hit_rank'] for r in odd]):.0%}"


if __name__ == "__main__":
    main()
