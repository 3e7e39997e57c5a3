"""What a few strokes are worth: phases against truth before and after the shipped net learned from corrections.

Images that the net gets partly wrong, from seeds used nowhere else: random scenes of full difficulty, and images of an
ordinary study read as HAADF alone. A script paints as a user would: where most pixels around are wrong, one
short line of the phase that is there, until half a per cent of the image is painted. Scored are the pixels that were
not painted, over the phases that the truth holds; "painted only" is with the strokes heeded but not learned from.
Run with `python -m benchmarks.segment_strokes`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import jax
import numpy as np
from scipy import ndimage

from benchmarks.results_file import write_results
from ssbi_core.io import Micrograph
from ssbi_core.materials import Phase
from ssbi_core.segment import Segmenter, learn_from_strokes, load_segmenter, segment
from ssbi_core.simulate import random_scene, simulate_micrograph, simulate_microstructure, unmark_contact
from ssbi_core.simulate.study import simulate_sample

SEED = 81_000_000
NUM_SCENES = 12
NUM_HAADF = 12
SCORED = (Phase.LLZO, Phase.NMC, Phase.REACTION_LAYER, Phase.PORE, Phase.COATING)
LINES = (Phase.GRAIN_BOUNDARY, Phase.DISLOCATION)  # too thin to be painted in passing
LEAST_PIXELS = 50  # of a phase in the truth, to be scored
PAINTED = 0.005
LENGTH, WIDTH, APART = 40, 3, 25  # pixels

Case = tuple[str, Micrograph, np.ndarray]


def main() -> None:
    """Simulate, segment, paint, learn, segment again, compare, write."""
    net = load_segmenter()
    images = [_one(*case, net) for case in (*_scenes(), *_without_eds())]
    results = {
        "model_sha256": net.digest,
        "seed": SEED,
        "painted_share": PAINTED,
        "all": _summary(images),
        "scenes_difficulty_1.0": _summary([one for one in images if one["image"].startswith("scene")]),
        "study_without_eds": _summary([one for one in images if one["image"].startswith("haadf")]),
        "images": images,
    }
    write_results("segment_strokes", results)
    for name in ("all", "scenes_difficulty_1.0", "study_without_eds"):
        print(name, results[name], flush=True)


def _one(name: str, micrograph: Micrograph, truth: np.ndarray, net: Segmenter) -> dict[str, Any]:
    before = segment(micrograph, model=net).labels
    strokes = scripted_strokes(before, truth)
    start = time.perf_counter()
    learned = learn_from_strokes(micrograph, strokes, model=net)
    seconds = time.perf_counter() - start
    rest = strokes == 0
    scores = {
        "before": mean_iou(before, truth, rest),
        "painted_only": mean_iou(segment(micrograph, model=net, strokes=strokes).labels, truth, rest),
        "after": mean_iou(segment(micrograph, model=learned.model, strokes=strokes).labels, truth, rest),
    }
    one = {"image": name, "painted": float(np.mean(~rest)), **scores, "seconds": seconds}
    one |= {"right_before": dict(learned.right_before), "right_after": dict(learned.right_after)}
    print(one, flush=True)
    return one


def mean_iou(labels: np.ndarray, truth: np.ndarray, where: np.ndarray) -> float:
    """Mean over the phases of the truth of intersection over union, on the pixels of the mask."""
    found = []
    for phase in SCORED:
        there, said = (truth == phase) & where, (labels == phase) & where
        if there.sum() >= LEAST_PIXELS:
            found.append((there & said).sum() / (there | said).sum())
    return float(np.mean(found))


def scripted_strokes(labels: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Short lines of the true phase in the places where most is wrong."""
    truth, labels = unmark_contact(truth), unmark_contact(labels)
    thin = np.isin(truth, LINES) | np.isin(labels, LINES)
    wrong = (truth != labels) & (truth != Phase.UNLABELLED) & ~thin
    density = ndimage.gaussian_filter(wrong.astype(np.float32), 8)
    strokes, (rows, columns) = np.zeros(truth.shape, np.uint8), np.indices(truth.shape)
    while (strokes > 0).mean() < PAINTED and density.max() > 0.02:
        worst = np.unravel_index(density.argmax(), density.shape)
        distance = (rows - worst[0]) ** 2 + (columns - worst[1]) ** 2
        row, column = np.unravel_index(np.where(wrong, distance, np.inf).argmin(), wrong.shape)
        line = _line(rows - row, columns - column, wrong, truth == truth[row, column])
        strokes[line & (strokes == 0)] = truth[row, column]
        density[distance < APART**2] = 0
    return strokes


def _line(rows: np.ndarray, columns: np.ndarray, wrong: np.ndarray, phase: np.ndarray) -> np.ndarray:
    """Of the lines through the origin within the phase, the one that covers most wrong pixels."""
    angles = np.radians(np.arange(0, 180, 15))
    lines = [
        (np.abs(rows * np.sin(a) + columns * np.cos(a)) <= LENGTH / 2)
        & (np.abs(rows * np.cos(a) - columns * np.sin(a)) <= WIDTH / 2)
        & phase
        for a in angles
    ]
    return max(lines, key=lambda line: int((line & wrong).sum()))


def _summary(images: list[dict[str, Any]]) -> dict[str, Any]:
    change = np.array([one["after"] - one["before"] for one in images])
    return {
        "images": len(images),
        **{
            f"mean_iou_{when}": float(np.mean([one[when] for one in images]))
            for when in ("before", "painted_only", "after")
        },
        "mean_change": float(change.mean()),
        "median_change": float(np.median(change)),
        "worst_change": float(change.min()),
        "best_change": float(change.max()),
        "images_better": int((change > 0).sum()),
        "median_seconds": float(np.median([one["seconds"] for one in images])),
    }


def _scenes() -> Iterator[Case]:
    for index in range(NUM_SCENES):
        keys = jax.random.split(jax.random.fold_in(jax.random.key(SEED), index), 3)
        scene = random_scene(keys[0], difficulty=1.0)
        truth = simulate_microstructure(keys[1], scene.microstructure)
        yield f"scene_{index}", simulate_micrograph(keys[2], truth, scene.imaging, scene.system), truth.labels


def _without_eds() -> Iterator[Case]:
    for index in range(NUM_HAADF):
        micrograph, truth, _ = simulate_sample(SEED, index)
        yield (
            f"haadf_{index}",
            Micrograph(micrograph.haadf, {}, micrograph.pixel_size_nm, micrograph.name),
            truth.labels,
        )


if __name__ == "__main__":
    main()
