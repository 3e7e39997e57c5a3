"""The volumes: drawn, solved for the diagonal of their conductivity, and kept on disk one by one.

As in Dai et al. (arXiv 2209.05583, github.com/mdai26/PGNN) a volume has 64^3 voxels, 10 to 400 grains and boundaries
two voxels wide (see `ssbi_core.simulate.polycrystal`); a grain conducts half as well along one of its axes as along the
other two, and lies as chance has it; boundaries conduct less. How much less is drawn anew for every volume, between
1/1000, the least of theirs, and 3/10. What differs besides the tessellation: boundaries conduct alike in all
directions, and the potential is fixed on two faces with no flux through the others, where theirs is periodic.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import jax
import numpy as np
from safetensors.numpy import load_file, save_file
from scipy.spatial.transform import Rotation

from ssbi_core.graph.axis import array_axis
from ssbi_core.graph.regions import find_regions
from ssbi_core.io.atomic import atomic_path
from ssbi_core.materials import Phase, load_system
from ssbi_core.simulate import simulate_polycrystal
from ssbi_core.simulate.scenes import generator
from ssbi_core.transport import conduct, rotated_conductivity

SEED, EDGE = 2209, 64
GRAINS = (10.0, 400.0)
RATIO = (1e-3, 0.3)
"""Conductivity of boundaries over that of grains along their good axes, the logarithm evenly drawn."""

PRINCIPAL = (1.0, 1.0, 0.5)
"""Conductivity of a grain along its axes, relative; 3.2e-5 and 1.6e-5 S/m in theirs."""

GRAIN_CONDUCTIVITY = load_system("llzo_nmc").conductivity(Phase.LLZO, 298.15)
"""S/cm along the good axes; only ratios matter to the errors."""


@dataclass(frozen=True, eq=False)
class SolvedVolume:
    """A polycrystal and what the solver makes of it.

    Attributes
    ----------
    labels : (edge, edge, edge) LLZO or grain boundary.
    tensors : (regions, 3, 3) relative conductivity of each grain in array axes, numbered as in its graph.
    ratio : conductivity of boundary voxels, relative.
    conductivity : (3,) S/cm along rows, columns and slices.
    """

    labels: np.ndarray
    tensors: np.ndarray
    ratio: float
    conductivity: np.ndarray


def volume(folder: Path, index: int) -> SolvedVolume:
    """One of the volumes, from the folder where it is there already."""
    path = folder / f"{index:04d}.safetensors"
    if not path.is_file():
        _write(path, solved_volume(index))
    arrays = load_file(path)
    boundary = np.unpackbits(arrays["boundary"], count=EDGE**3).reshape((EDGE,) * 3)
    labels = np.where(boundary, np.uint8(Phase.GRAIN_BOUNDARY), np.uint8(Phase.LLZO))
    return SolvedVolume(labels, arrays["tensors"], float(arrays["ratio"]), arrays["conductivity"])


def solved_volume(index: int, edge: int = EDGE) -> SolvedVolume:
    """Draw and solve one, in a smaller cube for a test."""
    keys = jax.random.split(jax.random.fold_in(jax.random.key(SEED), index))
    rng = generator(keys[0])
    grains, ratio = float(rng.uniform(*GRAINS)), float(np.exp(rng.uniform(*np.log(RATIO))))
    labels = simulate_polycrystal(keys[1], grains * (edge / EDGE) ** 3, edge=edge).labels
    regions = find_regions(labels)[0]
    turned = Rotation.random(regions.max() + 1, rng=rng).as_matrix()
    field = rotated_conductivity(regions, turned, PRINCIPAL, background=ratio)
    along = [conduct(field, axis=array_axis(axis, 3), bounds=False, method="multigrid") for axis in range(3)]
    relative = np.array([each.effective_conductivity.estimate for each in along])
    return SolvedVolume(labels, (turned * PRINCIPAL) @ turned.swapaxes(1, 2), ratio, relative * GRAIN_CONDUCTIVITY)


def _write(path: Path, solved: SolvedVolume) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    arrays = {
        "boundary": np.packbits(solved.labels == Phase.GRAIN_BOUNDARY),
        "tensors": solved.tensors,
        "ratio": np.array(solved.ratio),
        "conductivity": solved.conductivity,
    }
    with atomic_path(path) as temporary:
        save_file(arrays, temporary)
