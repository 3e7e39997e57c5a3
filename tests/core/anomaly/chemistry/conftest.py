"""Micrographs with counts as the material file says, without the simulator."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy import ndimage

from ssbi_core.io import Micrograph
from ssbi_core.materials import MaterialSystem, Phase, load_system

SENSITIVITY = {"La": 0.4, "Zr": 0.3, "Ta": 0.5, "Ni": 0.45, "Mn": 0.4, "Co": 0.5, "O": 0.12, "Al": 0.25}


@pytest.fixture
def system() -> MaterialSystem:
    return load_system("llzo_nmc")


@pytest.fixture
def labels() -> np.ndarray:
    """160 x 160 pixels of 0.5 nm: electrolyte over electrode with a layer of 16 pixels between."""
    labels = np.full((160, 160), int(Phase.LLZO), np.uint8)
    labels[80:] = int(Phase.NMC)
    labels[72:88] = int(Phase.REACTION_LAYER)
    return labels


@pytest.fixture
def imaged(system: MaterialSystem) -> Callable[..., Micrograph]:
    """Counts of labels, blurred by the beam, with patches of another density of atoms."""

    def make(labels: np.ndarray, patch: tuple[tuple[slice, slice], dict[str, float]] | None = None) -> Micrograph:
        rng, maps = np.random.default_rng(0), {}
        for element, sensitivity in SENSITIVITY.items():
            density = np.zeros(labels.shape)
            for phase in (Phase.LLZO, Phase.NMC, Phase.REACTION_LAYER):
                density[labels == phase] = system.phase(phase).atoms_per_nm3().get(element, 0.0)
            if patch is not None:
                where, atoms = patch
                density[where] = atoms.get(element, 0.0)
            expected = ndimage.gaussian_filter(sensitivity * density + 0.05, 3.0, mode="nearest")
            maps[element] = rng.poisson(expected).astype(np.float32)
        return Micrograph(np.ones(labels.shape, np.float32), maps, 0.5)

    return make
