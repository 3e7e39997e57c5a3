"""Held-out accuracy of the shipped segmenter: phases against truth, with and without EDS, and over difficulty.

The images come from seeds used nowhere else: twenty of an ordinary study (512 x 512), read once with all
element maps and once as HAADF alone, and random scenes of rising difficulty. Run with
`python -m benchmarks.segment_holdout [MODEL]`; MODEL is a folder with trained weights, the shipped ones by default.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from typing import Any

import jax
import numpy as np

from benchmarks.results_file import write_results
from ssbi_core.io import Micrograph
from ssbi_core.materials import Phase
from ssbi_core.segment import Segmenter, load_segmenter, segment
from ssbi_core.segment.metrics import confusion, intersection_over_union
from ssbi_core.simulate import random_scene, simulate_micrograph, simulate_microstructure
from ssbi_core.simulate.study import simulate_sample

STUDY_SEED = 70_000_000
SCENE_SEED = 80_000_000
NUM_STUDY = 20
NUM_SCENES = 8
DIFFICULTIES = (0.0, 0.35, 0.7, 1.0)
SCORED = (Phase.LLZO, Phase.NMC, Phase.REACTION_LAYER, Phase.PORE)
BINS = 15

Pair = tuple[Micrograph, np.ndarray]


def main() -> None:
    """Simulate, segment, compare, write."""
    net = load_segmenter(sys.argv[1] if len(sys.argv) > 1 else None)
    study = list(_study())
    results: dict[str, Any] = {
        "model_sha256": net.digest,
        "seeds": {"study": STUDY_SEED, "scenes": SCENE_SEED},
        "study": score(study, net),
        "study_without_eds": score(((_without_eds(m), t) for m, t in study), net),
    }
    for difficulty in DIFFICULTIES:
        results[f"scenes_difficulty_{difficulty}"] = score(_scenes(difficulty), net)
    results["seconds_1024"] = _seconds(net)
    write_results("segment_holdout", results)
    for name, result in results.items():
        print(name, result, flush=True)


def score(pairs: Iterable[Pair], net: Segmenter) -> dict[str, Any]:
    """Pooled IoU per phase, their mean over the scored four, and the calibration error of the probabilities."""
    counts = np.zeros((len(Phase), len(Phase)), np.int64)
    per_image, bins = [], np.zeros((2, BINS))
    for micrograph, truth in pairs:
        phases = segment(micrograph, model=net)
        one = confusion(phases.labels, truth)
        per_image.append(_scored_mean(intersection_over_union(one)))
        counts += one
        bins += _reliability(phases.probabilities, truth)
    iou = intersection_over_union(counts)
    return {
        "images": len(per_image),
        "mean_iou": _scored_mean(iou),
        "mean_iou_per_image_median": float(np.median(per_image)),
        "mean_iou_per_image_lowest": float(np.min(per_image)),
        "iou": iou,
        "ece": float(np.abs(bins[0]).sum() / bins[1].sum()),
    }


def _scored_mean(iou: dict[str, float]) -> float:
    return float(np.mean([iou[phase.key] for phase in SCORED if phase.key in iou]))


def _reliability(probabilities: np.ndarray | None, truth: np.ndarray) -> np.ndarray:
    """Per confidence bin: sum of (correct - confidence), and pixels (contact, which is derived, left out)."""
    assert probabilities is not None
    judged = (truth != Phase.UNLABELLED) & (truth != Phase.CONTACT)
    confidence = probabilities.max(0)[judged].astype(np.float64)
    correct = probabilities.argmax(0)[judged] == truth[judged]
    index = np.minimum((confidence * BINS).astype(int), BINS - 1)
    return np.stack([np.bincount(index, correct - confidence, minlength=BINS), np.bincount(index, minlength=BINS)])


def _study() -> Iterator[Pair]:
    for index in range(NUM_STUDY):
        micrograph, truth, _ = simulate_sample(STUDY_SEED, index)
        yield micrograph, truth.labels


def _scenes(difficulty: float) -> Iterator[Pair]:
    for index in range(NUM_SCENES):
        keys = jax.random.split(jax.random.fold_in(jax.random.key(SCENE_SEED), index), 3)
        scene = random_scene(keys[0], difficulty=difficulty)
        truth = simulate_microstructure(keys[1], scene.microstructure)
        yield simulate_micrograph(keys[2], truth, scene.imaging, scene.system), truth.labels


def _without_eds(micrograph: Micrograph) -> Micrograph:
    return Micrograph(micrograph.haadf, {}, micrograph.pixel_size_nm, micrograph.name)


def _seconds(net: Segmenter) -> float:
    """Wall time of one 1024 x 1024 image, warm."""
    micrograph, _, _ = simulate_sample(STUDY_SEED, NUM_STUDY, shape=(1024, 1024))
    segment(micrograph, model=net)
    start = time.perf_counter()
    segment(micrograph, model=net)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
