"""Bounds on random structures and how wide they are on grain images. Run with `python -m benchmarks.transport_bounds`.

The truth lies between the bounds of any mesh: those of 200 random mosaics are found on pixels as they are, cut into
2 x 2 and 4 x 4, and on cells cut where it matters until the gap is a quarter. Without resistive faces the finer pixels
must lie inside the coarser; all must leave room for one truth. Grain images are those of the speed benchmark,
boundaries drawn as pixels, as they are and with a gap asked for; and simulated label images, boundaries as faces.
"""

from __future__ import annotations

import time
from typing import Any

import jax
import numpy as np

from benchmarks.results_file import write_results
from benchmarks.transport.structures import grains
from ssbi_core.io.phase_map import PhaseMap
from ssbi_core.simulate import MicrostructureConfig, simulate_microstructure
from ssbi_core.transport import Surfaces, conduct, solve_conduction
from ssbi_core.transport.conductivity_field import ConductionField
from ssbi_core.transport.refinement import tighten
from ssbi_core.transport.solution import Bounded
from ssbi_core.transport.subdivision import subdivided

STRUCTURES, GRAIN_IMAGES, CUTS = 200, 10, (2, 4)
TIGHTENED, ASKED, ASKED_OF_LABELS = 3, 0.02, 0.005
_SLACK = 1e-9


def mosaic(seed: int) -> ConductionField:
    """Squares of random conductivity over up to six decades; every second one has resistive faces between some."""
    rng = np.random.default_rng(seed)
    tiles = 10.0 ** rng.uniform(-rng.uniform(0, 6), 0, rng.integers(2, 6, 2))
    field = np.kron(tiles, np.ones((4, 4)))
    faces = Surfaces.none()
    if seed % 2:
        pixel = np.arange(field.size).reshape(field.shape)[:-1].ravel()
        faces = Surfaces.between(
            rng.choice(pixel, pixel.size // 8, replace=False), 0, 10 ** rng.uniform(-2, 3), field.shape
        )
    return ConductionField(field, np.ones(field.shape, dtype=np.uint8), faces, 1.0)


def gap(bounds: Bounded) -> float:
    return (bounds.upper - bounds.lower) / bounds.estimate


def consistent(field: ConductionField) -> bool:
    """Whether the truth can lie in the bounds of every mesh; without faces, finer ones must lie inside coarser ones."""
    found = [
        conduct(f.conductivity, f.voxel_size, surfaces=f.surfaces).effective_conductivity
        for f in (field, *(subdivided(field, cut) for cut in CUTS))
    ]
    lower, upper = [b.lower for b in found], [b.upper for b in found]
    nested = np.all(np.diff(lower) >= -_SLACK * lower[0]) and np.all(np.diff(upper) <= _SLACK * upper[0])
    closer = tighten(field, 0, found[0], gap(found[0]) / 4).effective_conductivity
    room = max(*lower, closer.lower) <= min(*upper, closer.upper) * (1 + _SLACK)
    return bool(room and (nested or len(field.surfaces)))


def drawn_in_pixels(seed: int) -> dict[str, float]:
    """Gap of a grain image as it is, and after one was asked for, with the time from picture to bounds."""
    field = grains(512, seed=seed)
    start = time.perf_counter()
    known = conduct(field).effective_conductivity
    result = {"gap": gap(known), "seconds": time.perf_counter() - start}
    if seed < TIGHTENED:
        structure = ConductionField(field, np.ones(field.shape, dtype=np.uint8), Surfaces.none(), 1.0)
        found = tighten(structure, 0, known, ASKED)
        result["tightened_gap"] = gap(found.effective_conductivity)
        result["tightened_seconds"] = time.perf_counter() - start
    return result


def simulated(seed: int) -> dict[str, float]:
    """The same of a simulated label image."""
    drawn = simulate_microstructure(jax.random.key(seed), MicrostructureConfig(shape=(512, 512)))
    phases = PhaseMap(labels=np.asarray(drawn.labels), pixel_size_nm=float(drawn.pixel_size_nm), name=f"seed {seed}")
    result = {}
    for name, asked in (("", None), ("tightened_", ASKED_OF_LABELS)):
        start = time.perf_counter()
        found = solve_conduction(phases, knockout=False, rel_gap=asked)
        result[f"{name}gap"] = gap(found.effective_conductivity)
        result[f"{name}seconds"] = time.perf_counter() - start
    return result


def main() -> None:
    """Count, measure, write."""
    conduct(grains(64))  # what a first solve loads is not timed
    inside = [consistent(mosaic(seed)) for seed in range(STRUCTURES)]
    pixels = [drawn_in_pixels(seed) for seed in range(GRAIN_IMAGES)]
    labels = [simulated(seed) for seed in range(GRAIN_IMAGES)]
    results: dict[str, Any] = {
        "structures": STRUCTURES,
        "consistent": int(np.sum(inside)),
        "inconsistent": [seed for seed, good in enumerate(inside) if not good],
        "median_gap_512_grain_images": float(np.median([r["gap"] for r in pixels])),
        "median_gap_512_simulated_images": float(np.median([r["gap"] for r in labels])),
        "asked_of_grain_images": ASKED,
        "asked_of_simulated_images": ASKED_OF_LABELS,
        "grain_images": pixels,
        "simulated_images": labels,
    }
    print(results)
    write_results("transport_bounds", results)


if __name__ == "__main__":
    main()
