"""Bounds on random structures and how wide they are on grain images. Run with `python -m benchmarks.transport_bounds`.

The truth lies between the bounds of any mesh: those of 200 random mosaics are found on pixels as they are and on pixels
cut into 2 x 2 and 4 x 4. Without resistive faces the finer must lie inside the coarser; with them (every second one)
all must leave room for one truth. Grain images are those of the speed benchmark, boundaries drawn as pixels.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.results_file import write_results
from benchmarks.transport.structures import grains
from ssbi_core.transport import Surfaces, conduct
from ssbi_core.transport.conductivity_field import ConductionField
from ssbi_core.transport.subdivision import subdivided

STRUCTURES, GRAIN_IMAGES, CUTS = 200, 10, (2, 4)
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


def consistent(field: ConductionField) -> bool:
    """Whether the truth can lie in the bounds of every mesh; without faces, finer ones must lie inside coarser ones."""
    found = [
        conduct(f.conductivity, f.voxel_size, surfaces=f.surfaces).effective_conductivity
        for f in (field, *(subdivided(field, cut) for cut in CUTS))
    ]
    lower, upper = [b.lower for b in found], [b.upper for b in found]
    if len(field.surfaces):
        return max(lower) <= min(upper) * (1 + _SLACK)
    nested = np.all(np.diff(lower) >= -_SLACK * lower[0]) and np.all(np.diff(upper) <= _SLACK * upper[0])
    return bool(nested) and lower[-1] <= upper[-1] * (1 + _SLACK)


def main() -> None:
    """Count, measure, write."""
    inside = [consistent(mosaic(seed)) for seed in range(STRUCTURES)]
    gaps = []
    for seed in range(GRAIN_IMAGES):
        got = conduct(grains(512, seed=seed)).effective_conductivity
        gaps.append((got.upper - got.lower) / got.estimate)
    results: dict[str, Any] = {
        "structures": STRUCTURES,
        "consistent": int(np.sum(inside)),
        "inconsistent": [seed for seed, good in enumerate(inside) if not good],
        "median_gap_512_grain_images": float(np.median(gaps)),
        "gaps": gaps,
    }
    print(results)
    write_results("transport_bounds", results)


if __name__ == "__main__":
    main()
