"""The volumes: drawn, solved along every axis, and kept on disk one by one.

As in Dai et al. (arXiv 2209.05583, github.com/mdai26/PGNN) a volume has 64^3 voxels, 10 to 400 grains and boundaries
two voxels wide (see `ssbi_core.simulate.polycrystal`) that conduct less than the grains. How much less is drawn anew
for every volume, between 1/1000, the least of theirs, and 3/10. Two things differ: grains conduct alike in all
directions, where theirs conduct half as well along one axis, and the potential is fixed on two faces with no flux
through the others, where theirs is periodic.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import jax
import numpy as np
from safetensors.numpy import load_file, save_file

from ssbi_core.graph.axis import array_axis
from ssbi_core.io.atomic import atomic_path
from ssbi_core.materials import Phase
from ssbi_core.simulate import simulate_polycrystal
from ssbi_core.simulate.scenes import generator
from ssbi_core.transport import conduct

SEED, EDGE = 2209, 64
GRAINS = (10.0, 400.0)
RATIO = (1e-3, 0.3)
"""Conductivity of boundaries over that of grains; its logarithm is evenly drawn."""


@dataclass(frozen=True, eq=False)
class SolvedVolume:
    """A polycrystal and what the solver makes of it; conductivities are relative to a grain's.

    Attributes
    ----------
    labels : (edge, edge, edge) LLZO or grain boundary.
    ratio : conductivity of boundary voxels.
    grains : volume of the cube over the mean volume of a grain.
    conductivity : (3,) effective, along rows, columns and slices.
    """

    labels: np.ndarray
    ratio: float
    grains: float
    conductivity: np.ndarray


def volume(folder: Path, index: int) -> SolvedVolume:
    """One of the volumes, from the folder where it is there already."""
    path = folder / f"{index:04d}.safetensors"
    if not path.is_file():
        _write(path, solved_volume(index))
    arrays = load_file(path)
    boundary = np.unpackbits(arrays["boundary"], count=EDGE**3).reshape((EDGE,) * 3)
    labels = np.where(boundary, np.uint8(Phase.GRAIN_BOUNDARY), np.uint8(Phase.LLZO))
    return SolvedVolume(labels, float(arrays["ratio"]), float(arrays["grains"]), arrays["conductivity"])


def solved_volume(index: int, edge: int = EDGE) -> SolvedVolume:
    """Draw and solve one, in a smaller cube for a test."""
    keys = jax.random.split(jax.random.fold_in(jax.random.key(SEED), index))
    rng = generator(keys[0])
    grains, ratio = float(rng.uniform(*GRAINS)), float(np.exp(rng.uniform(*np.log(RATIO))))
    labels = simulate_polycrystal(keys[1], grains * (edge / EDGE) ** 3, edge=edge).labels
    return SolvedVolume(labels, ratio, grains, effective_conductivity(labels, ratio))


def effective_conductivity(labels: np.ndarray, ratio: float, axes: Iterable[int] = range(3)) -> np.ndarray:
    """What the solver finds along some of 0 rows, 1 columns, 2 slices, relative to a grain's conductivity."""
    field = np.where(labels == Phase.GRAIN_BOUNDARY, ratio, 1.0)
    method = "multigrid" if len(labels) >= EDGE else "auto"  # whose programs take longer to compile than a small cube
    along = [conduct(field, axis=array_axis(axis, 3), bounds=False, method=method) for axis in axes]
    return np.array([each.effective_conductivity.estimate for each in along])


def _write(path: Path, solved: SolvedVolume) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    arrays = {
        "boundary": np.packbits(solved.labels == Phase.GRAIN_BOUNDARY),
        "ratio": np.array(solved.ratio),
        "grains": np.array(solved.grains),
        "conductivity": solved.conductivity,
    }
    with atomic_path(path) as temporary:
        save_file(arrays, temporary)
