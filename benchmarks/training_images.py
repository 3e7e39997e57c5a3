"""Simulated micrographs that nets learn from, and prepared samples of them on disk: what both trainings share."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import jax
import numpy as np

from ssbi_core.io import Micrograph
from ssbi_core.materials import MaterialSystem, load_system
from ssbi_core.segment.fitting import Progress
from ssbi_core.segment.samples import Sample
from ssbi_core.simulate import random_scene, simulate_micrograph, simulate_microstructure
from ssbi_core.simulate.study import simulate_sample

Labelled = tuple[Micrograph, np.ndarray, MaterialSystem]
"""Micrograph, its true labels, and the material file it is read with."""


def study_image(seed: int) -> Labelled:
    """Of an ordinary study."""
    micrograph, truth, _ = simulate_sample(seed, 0)
    return micrograph, truth.labels, load_system()


def scene_image(seed: int, difficulty: float) -> Labelled:
    """Of a random scene; every other one is read as users read it, with the default material file."""
    keys = jax.random.split(jax.random.key(seed), 3)
    scene = random_scene(keys[0], difficulty=difficulty)
    truth = simulate_microstructure(keys[1], scene.microstructure)
    micrograph = simulate_micrograph(keys[2], truth, scene.imaging, scene.system)
    return micrograph, truth.labels, scene.system if seed % 2 else load_system()


def write_samples(work: Path, indices: range, made: Callable[[int], Sample]) -> None:
    """Make samples that are not there yet, one file each."""
    work.mkdir(parents=True, exist_ok=True)
    for index in indices:
        path = work / f"{index:05d}.npz"
        if not path.exists():
            part = path.with_suffix(".part.npz")
            np.savez(part, **made(index)._asdict())
            part.rename(path)


def read_samples(work: Path) -> list[Sample]:
    """What `write_samples` wrote, in order."""
    return [_read(path) for path in sorted(work.glob("?????.npz"))]


def _read(path: Path) -> Sample:
    with np.load(path, allow_pickle=False) as arrays:
        return Sample(arrays["channels"], arrays["presence"], arrays["target"])


@contextmanager
def logged(output: Path) -> Iterator[Progress]:
    """A report of a training's progress that adds a line to training.jsonl in its folder."""
    output.mkdir(parents=True, exist_ok=True)
    begun = time.monotonic()
    with (output / "training.jsonl").open("a", encoding="utf-8") as log:

        def report(step: int, steps: int, loss: float) -> None:
            entry = {"step": step, "steps": steps, "loss": round(loss, 4), "seconds": round(time.monotonic() - begun)}
            print(json.dumps(entry), file=log, flush=True)

        yield report
